/** Every way in which Halftone says no. A closed union: an app may switch over it exhaustively. */
export type EngineErrorCode =
  // environment
  | 'webgpu-unavailable'
  | 'adapter-unavailable'
  | 'device-lost'
  | 'out-of-memory'
  | 'gpu-validation'
  | 'worker-failed'
  // options and calls
  | 'unknown-option'
  | 'invalid-option'
  | 'unknown-variant'
  | 'invalid-shape'
  | 'mask-mismatch'
  | 'input-too-long'
  | 'non-finite-input'
  | 'invalid-token'
  | 'empty-input'
  | 'queue-full'
  | 'disposed'
  | 'aborted'
  | 'not-supported'
  // checkpoints
  | 'source-not-found'
  | 'source-unreadable'
  | 'config-invalid'
  | 'unknown-architecture'
  | 'checkpoint-truncated'
  | 'checkpoint-header-invalid'
  | 'checkpoint-overlap'
  | 'checkpoint-dtype'
  | 'tensor-missing'
  | 'tensor-shape'
  | 'weights-missing'
  | 'tokenizer-missing'
  | 'tokenizer-invalid'
  // media
  | 'media-invalid'
  | 'media-unsupported'
  | 'captions-invalid'
  | 'image-invalid'
  | 'internal';

const mark = Symbol.for('halftone.EngineError');

/**
 * The one error type of the public API. `message` reads "what is wrong (the value). remedy".
 * Crosses the worker with its code and cause.
 */
export class EngineError extends Error {
  /** By its mark: the built library's files have a copy of this class each, and an error of any of them is one. */
  static override [Symbol.hasInstance](value: unknown): value is EngineError {
    return typeof value === 'object' && value !== null && mark in value;
  }
  readonly [mark] = true;
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** What the caller can do about it. Also the end of `message`. */
  readonly remedy: string;

  constructor(code: EngineErrorCode, what: string, remedy: string, cause?: unknown) {
    super(`${what} ${remedy}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
  }
}

/** Throws 'aborted' if the signal is aborted; the signal's reason becomes the cause. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

export function abortedError(signal?: AbortSignal): EngineError {
  return new EngineError('aborted', 'The call was aborted.', 'Call again without aborting its signal.', signal?.reason);
}

/** For states that the code rules out; reaching one is a defect of Halftone. */
export function internalError(what: string, cause?: unknown): EngineError {
  return new EngineError('internal', what, 'This is a defect in Halftone: please report it with the steps.', cause);
}
