import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import type { Random } from './random.ts';
import { helvetica, sans, system, twice, typeHabits } from './typeHabits.ts';

/** Type of a brand. Sizes in px. */
export interface TypeStyle {
  readonly heading: string;
  readonly body: string;
  readonly basePx: number;
  /** Ratio between steps of the scale. */
  readonly ratio: number;
  readonly headingWeight: number;
  readonly bodyWeight: number;
  readonly lineHeight: number;
  readonly headingLineHeight: number;
  /** In em. */
  readonly headingTracking: number;
  readonly headingCase: 'none' | 'uppercase' | 'lowercase';
  readonly labelCase: 'none' | 'uppercase';
  readonly labelTracking: number;
}

/** Stacks of every tone, for brands that cannot decide. */
export const allStacks: readonly string[] = [...new Set(Object.values(typeHabits).flatMap(({ pairs }) => pairs.flat()))];

/** Type that fits the tone. `plain`: one of the faces that every page may have, in the tone's sizes and weights. */
export function drawType(random: Random, tone: BrandTone, plain = false): TypeStyle {
  const habit = typeHabits[tone];
  const [heading, body] = plain ? twice(random.pick([helvetica, system, sans])) : random.pick(habit.pairs);
  const uppercaseLabels = random.pick(habit.labelCases);
  return {
    heading,
    body,
    basePx: random.pick(habit.basePx),
    ratio: random.pick(habit.ratios),
    headingWeight: random.pick(habit.headingWeights),
    bodyWeight: random.pick(habit.bodyWeights),
    lineHeight: random.pick(habit.lineHeights),
    headingLineHeight: random.pick([1.1, 1.15, 1.2, 1.25, 1.3]),
    headingTracking: random.pick(habit.headingTracking),
    headingCase: random.pick(habit.headingCases),
    labelCase: uppercaseLabels,
    labelTracking: uppercaseLabels === 'uppercase' ? random.pick([0.04, 0.08, 0.12, 0.2]) : 0,
  };
}
