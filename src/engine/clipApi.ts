import type { ClipFeatures, ClipModality, ClipScores } from '../core/features.ts';
import type { Model } from './api.ts';

export type { ClipFeatures, ClipModality, ClipScores };

/** Seconds from the beginning of the video. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** Totals that a platform shows for the video; what is left out counts as unknown. */
export interface EngagementNumbers {
  readonly views?: number;
  readonly likes?: number;
  readonly comments?: number;
  readonly shares?: number;
  readonly averageViewSeconds?: number;
}

/** Share of the viewers (0 to 1) who still watch at a second of the video. */
export type RetentionCurve = readonly { readonly second: number; readonly share: number }[];

export type ClipEvent =
  | {
      readonly type: 'progress';
      /** Steps whose features are there. */
      readonly steps: number;
      /** Seconds of the video that have been read, and its length. */
      readonly seconds: number;
      readonly durationSeconds: number;
      /** 0 to 1. */
      readonly fraction: number;
    }
  | ({
      readonly type: 'scores';
      readonly firstStep: number;
      /** Seconds that one step lasts. */
      readonly stepSeconds: number;
      /**
       * By modality, one value a step: the virality that this modality alone would have. Empty unless `explain`.
       */
      readonly contributions: Readonly<Partial<Record<ClipModality, Float32Array>>>;
    } & ClipScores)
  | {
      /** Something of the file could not be read, and reading went on: a broken part, an early end, sound in an unknown codec. */
      readonly type: 'warning';
      readonly message: string;
      /** Second of the video at which it is. */
      readonly seconds: number;
    }
  | ({
      readonly type: 'segment';
      /** Mean virality of its steps over the threshold. */
      readonly score: number;
      /** What to cut: the segment with its surroundings, `clipSeconds` long where the video has them. */
      readonly clip: TimeRange;
    } & TimeRange);

export type ClipSegment = Extract<ClipEvent, { type: 'segment' }>;

export interface ClipOptions {
  /** WebVTT or SRT, as text or as a file. */
  readonly captions?: string | Blob;
  readonly engagement?: EngagementNumbers | RetentionCurve;
  /** Virality over which a step belongs to a segment. Default 0.8. */
  readonly threshold?: number;
  /** Length of a clip in seconds, 10 to 60. Default 30. */
  readonly clipSeconds?: number;
  /** Scores every window again with each modality alone, to tell why. Default false. */
  readonly explain?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface CutOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Methods of a variant whose tensors a trunk-only checkpoint lacks reject with 'weights-missing'. */
export interface ViralClipperModel extends Model {
  readonly variant: 'viral-clipper';
  /**
   * Reads a video while it scores it. Its features never lie in memory as a whole.
   * @throws EngineError weights-missing, media-*, captions-invalid, invalid-option, aborted
   */
  clip(video: Blob | string, options?: ClipOptions): AsyncIterable<ClipEvent>;
  /** Scores features of your own, at most the trunk's positions at once. */
  score(features: ClipFeatures, options?: { readonly signal?: AbortSignal | undefined }): Promise<ClipScores>;
  /**
   * A playable file of a part of the video: copied from the key frame before where the container allows it, else encoded anew.
   * @throws EngineError media-*, invalid-option, aborted
   */
  cut(video: Blob | string, range: TimeRange, options?: CutOptions): Promise<Blob>;
}
