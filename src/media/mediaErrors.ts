import { EngineError } from '../core/errors.ts';

export const mediaInvalid = (what: string, remedy: string, cause?: unknown): EngineError =>
  new EngineError('media-invalid', what, remedy, cause);

export const mediaUnsupported = (what: string, cause?: unknown): EngineError =>
  new EngineError('media-unsupported', what, 'Convert it to MP4 or WebM with codecs that this browser plays.', cause);

export const unreadable = (what: string, remedy: string, cause?: unknown): EngineError =>
  new EngineError('source-unreadable', what, remedy, cause);

/** The bytes cannot be had, which says nothing about what they are: a file that changed on the disk, a server that went away. */
export const isSourceFailure = (error: unknown): boolean =>
  error instanceof EngineError ||
  (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')) ||
  (error instanceof Error && /server must support HTTP range requests|206 Partial/.test(error.message));

/** What a library threw while it read a file, as this engine tells it. An error of the engine's own stays as it is. */
export function readFailure(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (isSourceFailure(error))
    return unreadable(
      'The file cannot be read any further.',
      'It must not change meanwhile; a server must answer range requests (206), or pass the file itself.',
      error,
    );
  const text = error instanceof Error ? error.message : String(error);
  return mediaInvalid(
    `The file cannot be read: ${text.replace(/\.$/, '')}.`,
    'Check that it plays in a video player.',
    error,
  );
}

/** @throws EngineError not-supported without WebCodecs */
export function requireWebCodecs(): void {
  if (typeof VideoDecoder !== 'undefined' && typeof AudioDecoder !== 'undefined') return;
  throw new EngineError(
    'not-supported',
    'This environment has no WebCodecs, so it cannot decode video.',
    'Use a browser that has them (over https or from localhost), or score() with features of your own.',
  );
}
