/** Lets one caller in at a time, in the order in which they came. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Callers whose turn has not come yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Runs `work` when all earlier ones have ended, however they did. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#tail.then(() => {
      this.#waiting--;
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
