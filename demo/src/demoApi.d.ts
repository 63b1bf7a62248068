import type { EngineInfo, VariantName } from '../../src/index.ts';

export interface AskResult {
  /** The whole output, `<think>…</think>` included. */
  readonly text: string;
  readonly tokensPerSecond: number;
}

/** What scripts and tests may ask of the page: `window.halftoneDemo`. */
export interface HalftoneDemo {
  /** Resolves when the first model answers; rejects with what kept it from loading. */
  readonly ready: Promise<void>;
  /** @throws Error before the engine has started */
  info(): EngineInfo;
  /** Types the question into the page's chat and submits it. `onText` gets each new piece of output, in order. */
  ask(question: string, onText: (text: string) => void): Promise<AskResult>;
  /** Parameters of each variant's published configuration. */
  parameterCounts(): Promise<Record<VariantName, number>>;
}

declare global {
  interface Window {
    halftoneDemo: HalftoneDemo;
  }
}
