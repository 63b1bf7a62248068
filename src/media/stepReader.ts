import type { AudioSample } from 'mediabunny';
import { abortedError, throwIfAborted } from '../core/errors.ts';
import { audioFeatureCount, AudioFeatures, audioLookahead } from './audioFeatures.ts';
import { Captions, parseCaptions } from './captions.ts';
import { EngagementFeatures, type Numbers, type Retention } from './engagementFeatures.ts';
import { mediaInvalid, mediaUnsupported, readFailure, requireWebCodecs } from './mediaErrors.ts';
import { type MediaInput, openMedia } from './mediaInput.ts';
import { type OnBroken, SampleCursor } from './sampleCursor.ts';
import { textFeatures } from './textFeatures.ts';
import { visualFeatureCount, VisualFeatures } from './visualFeatures.ts';

/** Frames of a step that are looked at, evenly apart: motion shows between them. */
const framesPerStep = 4;
/** Seconds that the file may end before what it says of itself. */
const shortfallSeconds = 2;

export interface StepOptions {
  readonly captions?: string | Blob | undefined;
  readonly engagement?: Numbers | Retention | undefined;
  /** Seconds that a step lasts. Default 1. */
  readonly stepSeconds?: number | undefined;
  /** Hears what could not be read, where reading goes on. */
  readonly onWarning?: ((message: string, second: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One time step of a video as features. Layouts: `VisualFeatures`, `AudioFeatures`, `textFeatures`, `EngagementFeatures`. */
export interface StepFeatures {
  readonly step: number;
  /** f32 [2048] */
  readonly visual: Float32Array;
  /** f32 [512] */
  readonly audio: Float32Array;
  /** f32 [768] */
  readonly text: Float32Array;
  /** f32 [64] */
  readonly engagement: Float32Array;
}

/** A video's features, step by step, in memory that does not depend on its length. */
export class StepReader {
  readonly durationSeconds: number;
  readonly stepSeconds: number;
  /** Steps that the file promises; it may hold fewer. */
  readonly stepCount: number;
  readonly hasVideo: boolean;
  readonly hasAudio: boolean;
  readonly #media: MediaInput;
  readonly #captions: Captions;
  readonly #options: StepOptions;
  #textAtLast = { text: '', features: textFeatures('') };

  private constructor(media: MediaInput, captions: Captions, options: StepOptions) {
    this.#media = media;
    this.#captions = captions;
    this.#options = options;
    this.stepSeconds = options.stepSeconds ?? 1;
    this.durationSeconds = media.durationSeconds;
    // What is left behind the last whole step by rounding is none of its own.
    this.stepCount = Math.max(1, Math.ceil(this.durationSeconds / this.stepSeconds - 0.05));
    this.hasVideo = media.video !== null;
    this.hasAudio = media.audio !== null;
  }

  /** @throws EngineError not-supported, media-*, captions-invalid, source-*, aborted */
  static async open(video: Blob | string, options: StepOptions = {}): Promise<StepReader> {
    requireWebCodecs();
    const captions = options.captions === undefined ? new Captions([]) : await parseCaptions(options.captions);
    const media = await openMedia(video, options.signal);
    try {
      return new StepReader(await decodable(media, options), captions, options);
    } catch (error) {
      media.input.dispose();
      throw readFailure(error);
    }
  }

  /** What this video has something of. */
  get modalities(): ('visual' | 'audio' | 'text' | 'engagement')[] {
    const { engagement } = this.#options;
    const has = {
      visual: this.hasVideo,
      audio: this.hasAudio,
      text: this.#captions.count > 0,
      engagement: engagement !== undefined,
    };
    return (['visual', 'audio', 'text', 'engagement'] as const).filter((modality) => has[modality]);
  }

  /** Ends what `steps` is doing, wherever it is. */
  close(): void {
    this.#media.input.dispose();
  }

  /** Reads video and audio side by side. To be called once; closes the file in the end. */
  async *steps(): AsyncGenerator<StepFeatures, void, undefined> {
    const { video, audio, origin } = this.#media;
    const { signal, engagement } = this.#options;
    const stop = (): void => this.close();
    signal?.addEventListener('abort', stop, { once: true });
    const frames = video && SampleCursor.video(video, this.#warnOf('video'));
    const sounds = audio && SampleCursor.audio(audio, this.#warnOf('audio'));
    const visual = frames && new VisualReader(frames, origin, this.stepSeconds);
    const heard = sounds && new AudioReader(sounds, origin, this.stepSeconds);
    const engaged = new EngagementFeatures(engagement, this.durationSeconds, this.stepSeconds);
    try {
      for (let step = 0; step < this.stepCount; step++) {
        throwIfAborted(signal);
        const features = {
          step,
          visual: visual ? await visual.take(step) : new Float32Array(visualFeatureCount),
          audio: heard ? await heard.take(step) : new Float32Array(audioFeatureCount),
          text: this.#textAt(step),
          engagement: engaged.at(step),
        };
        if (
          this.#isOver(
            step,
            [frames, sounds].filter((cursor) => cursor !== null),
          )
        )
          return;
        yield features;
      }
    } catch (error) {
      throw signal?.aborted ? abortedError(signal) : readFailure(error);
    } finally {
      signal?.removeEventListener('abort', stop);
      await frames?.close();
      await sounds?.close();
      this.close();
    }
  }

  #textAt(step: number): Float32Array {
    const text = this.#captions.textIn(step * this.stepSeconds, (step + 1) * this.stepSeconds);
    if (text !== this.#textAtLast.text) this.#textAtLast = { text, features: textFeatures(text) };
    return this.#textAtLast.features;
  }

  /** All tracks have ended before this step began. */
  #isOver(step: number, cursors: readonly { readonly ended: boolean; readonly endedAt: number }[]): boolean {
    if (cursors.some((cursor) => !cursor.ended)) return false;
    const end = Math.max(...cursors.map((cursor) => cursor.endedAt)) - this.#media.origin;
    if (!Number.isFinite(end))
      throw mediaInvalid('Nothing in the file could be decoded.', 'Check that it plays in a video player.');
    if (step * this.stepSeconds < end) return false;
    if (this.durationSeconds - end > shortfallSeconds)
      this.#options.onWarning?.(
        `The video ends at ${end.toFixed(1)} s, though it says it lasts ${this.durationSeconds.toFixed(1)} s.`,
        end,
      );
    return true;
  }

  #warnOf(kind: string): OnBroken {
    return (from, to, cause) => {
      const { origin } = this.#media;
      const reach = to === undefined ? 'to its end' : `to ${(to - origin).toFixed(1)} s`;
      const why = cause instanceof Error ? cause.message : String(cause);
      const start = Math.max(0, from - origin);
      this.#options.onWarning?.(`The ${kind} cannot be decoded from ${start.toFixed(1)} s ${reach}: ${why}`, start);
    };
  }
}

/** A video whose sound cannot be decoded goes without; one whose frames cannot is refused. */
async function decodable(media: MediaInput, options: StepOptions): Promise<MediaInput> {
  const { video, audio } = media;
  if (video && !(await video.canDecode()))
    throw mediaUnsupported(
      `This browser does not decode the video's codec (${String(await video.getInternalCodecId())}).`,
    );
  if (!audio || (await audio.canDecode())) return media;
  const what = `This browser does not decode the audio's codec (${String(await audio.getInternalCodecId())})`;
  if (!video) throw mediaUnsupported(`${what}.`);
  options.onWarning?.(`${what}: the video counts as silent.`, 0);
  return { ...media, audio: null };
}

/** Draws the frames that are on screen at the middles of a step's quarters. */
class VisualReader {
  readonly #cursor: ReturnType<typeof SampleCursor.video>;
  readonly #features = new VisualFeatures();
  readonly #origin: number;
  readonly #stepSeconds: number;

  constructor(cursor: ReturnType<typeof SampleCursor.video>, origin: number, stepSeconds: number) {
    this.#cursor = cursor;
    this.#origin = origin;
    this.#stepSeconds = stepSeconds;
  }

  async take(step: number): Promise<Float32Array> {
    for (let quarter = 0; quarter < framesPerStep; quarter++) {
      const second = this.#origin + (step + (quarter + 0.5) / framesPerStep) * this.#stepSeconds;
      let frame = await this.#cursor.takeBefore(second);
      try {
        for (
          let next = frame && (await this.#cursor.takeBefore(second));
          next;
          next = await this.#cursor.takeBefore(second)
        ) {
          frame?.close();
          frame = next;
        }
        if (frame) this.#features.add(frame);
        else this.#features.repeat();
      } finally {
        frame?.close();
      }
    }
    return this.#features.take();
  }
}

/** Feeds the sound that a step needs. */
class AudioReader {
  readonly #cursor: ReturnType<typeof SampleCursor.audio>;
  readonly #features: AudioFeatures;
  readonly #origin: number;
  readonly #stepSeconds: number;

  constructor(cursor: ReturnType<typeof SampleCursor.audio>, origin: number, stepSeconds: number) {
    this.#cursor = cursor;
    this.#features = new AudioFeatures(stepSeconds);
    this.#origin = origin;
    this.#stepSeconds = stepSeconds;
  }

  async take(step: number): Promise<Float32Array> {
    const end = this.#origin + (step + 1) * this.#stepSeconds + audioLookahead;
    for (let sample = await this.#cursor.takeBefore(end); sample; sample = await this.#cursor.takeBefore(end))
      try {
        this.#features.push(sample.timestamp - this.#origin, sample.sampleRate, mono(sample));
      } finally {
        sample.close();
      }
    return this.#features.take(step);
  }
}

/** Mean of the channels. */
function mono(sample: AudioSample): Float32Array {
  const frames = sample.numberOfFrames;
  const sum = new Float32Array(frames);
  const channel = new Float32Array(frames);
  for (let planeIndex = 0; planeIndex < sample.numberOfChannels; planeIndex++) {
    sample.copyTo(channel, { planeIndex, format: 'f32-planar' });
    for (let i = 0; i < frames; i++) sum[i] = (sum[i] ?? 0) + (channel[i] ?? 0) / sample.numberOfChannels;
  }
  return sum;
}
