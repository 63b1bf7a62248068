import type { Optimizations, Precision, VariantName } from './api.ts';

export interface AblationOptions {
  /** Rows of a trunk's or network's input, or tokens of a language model's prompt. Default 64, or what the model takes at most. */
  readonly seq?: number;
  /** Tokens that a language model generates behind each prompt. Default 24. */
  readonly tokens?: number;
  /** Paired rounds, each flag state once in each. Default 5. */
  readonly rounds?: number;
  /** Default: all. */
  readonly flags?: readonly (keyof Optimizations)[];
  readonly onProgress?: ((progress: AblationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface AblationProgress {
  /** The flag being measured; undefined while the engine's own settings are. */
  readonly flag: keyof Optimizations | undefined;
  readonly phase: 'load' | 'measure' | 'done';
  /** 0 to 1. */
  readonly fraction: number;
}

/**
 * What is timed. Trunks and networks: `forward`, the same input again (`repeatedForward`), four asked for at once (`forwards`); a whole
 * ViralClipper also `score` and `repeatedScore`, a whole Brandkit `analyze` and `repeatedAnalyze` (of a text). Language models: the first
 * token of a new prompt and of the same again, a token behind the first (`decode`), and three prompts answered at once (`generations`).
 */
export type AblationTask =
  | 'forward'
  | 'repeatedForward'
  | 'forwards'
  | 'score'
  | 'repeatedScore'
  | 'analyze'
  | 'repeatedAnalyze'
  | 'firstToken'
  | 'repeatedFirstToken'
  | 'decode'
  | 'generations';

export interface AblationTime {
  readonly task: AblationTask;
  /** Median over the rounds. */
  readonly onMs: number;
  readonly offMs: number;
  /** Median over the rounds of off / on: over 1, the flag makes it faster. */
  readonly ratio: number;
  /** The lowest and the highest of them: with 1 in between, no difference is shown. */
  readonly range: readonly [lowest: number, highest: number];
}

/** A model with the flag in one state. */
export interface AblationState {
  /** A round of all tasks, median. */
  readonly ms: number;
  /** GPU memory that it holds after them, what is kept for reuse included. */
  readonly bytes: number;
  /** Most that it ever held, loading included. */
  readonly peakBytes: number;
}

export interface FlagAblation {
  readonly flag: keyof Optimizations;
  /** Whether this engine has it on. */
  readonly inForce: boolean;
  readonly on: AblationState;
  readonly off: AblationState;
  /** Median over the rounds of off / on of all tasks together: over 1, the flag makes them faster; about 1, it changes nothing. */
  readonly ratio: number;
  /** The lowest and the highest of them. */
  readonly range: readonly [lowest: number, highest: number];
  readonly times: readonly AblationTime[];
  /** ‖on − off‖ / ‖off‖ of the outputs for the same input. */
  readonly difference: number;
  /** Whether that is rounding; of adaptivePrecision, whether it is what its formats cost. */
  readonly outputsAgree: boolean;
  /** false: memory had no room for two models, so the two states were measured one after the other. */
  readonly paired: boolean;
}

export interface Ablation {
  readonly variant: VariantName;
  readonly precision: Exclude<Precision, 'auto'>;
  readonly seq: number;
  /** Tokens generated behind each prompt; 0 where nothing is generated. */
  readonly tokens: number;
  readonly rounds: number;
  readonly flags: readonly FlagAblation[];
}
