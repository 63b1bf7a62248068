export interface ThinkPiece {
  readonly part: 'thinking' | 'answer';
  readonly text: string;
  /** All that was called the answer so far was thinking: the opening tag stood in the prompt (DeepSeek-R1's template). */
  readonly reclassify?: boolean;
}

const openTag = '<think>';
const closeTag = '</think>';

/** Splits streamed text into `<think>…</think>` and the answer after it; a tag may come in several pieces. */
export class ThinkSplitter {
  #state: 'start' | 'thinking' | 'answer' = 'start';
  /** Text that may yet turn out to be a tag. */
  #held = '';
  #closed = false;

  push(text: string): ThinkPiece[] {
    this.#held += text;
    const pieces: ThinkPiece[] = [];
    if (this.#state === 'start' && !this.#leaveStart()) return pieces;
    if (!this.#closed) this.#takeUpToClose(pieces);
    if (this.#closed) this.#take(pieces, this.#held.length);
    else this.#take(pieces, this.#held.length - tagBeginning(this.#held, closeTag));
    return pieces;
  }

  /** The rest, when no more text will come. */
  end(): ThinkPiece[] {
    const pieces: ThinkPiece[] = [];
    if (this.#state === 'start') this.#state = 'answer';
    this.#take(pieces, this.#held.length);
    return pieces;
  }

  /** Whether it is clear how the text begins. Leading white space is dropped. */
  #leaveStart(): boolean {
    this.#held = this.#held.trimStart();
    if (this.#held.startsWith(openTag)) {
      this.#held = this.#held.slice(openTag.length);
      this.#state = 'thinking';
      return true;
    }
    if (openTag.startsWith(this.#held)) return false;
    this.#state = 'answer';
    return true;
  }

  #takeUpToClose(pieces: ThinkPiece[]): void {
    const at = this.#held.indexOf(closeTag);
    if (at < 0) return;
    const thought = this.#held.slice(0, at);
    const reclassify = this.#state === 'answer';
    if (thought || reclassify) pieces.push({ part: 'thinking', text: thought, ...(reclassify ? { reclassify } : {}) });
    this.#held = this.#held.slice(at + closeTag.length);
    this.#state = 'answer';
    this.#closed = true;
  }

  #take(pieces: ThinkPiece[], length: number): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (text) pieces.push({ part: this.#state === 'thinking' ? 'thinking' : 'answer', text });
  }
}

/** Length of the longest end of `text` that is a beginning of `tag`. */
function tagBeginning(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (tag.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** The text without its thinking: what goes back to the model as history. */
export function answerOf(text: string): string {
  const splitter = new ThinkSplitter();
  let answer = '';
  for (const piece of [...splitter.push(text), ...splitter.end()]) {
    if (piece.reclassify) answer = '';
    if (piece.part === 'answer') answer += piece.text;
  }
  return answer.trim();
}
