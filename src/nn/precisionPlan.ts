import type { WeightFormat } from '../core/dtype.ts';
import { EngineError } from '../core/errors.ts';

/** What keeping a matrix in a format costs. */
export interface FormatCost {
  readonly format: WeightFormat;
  readonly bytes: number;
  /** ‖Ŵ − W‖ / ‖W‖ (Frobenius), measured. */
  readonly error: number;
}

/** A matrix and the formats that it may have, the most precise first. */
export interface MatrixCosts {
  readonly id: string;
  readonly formats: readonly FormatCost[];
}

export interface PrecisionBudgets {
  /** Most of the error: see PrecisionPlan. */
  readonly errorBudget?: number | undefined;
  /** Most of the bytes of all weights. */
  readonly memoryBudgetBytes?: number | undefined;
}

export interface MatrixPrecision extends FormatCost {
  readonly id: string;
  /** The measured errors of all formats that it could have had. */
  readonly errors: Readonly<Partial<Record<WeightFormat, number>>>;
  /** Why this format and not the next cheaper one. */
  readonly reason: string;
}

export interface PrecisionPlan extends PrecisionBudgets {
  /** Of all weights, norms and biases too. */
  readonly bytes: number;
  /**
   * Root mean square of the matrices' errors, each counting once: a product's relative error is its matrix's (for inputs of
   * no preferred direction), whatever its size, and all of them add to the same residual stream.
   */
  readonly error: number;
  readonly matrices: readonly MatrixPrecision[];
}

interface Step {
  readonly index: number;
  readonly to: FormatCost;
  readonly savedBytes: number;
  readonly addedSquare: number;
}

/**
 * A format for each matrix. With an error budget: the fewest bytes within it (and refused if they are over the memory
 * budget). With a memory budget alone: the smallest error within it. Greedy from the most precise formats on: the step that
 * saves the most bytes for the square that it adds comes first. Steps of a matrix get dearer as they go (f16 to int8 saves 7.5
 * bits a weight for an error of 0.5 %, int8 to int4 3.5 bits for 7 %), which is what makes the greedy order a good one.
 * `otherBytes`: of norms and biases.
 * @throws EngineError out-of-memory
 */
export function planPrecision(
  matrices: readonly MatrixCosts[],
  otherBytes: number,
  budgets: PrecisionBudgets,
): PrecisionPlan {
  const { errorBudget, memoryBudgetBytes } = budgets;
  const chosen = matrices.map(({ formats }) => first(formats));
  const bytes = (): number => chosen.reduce((sum, cost) => sum + cost.bytes, otherBytes);
  const squares = (): number => chosen.reduce((sum, cost) => sum + cost.error ** 2, 0);
  const errorOf = (sum: number): number => Math.sqrt(sum / Math.max(1, matrices.length));
  const allowed = (step: Step): boolean =>
    errorBudget === undefined
      ? memoryBudgetBytes !== undefined && bytes() > memoryBudgetBytes
      : errorOf(squares() + step.addedSquare) <= errorBudget;
  for (;;) {
    const steps = matrices.flatMap(({ formats }, index) => nextStep(formats, chosen[index], index));
    const best = steps.filter(allowed).toSorted((a, b) => worth(b) - worth(a))[0];
    if (!best) break;
    chosen[best.index] = best.to;
  }
  if (memoryBudgetBytes !== undefined && bytes() > memoryBudgetBytes) throw overBudget(bytes(), budgets);
  const error = errorOf(squares());
  return {
    ...budgets,
    bytes: bytes(),
    error,
    matrices: matrices.map(({ id, formats }, index) => {
      const cost = chosen[index] ?? first(formats);
      const [step] = nextStep(formats, cost, index);
      const errorThen = step ? errorOf(squares() + step.addedSquare) : error;
      const errors = Object.fromEntries(formats.map((candidate) => [candidate.format, candidate.error]));
      return { ...cost, id, errors, reason: reasonOf(step, errorThen, budgets) };
    }),
  };
}

const worth = ({ savedBytes, addedSquare }: Step): number => savedBytes / Math.max(addedSquare, Number.MIN_VALUE);

/** To the next format that is cheaper than this one. */
function nextStep(formats: readonly FormatCost[], from: FormatCost | undefined, index: number): Step[] {
  const current = from ?? first(formats);
  const to = formats.slice(formats.indexOf(current) + 1).find(({ bytes }) => bytes < current.bytes);
  if (!to) return [];
  return [{ index, to, savedBytes: current.bytes - to.bytes, addedSquare: to.error ** 2 - current.error ** 2 }];
}

function reasonOf(step: Step | undefined, errorThen: number, { errorBudget }: PrecisionBudgets): string {
  if (!step) return 'the smallest format that it may have';
  const { format, error } = step.to;
  if (errorBudget !== undefined)
    return `${format} would bring the error to ${digits(errorThen)}, over the budget of ${digits(errorBudget)}`;
  return `the memory budget is met without ${format}, whose error is ${digits(error)} for ${step.savedBytes} bytes less`;
}

const digits = (value: number): string => value.toPrecision(3);

function overBudget(bytes: number, { errorBudget, memoryBudgetBytes }: PrecisionBudgets): EngineError {
  const within = errorBudget === undefined ? '' : ` within an error of ${digits(errorBudget)}`;
  return new EngineError(
    'out-of-memory',
    `The weights take at least ${bytes} bytes${within}, and adaptivePrecision may take ${memoryBudgetBytes}.`,
    `Raise memoryBudgetBytes to ${bytes}${errorBudget === undefined ? '' : ', or raise errorBudget'}.`,
  );
}

function first(formats: readonly FormatCost[]): FormatCost {
  const [cost] = formats;
  if (!cost) throw new RangeError('A matrix must have a format.');
  return cost;
}
