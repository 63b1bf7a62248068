import type { EngagementNumbers, RetentionCurve, TimeRange } from '../../../../src/engine/clipApi.ts';
import type { Random } from './random.ts';

/** Most videos have none; where there is a retention curve, viewers stay for (or come back to) most highlights. */
export function planEngagement(
  random: Random,
  seconds: number,
  highlights: readonly TimeRange[],
): EngagementNumbers | RetentionCurve | undefined {
  const draw = random.next();
  if (draw < 0.6) return undefined;
  if (draw < 0.75) {
    const views = Math.round(random.scale(50, 5_000_000));
    return {
      views,
      likes: Math.round(views * random.scale(0.005, 0.15)),
      comments: Math.round(views * random.scale(0.0005, 0.02)),
      shares: Math.round(views * random.scale(0.0005, 0.03)),
      averageViewSeconds: Math.round(seconds * random.between(0.2, 0.8)),
    };
  }
  const halfLife = seconds * random.between(0.6, 3);
  const bumps = highlights
    .filter(() => random.chance(0.8))
    .map((range) => ({ ...range, by: random.between(0.05, 0.25) }));
  const every = random.pick([1, 2, 5]);
  return Array.from({ length: Math.floor(seconds / every) + 1 }, (_, index) => {
    const second = index * every;
    const bump = bumps.filter(({ start, end }) => second >= start && second < end).reduce((sum, { by }) => sum + by, 0);
    const share = 0.5 ** (second / halfLife) * 0.9 + bump + random.between(-0.01, 0.01);
    return { second, share: Math.min(1, Math.max(0, share)) };
  });
}
