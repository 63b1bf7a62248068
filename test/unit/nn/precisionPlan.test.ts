import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { type MatrixCosts, planPrecision } from '../../../src/nn/precisionPlan.ts';

/** A matrix of 1000 · `size` bytes in f16, whose int8 and int4 have these errors. */
const matrix = (id: string, size: number, int8: number, int4: number): MatrixCosts => ({
  id,
  formats: [
    { format: 'f16', bytes: 1000 * size, error: 2e-4 },
    { format: 'int8', bytes: 531 * size, error: int8 },
    { format: 'int4', bytes: 312 * size, error: int4 },
  ],
});

/** Two ordinary matrices, a large one, and one that int4 ruins. */
const matrices = [
  matrix('a', 10, 0.005, 0.07),
  matrix('b', 10, 0.006, 0.08),
  matrix('large', 40, 0.005, 0.07),
  matrix('sensitive', 10, 0.02, 0.6),
];
const formats = (budgets: Parameters<typeof planPrecision>[2]): Record<string, string> =>
  Object.fromEntries(planPrecision(matrices, 100, budgets).matrices.map(({ id, format }) => [id, format]));

/** All assignments, for the optimum that the greedy order is held against. */
function everyPlan(): { bytes: number; square: number }[] {
  return matrices.reduce<{ bytes: number; square: number }[]>(
    (all, { formats: options }) =>
      all.flatMap((sofar) =>
        options.map(({ bytes, error }) => ({ bytes: sofar.bytes + bytes, square: sofar.square + error ** 2 })),
      ),
    [{ bytes: 100, square: 0 }],
  );
}

describe('precision by budget', () => {
  test('a memory budget that everything fits leaves the most precise formats', () => {
    expect(new Set(Object.values(formats({ memoryBudgetBytes: 70_100 })))).toEqual(new Set(['f16']));
  });

  test('a tighter one takes the bytes where they cost the least error, and the sensitive matrix last', () => {
    expect(formats({ memoryBudgetBytes: 52_000 })).toEqual({ a: 'f16', b: 'f16', large: 'int8', sensitive: 'f16' });
    expect(formats({ memoryBudgetBytes: 42_000 })).toEqual({ a: 'int8', b: 'int8', large: 'int8', sensitive: 'f16' });
    expect(formats({ memoryBudgetBytes: 30_000 })).toEqual({ a: 'int8', b: 'int8', large: 'int4', sensitive: 'int8' });
    expect(formats({ memoryBudgetBytes: 25_000 })).toEqual({ a: 'int4', b: 'int4', large: 'int4', sensitive: 'int8' });
  });

  test('an error budget: the fewest bytes within it', () => {
    expect(formats({ errorBudget: 1e-3 })).toEqual({ a: 'f16', b: 'f16', large: 'f16', sensitive: 'f16' });
    expect(formats({ errorBudget: 0.012 })).toEqual({ a: 'int8', b: 'int8', large: 'int8', sensitive: 'int8' });
    expect(formats({ errorBudget: 0.07 })).toEqual({ a: 'int4', b: 'int4', large: 'int4', sensitive: 'int8' });
    expect(formats({ errorBudget: 1 })).toEqual({ a: 'int4', b: 'int4', large: 'int4', sensitive: 'int4' });
  });

  test('what is promised holds for every budget, and is near the best of all 81 plans', () => {
    const all = everyPlan();
    for (let errorBudget = 0.001; errorBudget < 0.4; errorBudget *= 1.3) {
      const plan = planPrecision(matrices, 100, { errorBudget });
      expect(plan.error).toBeLessThanOrEqual(errorBudget);
      const best = Math.min(...all.filter(({ square }) => Math.sqrt(square / 4) <= errorBudget).map((p) => p.bytes));
      // Four matrices are the worst case: a step is a quarter of the model. Whole steps are what greedy can be off by.
      expect(plan.bytes).toBeLessThanOrEqual(best * 1.25);
    }
    for (let memoryBudgetBytes = 22_000; memoryBudgetBytes < 71_000; memoryBudgetBytes += 1777) {
      const plan = planPrecision(matrices, 100, { memoryBudgetBytes });
      expect(plan.bytes).toBeLessThanOrEqual(memoryBudgetBytes);
      expect(plan.bytes).toBe(plan.matrices.reduce((sum, { bytes }) => sum + bytes, 100));
    }
  });

  test('both: the error decides, and what is then over the memory budget is refused with what would do', () => {
    expect(planPrecision(matrices, 100, { errorBudget: 0.012, memoryBudgetBytes: 40_000 }).bytes).toBe(37_270);
    let error: unknown;
    try {
      planPrecision(matrices, 100, { errorBudget: 0.012, memoryBudgetBytes: 30_000 });
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'out-of-memory', remedy: expect.stringContaining('37270') as unknown });
    expect(() => planPrecision(matrices, 100, { memoryBudgetBytes: 21_000 })).toThrow(/at least 21940 bytes/);
  });

  test('each matrix says what was measured and why it stays where it is', () => {
    const [a, , , sensitive] = planPrecision(matrices, 100, { errorBudget: 0.07 }).matrices;
    expect(a).toMatchObject({
      format: 'int4',
      errors: { f16: 2e-4, int8: 0.005, int4: 0.07 },
      reason: 'the smallest format that it may have',
    });
    expect(sensitive?.reason).toMatch(/^int4 would bring the error to 0\.30\d, over the budget of 0\.0700$/);
    const [first] = planPrecision(matrices, 100, { memoryBudgetBytes: 42_000 }).matrices;
    expect(first?.reason).toMatch(
      /^the memory budget is met without int4, whose error is 0\.0700 for 2190 bytes less$/,
    );
  });
});
