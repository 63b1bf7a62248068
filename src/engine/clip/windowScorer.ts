import type { ClipFeatures, ClipModality, ClipScores } from '../clipApi.ts';

export type ScoreWindows = (windows: readonly ClipFeatures[], signal: AbortSignal) => Promise<readonly ClipScores[]>;

/** Of one window: scores, and what each modality alone would score. */
export interface ScoredWindow {
  readonly scores: ClipScores;
  readonly contributions: Readonly<Partial<Record<ClipModality, Float32Array>>>;
}

/**
 * Scores a window, and to explain it once more for each of the modalities `explained`, with all others silenced. (To silence
 * the one would tell nothing where two cues say the same: the score stays.)
 */
export async function scoreWindow(
  score: ScoreWindows,
  features: Required<ClipFeatures>,
  explained: readonly ClipModality[],
  signal: AbortSignal,
): Promise<ScoredWindow> {
  // One by one: the result of a window must not depend on what else is asked, and memory stays that of one.
  const one = async (window: ClipFeatures): Promise<ClipScores> => {
    const [scores] = await score([window], signal);
    if (!scores) throw new Error('One window gave no scores.');
    return scores;
  };
  const scores = await one(features);
  const silent = silenced(features);
  const contributions: Partial<Record<ClipModality, Float32Array>> = {};
  for (const modality of explained) {
    contributions[modality] = (await one({ ...silent, [modality]: features[modality] })).virality;
  }
  return { scores, contributions };
}

const silenced = ({ visual, audio, text, engagement }: Required<ClipFeatures>): Required<ClipFeatures> => ({
  visual: new Float32Array(visual.length),
  audio: new Float32Array(audio.length),
  text: new Float32Array(text.length),
  engagement: new Float32Array(engagement.length),
});
