/** Values pushed by one side and pulled by the other, with an end or an error behind them. */
export class Channel<T> implements AsyncIterableIterator<T> {
  readonly #values: T[] = [];
  readonly #onReturn: () => void;
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  /** Wakes the pushing side when values have been taken. */
  #makeRoom: (() => void) | undefined;
  #ended = false;
  #error: { readonly value: unknown } | undefined;

  /** `onReturn`: the consumer has left before the end (`break` in a for-await loop). */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  push(value: T): void {
    const next = this.#waiting.shift();
    if (next) next.resolve({ value, done: false });
    else this.#values.push(value);
  }

  /** Resolves when fewer than `most` values wait to be taken, or nobody will take any. */
  async room(most: number): Promise<void> {
    while (this.#values.length >= most && !this.#ended)
      await new Promise<void>((resolve) => (this.#makeRoom = resolve));
  }

  end(): void {
    this.#ended = true;
    this.#makeRoom?.();
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  fail(error: unknown): void {
    this.#ended = true;
    const first = this.#waiting.shift();
    // An error is told once; whoever asks after that gets the end.
    if (first) first.reject(error);
    else this.#error = { value: error };
    this.end();
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#values.shift();
    this.#makeRoom?.();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#error) {
      const error = this.#error.value;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#ended) this.#onReturn();
    this.#values.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * A channel with the promise that fills it: ends or fails with it, and carries it as `result`. An app may look at the
 * iteration or at the promise alone; the error that the other one tells too does not count as unhandled.
 */
export function withResult<T, R>(
  channel: Channel<T>,
  filling: Promise<R>,
): Channel<T> & { readonly result: Promise<R> } {
  const result = filling.then(
    (value) => {
      channel.end();
      return value;
    },
    (error: unknown) => {
      channel.fail(error);
      throw error;
    },
  );
  result.catch(() => undefined);
  return Object.assign(channel, { result });
}
