import {
  AudioSampleSink,
  EncodedPacketSink,
  type AudioSample,
  type InputTrack,
  type VideoSample,
  VideoSampleSink,
} from 'mediabunny';
import type { InputAudioTrack, InputVideoTrack } from 'mediabunny';
import { isSourceFailure } from './mediaErrors.ts';

type Sample = VideoSample | AudioSample;
/** Hears of a part of a track that could not be decoded: from second to second, the second one unknown where nothing follows. */
export type OnBroken = (from: number, to: number | undefined, cause: unknown) => void;

/** Seconds without a sample that are not worth a word. */
const toleratedSeconds = 0.25;

/**
 * A track's decoded samples in order, one looked at ahead. Where decoding fails it goes on at the next key frame. The library decodes at
 * most eight samples ahead of what was taken.
 */
export class SampleCursor<T extends Sample> {
  readonly #track: InputTrack;
  readonly #samples: (from: number | undefined) => AsyncGenerator<T, void, unknown>;
  readonly #onBroken: OnBroken;
  #iterator: AsyncGenerator<T, void, unknown> | undefined;
  #ahead: T | undefined;
  #ended = false;
  /** Seconds: where the last sample seen ends. */
  #end = Number.NEGATIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  /** The key frame that was tried last. */
  #triedKey = Number.NEGATIVE_INFINITY;
  #broken: { readonly from: number; readonly cause: unknown } | undefined;

  private constructor(
    track: InputTrack,
    samples: (from: number | undefined) => AsyncGenerator<T, void, unknown>,
    onBroken: OnBroken,
  ) {
    this.#track = track;
    this.#samples = samples;
    this.#onBroken = onBroken;
  }

  static video(track: InputVideoTrack, onBroken: OnBroken): SampleCursor<VideoSample> {
    const sink = new VideoSampleSink(track);
    return new SampleCursor<VideoSample>(track, (from) => sink.samples(from), onBroken);
  }

  static audio(track: InputAudioTrack, onBroken: OnBroken): SampleCursor<AudioSample> {
    const sink = new AudioSampleSink(track);
    return new SampleCursor<AudioSample>(track, (from) => sink.samples(from), onBroken);
  }

  /** Second of the file at which the track is over; minus infinity while it is not known to be. */
  get endedAt(): number {
    return this.#ended && !this.#ahead ? this.#end : Number.NEGATIVE_INFINITY;
  }

  get ended(): boolean {
    return this.#ended && !this.#ahead;
  }

  /** The next sample if it begins before `second`; the caller closes it. */
  async takeBefore(second: number): Promise<T | undefined> {
    this.#ahead ??= await this.#decode();
    if (!this.#ahead || this.#ahead.timestamp >= second) return undefined;
    const sample = this.#ahead;
    this.#ahead = undefined;
    return sample;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#ahead?.close();
    this.#ahead = undefined;
    await this.#iterator?.return();
  }

  async #decode(): Promise<T | undefined> {
    let from: number | undefined;
    while (!this.#ended) {
      try {
        this.#iterator ??= this.#samples(from);
        const next = await this.#iterator.next();
        if (next.done) break;
        const sample = next.value;
        // After a break the decoder may hand out what is known already.
        if (sample.timestamp <= this.#last) {
          sample.close();
          continue;
        }
        this.#tellBroken(sample.timestamp);
        this.#last = sample.timestamp;
        this.#end = Math.max(this.#end, sample.timestamp + sample.duration);
        return sample;
      } catch (error) {
        if (this.#track.input.disposed || isSourceFailure(error)) throw error;
        this.#iterator = undefined;
        this.#broken ??= { from: this.#end, cause: error };
        from = await this.#nextKey();
        if (from === undefined) break;
      }
    }
    this.#ended = true;
    this.#tellBroken(undefined);
    return undefined;
  }

  /** Decoders fail some packets ahead of what was taken, so several failures may be of one place: it is told when it is over. */
  #tellBroken(to: number | undefined): void {
    if (this.#broken && (to === undefined || to - this.#broken.from > toleratedSeconds))
      this.#onBroken(this.#broken.from, to, this.#broken.cause);
    this.#broken = undefined;
  }

  /** Second of the first key frame behind what was decoded and behind the last one that was tried. */
  async #nextKey(): Promise<number | undefined> {
    const sink = new EncodedPacketSink(this.#track);
    const behind = Math.max(this.#last, this.#triedKey);
    try {
      let packet = Number.isFinite(behind) ? await sink.getKeyPacket(behind) : await sink.getFirstKeyPacket();
      while (packet && packet.timestamp <= behind) packet = await sink.getNextKeyPacket(packet);
      if (packet) this.#triedKey = packet.timestamp;
      return packet?.timestamp;
    } catch (error) {
      if (isSourceFailure(error)) throw error;
      // The container itself is broken there: what follows cannot be found.
      return undefined;
    }
  }
}
