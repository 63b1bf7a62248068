import {
  BufferTarget,
  Conversion,
  EncodedPacketSink,
  MATROSKA,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
  QTFF,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';
import { abortedError, EngineError, throwIfAborted } from '../core/errors.ts';
import { mediaInvalid, mediaUnsupported, readFailure } from './mediaErrors.ts';
import { type MediaInput, openMedia } from './mediaInput.ts';

/** Seconds of the file's timeline, from its beginning as players show it. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Seconds that the key frame may lie before the cut for the pictures to be copied from there. Encoders put key frames 1 to 10 s apart (x264: 250
 * frames); where they are further apart, the clip's pictures are encoded anew instead of dragging so much along.
 */
const longestLead = 10;

/**
 * A file of the same container with the range's pictures and sound. They are copied, not encoded, where a key frame lies at most 10 s before the
 * range: MP4 and MOV then hide what is before it by an edit list and play from `start` exactly; WebM and Matroska have no such thing, and
 * the clip begins at the key frame. Elsewhere the pictures are encoded anew and begin exactly.
 * @throws EngineError invalid-option, media-*, source-*, aborted
 */
export async function cutVideo(video: Blob | string, range: Range, signal?: AbortSignal): Promise<Blob> {
  const media = await openMedia(video, signal);
  const { input } = media;
  let conversion: Conversion | undefined;
  const stop = (): void => {
    void conversion?.cancel();
    input.dispose();
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const { format, type } = await outputFormat(media);
    const target = new BufferTarget();
    conversion = await plan(media, range, new Output({ format, target }));
    throwIfAborted(signal);
    await conversion.execute();
    if (!target.buffer) throw mediaInvalid('The range has neither pictures nor sound.', 'Choose another range.');
    return new Blob([target.buffer], { type });
  } catch (error) {
    throw signal?.aborted ? abortedError(signal) : readFailure(error);
  } finally {
    signal?.removeEventListener('abort', stop);
    input.dispose();
  }
}

async function plan(media: MediaInput, range: Range, output: Output): Promise<Conversion> {
  const { input, origin, durationSeconds } = media;
  if (range.start >= durationSeconds)
    throw new EngineError(
      'invalid-option',
      `The range begins at ${range.start} s; the video ends at ${durationSeconds.toFixed(1)} s.`,
      'Choose a range within the video.',
    );
  const start = origin + range.start;
  const exact = output.format.negativeTimestampSupport === 'full';
  const lead = await leadSeconds(media, start);
  const copies = lead <= longestLead;
  const conversion = await Conversion.init({
    input,
    output,
    tracks: 'primary',
    trim: { start: exact || !copies ? start : start - lead, end: origin + Math.min(range.end, durationSeconds) },
    // A key frame's time is known to be exact: the tolerance is for rounding.
    copy: { boundaryTolerance: copies ? Number.POSITIVE_INFINITY : 0, shiftTolerance: exact ? 0 : 0.05 },
    showWarnings: false,
  });
  const lost = conversion.discardedTracks.find(({ track }) => track === media.video || track === media.audio);
  if (lost)
    throw mediaUnsupported(
      `The ${lost.track.type} cannot be cut in this browser (${lost.reason.replaceAll('_', ' ')}).`,
    );
  if (!conversion.isValid) throw mediaUnsupported('The range cannot be cut.');
  return conversion;
}

/** Seconds from the last key frame to the cut; none where there is nothing to decode from before, and the pictures begin later. */
async function leadSeconds({ video }: MediaInput, start: number): Promise<number> {
  if (!video) return 0;
  const key = await new EncodedPacketSink(video).getKeyPacket(start, { verifyKeyPackets: true, metadataOnly: false });
  return key ? start - key.timestamp : 0;
}

/** The input's own container. */
async function outputFormat({
  input,
  video,
}: MediaInput): Promise<{ readonly format: OutputFormat; readonly type: string }> {
  const kind = video ? 'video' : 'audio';
  const inputFormat = await input.getFormat();
  if (inputFormat === WEBM) return { format: new WebMOutputFormat(), type: `${kind}/webm` };
  if (inputFormat === MATROSKA) return { format: new MkvOutputFormat(), type: `${kind}/x-matroska` };
  if (inputFormat === QTFF) return { format: new MovOutputFormat(), type: `${kind}/quicktime` };
  return { format: new Mp4OutputFormat(), type: `${kind}/mp4` };
}
