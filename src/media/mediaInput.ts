import {
  BlobSource,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  Logging,
  LogLevel,
  MATROSKA,
  MP4,
  QTFF,
  type Source,
  UnsupportedInputFormatError,
  UrlSource,
  WEBM,
} from 'mediabunny';
import { abortedError, EngineError, throwIfAborted } from '../core/errors.ts';
import { mediaInvalid, mediaUnsupported, readFailure, unreadable } from './mediaErrors.ts';

/** Bytes of a file that are kept at most, whatever its length. */
const cacheBytes = 16 * 2 ** 20;
/** Requests that fail on the way are made again so often, after ½, 1 and 2 s. */
const retries = 3;
/** Breaks of connections in one call. */
const mostFailures = 20;

/** An opened file with its best tracks. Seconds are those of the file; `origin` is the first that players show. */
export interface MediaInput {
  readonly input: Input;
  readonly video: InputVideoTrack | null;
  readonly audio: InputAudioTrack | null;
  readonly origin: number;
  /** By the file's own account, which a truncated one does not live up to. */
  readonly durationSeconds: number;
}

/**
 * Opens an MP4, MOV, WebM or Matroska file; only what is needed of it is read. `dispose` the input in the end.
 * @throws EngineError media-invalid, media-unsupported, source-not-found, source-unreadable, aborted
 */
export async function openMedia(media: Blob | string, signal?: AbortSignal): Promise<MediaInput> {
  throwIfAborted(signal);
  // What fails is told by errors and warnings of this engine's own.
  Logging.level = LogLevel.Silent;
  const source = typeof media === 'string' ? urlSource(media) : blobSource(media);
  const input = new Input({ formats: [MP4, QTFF, WEBM, MATROSKA], source });
  const stop = (): void => input.dispose();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await describe(input);
  } catch (error) {
    const failure = signal?.aborted ? abortedError(signal) : await told(error, media);
    input.dispose();
    throw failure;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function describe(input: Input): Promise<MediaInput> {
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  const tracks = [video, audio].filter((track) => track !== null);
  if (tracks.length === 0) throw mediaInvalid('The file has neither video nor audio.', 'Pass a file that has.');
  const end = (await input.getDurationFromMetadata(tracks)) ?? (await input.computeDuration(tracks));
  const origin = Math.max(0, await input.getFirstTimestamp(tracks));
  if (!(end - origin > 0))
    throw mediaInvalid('The video has no length.', 'Pass a file with at least one frame or sound.');
  return { input, video, audio, origin, durationSeconds: end - origin };
}

function blobSource(blob: Blob): Source {
  if (blob.size === 0) throw mediaInvalid('The file is empty.', 'Pass a video file with content.');
  return new BlobSource(blob, { maxCacheSize: cacheBytes, handleUnhandledError: () => undefined });
}

function urlSource(url: string): Source {
  let failures = 0;
  return new UrlSource(url, {
    maxCacheSize: cacheBytes,
    fetchFn: checkedFetch,
    handleUnhandledError: () => undefined,
    // An answer that says no is final; a connection that breaks is not, unless it does so again and again.
    getRetryDelay: (attempts, error) =>
      answered(error) || attempts > retries || ++failures > mostFailures ? null : 2 ** (attempts - 2),
  });
}

const answered = (error: unknown): boolean => error instanceof EngineError && error.cause === undefined;

const checkedFetch: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const response = await fetch(input, init).catch((cause: unknown) => {
    if (init?.signal?.aborted) throw cause;
    throw unreadable(
      `${url} could not be fetched.`,
      'Check the address, the connection and that the server allows this origin.',
      cause,
    );
  });
  if (response.ok) return response;
  if (response.status === 416) throw mediaInvalid(`${url} is empty.`, 'Pass a video file with content.');
  const remedy = 'Check the address, or pass the file itself.';
  if (response.status === 404 || response.status === 410)
    throw new EngineError('source-not-found', `There is no ${url} (${response.status}).`, remedy);
  throw unreadable(`${url} answered ${response.status}.`, remedy);
};

/** Beginnings of files that are media, but of a kind that is not read here. */
const otherContainers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['AVI or WAVE', /^RIFF/],
  ['Ogg', /^OggS/],
  ['FLV', /^FLV/],
  ['MP3', /^(?:ID3|\xff[\xe2-\xfb])/],
  ['FLAC', /^fLaC/],
  ['MPEG-TS', /^G[^]{187}G/],
  ['Windows Media', /^\x30\x26\xb2\x75/],
];

async function told(error: unknown, media: Blob | string): Promise<EngineError> {
  if (!(error instanceof UnsupportedInputFormatError)) return readFailure(error);
  if (typeof media !== 'string') {
    const head = String.fromCharCode(
      ...new Uint8Array(
        await media
          .slice(0, 256)
          .arrayBuffer()
          .catch(() => new ArrayBuffer(0)),
      ),
    );
    const other = otherContainers.find(([, pattern]) => pattern.test(head));
    if (other) return mediaUnsupported(`The file is ${other[0]}, which is not read here.`, error);
  }
  return mediaInvalid('This is not a video: neither MP4 nor WebM.', 'Pass an MP4 or WebM file.', error);
}
