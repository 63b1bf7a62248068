import type { ClipFeatures, ClipModality, ClipScores } from '../clipApi.ts';

export type ScoreWindows = (windows: readonly ClipFeatures[], signal: AbortSignal) => Promise<readonly ClipScores[]>;

/** Of one window: scores, and how much the virality falls without a modality. */
export interface ScoredWindow {
  readonly scores: ClipScores;
  readonly contributions: Readonly<Partial<Record<ClipModality, Float32Array>>>;
}

/**
 * Scores a window, and to explain it once more for each of the modalities `explained`, silenced.
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
  const contributions: Partial<Record<ClipModality, Float32Array>> = {};
  for (const modality of explained) {
    const without = await one({ ...features, [modality]: new Float32Array(features[modality].length) });
    contributions[modality] = scores.virality.map((virality, step) => virality - (without.virality[step] ?? 0));
  }
  return { scores, contributions };
}
