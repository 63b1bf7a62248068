import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import type { Random } from './random.ts';

/** Layout of a brand. Lengths in px. */
export interface LayoutStyle {
  /** Every gap and padding is a multiple of it. */
  readonly unit: number;
  /** How many units an inner gap takes; outer ones take more. */
  readonly air: number;
  readonly radius: number;
  readonly pillButtons: boolean;
  readonly columns: number;
  readonly align: 'left' | 'center';
  /** How cards come to stand side by side. */
  readonly flow: 'grid' | 'flex';
  readonly maxWidth: number;
  readonly borderPx: number;
  readonly shadow: string;
}

interface LayoutHabit {
  readonly units: readonly number[];
  readonly air: readonly number[];
  readonly radii: readonly number[];
  readonly pill: number;
  readonly columns: readonly number[];
  readonly center: number;
  readonly widths: readonly number[];
  readonly borders: readonly number[];
  readonly shadows: readonly string[];
}

const none = 'none';
const soft = '0 4px 16px rgba(0, 0, 0, 0.08)';
const hard = '6px 6px 0 #111111';
const small = '0 1px 3px rgba(0, 0, 0, 0.12)';

const habits: Record<BrandTone, LayoutHabit> = {
  formal: {
    units: [8, 8, 6, 4],
    air: [2, 3, 3],
    radii: [0, 0, 2, 3],
    pill: 0,
    columns: [2, 3, 3],
    center: 0.2,
    widths: [960, 1040, 1120],
    borders: [1, 1, 0],
    shadows: [none, none, small],
  },
  casual: {
    units: [8, 8, 10, 5],
    air: [2, 2, 3],
    radii: [4, 6, 8, 10, 12],
    pill: 0.2,
    columns: [2, 3],
    center: 0.35,
    widths: [880, 960, 1100],
    borders: [0, 1, 2],
    shadows: [none, small, soft],
  },
  playful: {
    units: [8, 10, 12],
    air: [2, 2, 3],
    radii: [16, 20, 24, 32],
    pill: 0.75,
    columns: [2, 3, 3, 4],
    center: 0.7,
    widths: [900, 1000, 1100],
    borders: [0, 2, 3, 4],
    shadows: [none, soft, hard],
  },
  urgent: {
    units: [4, 6, 8],
    air: [2, 2, 3],
    radii: [0, 0, 2, 4, 6],
    pill: 0.05,
    columns: [2, 3, 4],
    center: 0.55,
    widths: [900, 1040, 1200],
    borders: [0, 1, 2, 3],
    shadows: [none, small, none],
  },
  luxurious: {
    units: [8, 12, 16],
    air: [4, 5, 6],
    radii: [0, 0, 0, 2],
    pill: 0,
    columns: [1, 2, 2, 3],
    center: 0.75,
    widths: [960, 1080, 1200],
    borders: [0, 1, 1],
    shadows: [none],
  },
  technical: {
    units: [4, 8, 8],
    air: [2, 2, 3],
    radii: [2, 4, 4, 6, 0],
    pill: 0,
    columns: [2, 3, 4],
    center: 0.1,
    widths: [1000, 1140, 1200],
    borders: [1, 1, 1, 0],
    shadows: [none, none, small],
  },
  friendly: {
    units: [8, 8, 10, 12],
    air: [2, 3, 3],
    radii: [8, 12, 14, 16, 20],
    pill: 0.45,
    columns: [2, 3, 3],
    center: 0.5,
    widths: [900, 1000, 1100],
    borders: [0, 0, 1],
    shadows: [none, soft, soft],
  },
  bold: {
    units: [8, 10, 16],
    air: [2, 3, 4],
    radii: [0, 0, 0, 4],
    pill: 0.05,
    columns: [1, 2, 3],
    center: 0.3,
    widths: [1100, 1200, 1280],
    borders: [0, 3, 4, 6],
    shadows: [none, none, hard],
  },
  calm: {
    units: [8, 12, 16],
    air: [4, 5, 6],
    radii: [0, 4, 8, 12, 16],
    pill: 0.3,
    columns: [1, 2, 2, 3],
    center: 0.55,
    widths: [720, 800, 960],
    borders: [0, 0, 1],
    shadows: [none, none, '0 8px 40px rgba(0, 0, 0, 0.04)'],
  },
  inspirational: {
    units: [8, 8, 12, 16],
    air: [3, 4, 4],
    radii: [4, 8, 8, 12, 16],
    pill: 0.5,
    columns: [2, 3, 3],
    center: 0.75,
    widths: [960, 1080, 1180],
    borders: [0, 0, 1],
    shadows: [none, soft, '0 12px 32px rgba(40, 20, 80, 0.16)'],
  },
};

/** A layout that fits the tone. */
export function drawLayout(random: Random, tone: BrandTone): LayoutStyle {
  const habit = habits[tone];
  return {
    unit: random.pick(habit.units),
    air: random.pick(habit.air),
    radius: random.pick(habit.radii),
    pillButtons: random.chance(habit.pill),
    columns: random.pick(habit.columns),
    align: random.chance(habit.center) ? 'center' : 'left',
    flow: random.pick(['grid', 'flex']),
    maxWidth: random.pick(habit.widths),
    borderPx: random.pick(habit.borders),
    shadow: random.pick(habit.shadows),
  };
}
