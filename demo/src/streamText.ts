/**
 * Text that grows: what arrives between two frames is one append to one text node, so that a fast model costs the main
 * thread one small layout a frame. A blank line starts a new block, which bounds what a layout has to look at.
 */
export class StreamText {
  readonly element: HTMLElement;
  #block: Text | undefined;
  #pending = '';
  #frame = 0;
  #length = 0;
  readonly #afterFlush: () => void;

  constructor(element: HTMLElement, afterFlush: () => void) {
    this.element = element;
    this.#afterFlush = afterFlush;
  }

  /** Characters given to it, shown or still waiting for the frame. */
  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    this.#pending += text;
    this.#length += text.length;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.flush());
  }

  /** Shows what waits now: at the end of an answer, and where no frame will come (a tab in the background). */
  flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.#pending) return;
    const [first = '', ...rest] = this.#pending.split(/\n{2,}/);
    this.#pending = '';
    this.#extend(first);
    for (const text of rest) {
      this.#block = undefined;
      this.#extend(text);
    }
    this.#afterFlush();
  }

  /** Hands everything shown so far to `other`, which gets it before its own text. */
  moveTo(other: StreamText): void {
    this.flush();
    other.element.prepend(...this.element.childNodes);
    other.#block ??= this.#block;
    other.#length += this.#length;
    this.#block = undefined;
    this.#length = 0;
  }

  #extend(text: string): void {
    if (!this.#block) {
      const start = text.trimStart();
      if (!start) return;
      this.#block = document.createTextNode(start);
      const paragraph = document.createElement('p');
      paragraph.append(this.#block);
      this.element.append(paragraph);
    } else this.#block.appendData(text);
  }
}
