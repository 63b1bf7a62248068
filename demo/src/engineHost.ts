import { createEngine, type Engine, type EngineEvent } from '../../src/index.ts';

/** The page's one engine: started once, started again where that failed and the person asks for it. */
export class EngineHost {
  #engine: Promise<Engine> | undefined;
  #started: Engine | undefined;
  readonly #onEvent: (event: EngineEvent) => void;

  constructor(onEvent: (event: EngineEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** The engine if it runs already. */
  get started(): Engine | undefined {
    return this.#started;
  }

  /** @throws EngineError webgpu-unavailable, adapter-unavailable, worker-failed; the next call tries again */
  engine(): Promise<Engine> {
    this.#engine ??= this.#start();
    return this.#engine;
  }

  async #start(): Promise<Engine> {
    try {
      this.#started = await createEngine({ onEvent: this.#onEvent });
      return this.#started;
    } catch (error) {
      this.#engine = undefined;
      throw error;
    }
  }
}
