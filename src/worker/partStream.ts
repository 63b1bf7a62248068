import type { GeneratedPart, Generation, GenerationResult } from '../engine/api.ts';
import type { PulledParts } from './protocol.ts';

/** Collects an answer's parts until the client pulls: one message brings all that came since the last. */
export class PartStream {
  readonly #parts: GeneratedPart[] = [];
  #outcome: { readonly result: GenerationResult } | { readonly error: unknown } | undefined;
  /** Wakes the pull that waits for a part or the end. */
  #wake: (() => void) | undefined;

  constructor(generation: Generation) {
    void this.#drain(generation);
  }

  /** The parts so far, with the result behind the last of them. Rejects as the generation did, when its parts are told. */
  async pull(): Promise<PulledParts> {
    if (this.#parts.length === 0 && !this.#outcome) await new Promise<void>((resolve) => (this.#wake = resolve));
    const parts = this.#parts.splice(0);
    const outcome = this.#outcome;
    if (!outcome) return { parts, result: undefined };
    if ('result' in outcome) return { parts, result: outcome.result };
    if (parts.length > 0) return { parts, result: undefined };
    throw outcome.error;
  }

  async #drain(generation: Generation): Promise<void> {
    try {
      for await (const part of generation) {
        this.#parts.push(part);
        this.#notify();
      }
      this.#outcome = { result: await generation.result };
    } catch (error) {
      this.#outcome = { error };
    }
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
