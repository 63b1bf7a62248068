/** Steps that are scored together, and how many of them the next window sees again. */
export interface WindowPlan {
  readonly steps: number;
  readonly overlap: number;
}

const windowSteps = 100;
const overlapSteps = 10;

/** Windows of 100 steps with 10 of overlap; as long as the network's positions, a tenth of it shared, where those are fewer. */
export function planWindows(positions: number): WindowPlan {
  if (positions >= windowSteps) return { steps: windowSteps, overlap: overlapSteps };
  return { steps: positions, overlap: Math.floor(positions / 10) };
}

/** Steps from a window to the next. */
export const hopOf = ({ steps, overlap }: WindowPlan): number => steps - overlap;

/** First step that the window `index` answers for: in an overlap the first half is the earlier window's. */
export const firstOwned = (plan: WindowPlan, index: number): number =>
  index === 0 ? 0 : index * hopOf(plan) + Math.floor(plan.overlap / 2);
