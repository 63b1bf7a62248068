/** What networks around a trunk are fed with, and what they say. */

/**
 * What one time step of a video looks like to the network, one row a step (one second by default).
 * A modality that a video does not have is rows of zeros.
 */
export interface ClipFeatures {
  /** f32 [steps, 2048]: a 32 × 16 grid of luma, two chroma and the change of luma since the last frame. */
  readonly visual: Float32Array;
  /** f32 [steps, 512]: 8 slices of 64 log-mel bands. */
  readonly audio: Float32Array;
  /** f32 [steps, 768]: hashed character n-grams of the caption on screen. */
  readonly text?: Float32Array;
  /** f32 [steps, 64]: rates of the platform's numbers, or the retention curve around the step. */
  readonly engagement?: Float32Array;
}

export type ClipModality = keyof ClipFeatures;

/** One value a step. */
export interface ClipScores {
  /** 0 to 1: how much the step is worth sharing. */
  readonly virality: Float32Array;
  /** Logits: a highlight begins at this step. */
  readonly start: Float32Array;
  /** Logits: a highlight ends with this step. */
  readonly end: Float32Array;
}

/** Features of a brand. */
export interface BrandFeatures {
  /** f32 [colours, 8]; there may be none. */
  readonly colors: Float32Array;
  /** f32 [64]. */
  readonly typography: Float32Array;
  /** f32 [128]. */
  readonly layout: Float32Array;
  /** f32 [sentences, 768]; none: no text. */
  readonly text: Float32Array;
}

/** What the network makes of a brand's features. */
export interface BrandScores {
  /** f32 [512] */
  readonly profile: Float32Array;
  /** 0 to 1. */
  readonly consistency: number;
  /** f32 [10]: probabilities in the order of `brandTones`. */
  readonly tone: Float32Array;
  /** f32 [32], -1 to 1. */
  readonly sentiment: Float32Array;
  /** f32 [64], at least 0. */
  readonly style: Float32Array;
}
