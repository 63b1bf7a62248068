import type { EngagementNumbers, RetentionCurve, TimeRange } from '../../../../src/engine/clipApi.ts';

/** Held-out videos have scenes, effects, words and ranges that training never sees. */
export type Domain = 'training' | 'held-out';

/** What makes a highlight: at least two of them at once. */
export type Cue = 'motion' | 'cuts' | 'loudness' | 'speech' | 'caption';

export type PictureKind =
  | 'movers' // shapes on fast paths
  | 'shake' // the camera
  | 'zoom' // in and out
  | 'scroll' // the scene runs past
  | 'particles' // fly out of points
  | 'blocks' // squares at random places
  | 'strobe' // light and dark by turns
  | 'snow' // noise that is new in every frame
  | 'replacement' // another scene for as long, running past
  | 'spin' // held out: the scene turns
  | 'bars' // held out: bars wipe over the picture
  | 'balls' // held out: bounce off the edges
  | 'cuts' // another scene, `rate` a second
  | 'pan' // slow
  | 'slowZoom'
  | 'wander' // one shape, slowly
  | 'flash'; // one white moment

export type SoundKind =
  | 'white'
  | 'pink'
  | 'brown'
  | 'cheer' // a crowd: noise that swells
  | 'beat' // drum and hats
  | 'siren'
  | 'impacts' // noise that dies away, at random moments
  | 'tones' // a few steady sines
  | 'hum' // a low tone with harmonics
  | 'chords' // slow
  | 'melody' // held out: notes
  | 'gallop' // held out: noise in a quick rhythm
  | 'tremolo' // a tone or noise that swells as often as syllables do
  | 'calmSpeech'
  | 'excitedSpeech'
  | 'shouting' // held out: as excitedSpeech with other voices and rates
  | 'bang'; // one short noise

interface EffectBase {
  readonly start: number;
  readonly end: number;
  /** Seconds in which it grows and falls, inside of start and end. */
  readonly rampSeconds: number;
  readonly seed: number;
}

export interface PictureEffect extends EffectBase {
  readonly kind: PictureKind;
  /** 0 to 1: size, number and speed. */
  readonly strength: number;
  /** Times a second, where the kind repeats. */
  readonly rate: number;
}

export interface SoundEffect extends EffectBase {
  readonly kind: SoundKind;
  /** Root of the mean square, decibels below full scale. */
  readonly levelDb: number;
}

export interface Caption extends TimeRange {
  readonly text: string;
}

export interface Highlight extends TimeRange {
  readonly cues: readonly Cue[];
}

export type DistractorKind =
  | 'hum' // loud and static, over a picture that stays as it was
  | 'loudNoise' // the same with noise
  | 'steadyTones'
  | 'chords'
  | 'calmSpeech'
  | 'bang'
  | 'pan'
  | 'slowZoom'
  | 'flash' // without sound
  | 'singleCut'
  | 'quietMotion'
  | 'motionAlone' // strong, without sound
  | 'soundAlone' // loud, over a picture that stays as it was
  | 'humAndPan'
  | 'excitedCaption'; // alone

export interface Distractor extends TimeRange {
  readonly kind: DistractorKind;
}

export interface Encoding {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** Wishes: where the browser cannot encode it, VP8 in WebM takes its place. */
  readonly container: 'webm' | 'mp4';
  readonly videoCodec: 'vp8' | 'vp9' | 'avc';
  readonly videoBitsPerSecond: number;
  readonly audioBitsPerSecond: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly keyFrameSeconds: number;
}

/** How the picture looks where nothing happens. */
export interface PictureStyle {
  readonly sceneKinds: readonly [string, ...string[]];
  /** 0 to 1, of 360°. */
  readonly hue: number;
  readonly saturation: number;
  /** Mean and swing of lightness, 0 to 1. */
  readonly lightness: number;
  readonly contrast: number;
  /** Opacity of noise that is new in every frame. */
  readonly grain: number;
  /** Shapes that move all the time, and their speed in widths a second. */
  readonly idlers: number;
  readonly idlerSpeed: number;
  /** Widths a second that the scene drifts. */
  readonly drift: number;
  /** Widths that the camera trembles. */
  readonly tremble: number;
  readonly clock: boolean;
  readonly letterbox: boolean;
}

/** All that is drawn, heard, read and to be found in one video. Pure data: the same seed and domain give the same. */
export interface VideoPlan {
  readonly name: string;
  readonly seed: number;
  readonly domain: Domain;
  readonly seconds: number;
  readonly encoding: Encoding;
  readonly style: PictureStyle;
  readonly audio: 'none' | 'silent' | 'sound';
  readonly picture: readonly PictureEffect[];
  readonly sound: readonly SoundEffect[];
  readonly captions: readonly Caption[] | undefined;
  readonly engagement: EngagementNumbers | RetentionCurve | undefined;
  readonly highlights: readonly Highlight[];
  readonly distractors: readonly Distractor[];
}

/** Share of an effect that is there at a moment: 0 outside of it. */
export function envelope({ start, end, rampSeconds }: EffectBase, second: number): number {
  if (second < start || second >= end) return 0;
  if (rampSeconds <= 0) return 1;
  return Math.min(1, (second - start) / rampSeconds, (end - second) / rampSeconds);
}
