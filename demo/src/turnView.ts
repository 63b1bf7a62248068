import type { GenerationResult } from '../../src/index.ts';
import { make } from './dom.ts';
import { errorBox } from './errors.ts';
import { formatCount, formatMs, formatRate } from './format.ts';
import { StreamText } from './streamText.ts';
import { ThinkSplitter, type ThinkPiece } from './thinkSplitter.ts';

/** Answers up to this many characters are set large: a number, a word. */
const shortAnswer = 32;

/** Thinking of more characters folds up when the answer begins, so that the answer is not far below. */
const longThought = 1200;

/** One question and its answer as it comes. */
export class TurnView {
  readonly element: HTMLLIElement;
  readonly #splitter = new ThinkSplitter();
  readonly #thinking: HTMLDetailsElement;
  readonly #thinkingLabel = make('span', 'thinking-label', 'Thinking');
  readonly #thinkingText: StreamText;
  readonly #answerText: StreamText;
  readonly #stats = make('p', 'turn-stats');
  #tokens = 0;
  #firstTokenAt = 0;
  #statsFrame = 0;

  constructor(question: string, afterFlush: () => void) {
    this.#thinking = make('details', 'thinking', make('summary', '', this.#thinkingLabel));
    this.#thinking.open = true;
    this.#thinking.hidden = true;
    const thought = make('div', 'thinking-text');
    this.#thinking.append(thought);
    this.#thinkingText = new StreamText(thought, afterFlush);
    const answer = make('div', 'answer short');
    this.#answerText = new StreamText(answer, afterFlush);
    this.#stats.textContent = 'Reading the question…';
    this.element = make(
      'li',
      'turn',
      make('div', 'question', make('h4', 'visually-hidden', 'You'), make('p', '', question)),
      make('div', 'reply', make('h4', 'visually-hidden', 'Model'), this.#thinking, answer, this.#stats),
    );
    this.element.setAttribute('aria-busy', 'true');
  }

  append(text: string): void {
    this.#tokens++;
    this.#firstTokenAt ||= performance.now();
    for (const piece of this.#splitter.push(text)) this.#show(piece);
    if (this.#statsFrame === 0) this.#statsFrame = requestAnimationFrame(() => this.#showRunningStats());
  }

  finish(result: GenerationResult): void {
    this.#end();
    const { completionTokens, promptTokens, cachedTokens } = result.usage;
    const cached = cachedTokens > 0 ? ` (${formatCount(cachedTokens)} from the cache)` : '';
    const { tokensPerSecond, firstTokenMs } = result.timings;
    this.#stats.replaceChildren(
      make('strong', '', `${formatRate(tokensPerSecond)} tokens/s`),
      ` · ${formatCount(completionTokens)} tokens generated, ${formatCount(promptTokens)} read${cached} · first after ${formatMs(firstTokenMs)}`,
    );
    if (result.finishReason === 'length') this.#stats.append(' · cut off: the context is full');
  }

  stopped(): void {
    this.#end();
    this.#stats.textContent = `Stopped after ${formatCount(this.#tokens)} tokens`;
  }

  fail(error: unknown): void {
    this.#end();
    this.#stats.replaceWith(errorBox(error));
  }

  #end(): void {
    cancelAnimationFrame(this.#statsFrame);
    for (const piece of this.#splitter.end()) this.#show(piece);
    this.#thinkingText.flush();
    this.#answerText.flush();
    this.#thinkingLabel.textContent = 'Thought';
    this.element.removeAttribute('aria-busy');
  }

  #show({ part, text, reclassify }: ThinkPiece): void {
    if (reclassify) this.#answerText.moveTo(this.#thinkingText);
    if (part === 'thinking') {
      this.#thinking.hidden = false;
      this.#thinkingText.append(text);
      return;
    }
    if (this.#answerText.length === 0) {
      if (!text.trim()) return;
      this.#thinkingLabel.textContent = 'Thought';
      if (this.#thinkingText.length > longThought) this.#thinking.open = false;
    }
    this.#answerText.append(text);
    if (this.#answerText.length > shortAnswer) this.#answerText.element.classList.remove('short');
  }

  #showRunningStats(): void {
    this.#statsFrame = 0;
    const seconds = (performance.now() - this.#firstTokenAt) / 1000;
    const rate = seconds > 0.25 ? ` · ${formatRate((this.#tokens - 1) / seconds)} tokens/s` : '';
    this.#stats.textContent = `${formatCount(this.#tokens)} tokens${rate}`;
  }
}
