import { EngineError, type ChatMessage, type DeepSeekModel, type GenerationResult } from '../../src/index.ts';
import { announce, button, byId } from './dom.ts';
import { isAbort, readError } from './errors.ts';
import { formatRate } from './format.ts';
import { answerOf } from './thinkSplitter.ts';
import { TurnView } from './turnView.ts';
import type { AskResult } from './demoApi.d.ts';

const suggestions = [
  'What is 417 + 286?',
  'What is 23 + 58 + 14?',
  'What is 902 - 347?',
  'Sam has 12 apples and buys 30 more. How many apples does Sam have?',
];

/** Pixels from the end of the conversation within which new text is followed. */
const followDistance = 120;

/** The conversation: history, the turn that runs, the composer. */
export class Chat {
  readonly #turns = byId('turns', HTMLElement);
  readonly #end = byId('conversation-end', HTMLElement);
  readonly #composer = byId('composer', HTMLFormElement);
  readonly #question = byId('question', HTMLTextAreaElement);
  readonly #send = byId('send', HTMLButtonElement);
  readonly #stop = byId('stop', HTMLButtonElement);
  readonly #newChat = byId('new-chat', HTMLButtonElement);
  readonly #onTurnEnd: () => void;
  #history: ChatMessage[] = [];
  #model: DeepSeekModel | undefined;
  #running: { readonly abort: AbortController; readonly turn: Promise<GenerationResult> } | undefined;
  #onText: ((text: string) => void) | undefined;

  constructor(onTurnEnd: () => void) {
    this.#onTurnEnd = onTurnEnd;
    this.#composer.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#question.addEventListener('keydown', (event) => {
      // While an input method composes, Enter takes a candidate.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#stop.addEventListener('click', () => this.stop());
    document.addEventListener('keydown', (event) => {
      // In a dialog, Escape closes the dialog.
      if (event.key === 'Escape' && !event.isComposing && !document.querySelector('dialog[open]')) this.stop();
    });
    this.#newChat.addEventListener('click', () => {
      this.clear();
      this.#question.focus();
    });
    byId('suggestions', HTMLElement).append(...suggestions.map((text) => this.#suggestion(text)));
    this.#showState();
  }

  /** Another model: its answers start a conversation of their own. */
  setModel(model: DeepSeekModel | undefined): void {
    this.clear();
    this.#model = model;
    this.#showState();
  }

  stop(): void {
    this.#running?.abort.abort();
  }

  clear(): void {
    this.stop();
    this.#history = [];
    this.#turns.replaceChildren();
    this.#showState();
  }

  /** Types the question into the composer and submits it. */
  async ask(question: string, onText: (text: string) => void): Promise<AskResult> {
    if (this.#running) throw new Error('The chat answers another question: wait for it, or stop it.');
    if (!this.#model) throw new Error('The chat has no model yet: wait for halftoneDemo.ready.');
    this.#question.value = question;
    this.#onText = onText;
    this.#composer.requestSubmit();
    const turn = this.#currentTurn();
    if (!turn) throw new Error('The question is empty.');
    const result = await turn;
    return { text: result.text, tokensPerSecond: result.timings.tokensPerSecond };
  }

  #currentTurn(): Promise<GenerationResult> | undefined {
    return this.#running?.turn;
  }

  #suggestion(text: string): HTMLElement {
    const item = document.createElement('li');
    item.append(
      button(text, 'suggestion', () => {
        this.#question.value = text;
        this.#submit();
      }),
    );
    return item;
  }

  #submit(): void {
    const question = this.#question.value.trim();
    const model = this.#model;
    if (!question || !model || this.#running) return;
    this.#question.value = '';
    const abort = new AbortController();
    const turn = this.#answer(model, question, abort.signal);
    this.#running = { abort, turn };
    // The turn itself shows its error; here only `ask` listens to it.
    turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#running?.abort === abort) this.#running = undefined;
        this.#showState();
        this.#onTurnEnd();
      });
    this.#showState();
    // On a phone the focus would bring up the keyboard over the answer.
    if (matchMedia('(pointer: fine)').matches) this.#question.focus({ preventScroll: true });
  }

  async #answer(model: DeepSeekModel, question: string, signal: AbortSignal): Promise<GenerationResult> {
    const onText = this.#onText;
    this.#onText = undefined;
    const history = this.#history;
    const view = new TurnView(question, () => this.#follow());
    this.#turns.append(view.element);
    // First without the welcome: what goes away must not be scrolled past.
    this.#showState();
    this.#end.scrollIntoView({ block: 'nearest' });
    let text = '';
    try {
      const generation = model.generate([...history, { role: 'user', content: question }], { signal });
      // A rejection reaches the loop too; without a listener here it would count as unhandled.
      generation.result.catch(() => undefined);
      for await (const part of generation) {
        text += part.text;
        view.append(part.text);
        onText?.(part.text);
      }
      const result = await generation.result;
      view.finish(result);
      announce(`Answer: ${answerOf(text) || text}. ${formatRate(result.timings.tokensPerSecond)} tokens a second.`);
      return result;
    } catch (error) {
      this.#showFailure(view, error);
      throw error;
    } finally {
      this.#remember(history, question, answerOf(text));
      this.#follow();
    }
  }

  #showFailure(view: TurnView, error: unknown): void {
    if (!isAbort(error)) return view.fail(withAdvice(error, this.#history.length > 0));
    view.stopped();
    announce('Stopped.');
  }

  /** A question without an answer is left out: roles have to alternate. */
  #remember(history: ChatMessage[], question: string, answer: string): void {
    if (answer) history.push({ role: 'user', content: question }, { role: 'assistant', content: answer });
  }

  /** Keeps the newest text in view, unless the person has scrolled away from it. */
  #follow(): void {
    const below = this.#end.getBoundingClientRect().bottom - this.#composer.getBoundingClientRect().top;
    if (below > 0 && below < followDistance) this.#end.scrollIntoView({ block: 'nearest' });
  }

  #showState(): void {
    const hasModel = this.#model !== undefined;
    const busy = this.#running !== undefined;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    this.#send.disabled = !hasModel;
    this.#newChat.disabled = this.#turns.childElementCount === 0;
    byId('welcome', HTMLElement).hidden = this.#turns.childElementCount > 0;
    for (const element of document.querySelectorAll<HTMLButtonElement>('.suggestion')) element.disabled = !hasModel;
  }
}

/** In a conversation, 'too long' has a remedy that the engine cannot know of. */
function withAdvice(error: unknown, hasHistory: boolean): unknown {
  const { code, what } = readError(error);
  if (code !== 'input-too-long' || !hasHistory) return error;
  return new EngineError(
    code,
    what,
    'Press “New chat”: the questions before this one fill the model’s context.',
    error,
  );
}
