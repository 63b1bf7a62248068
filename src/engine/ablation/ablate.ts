import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { Ablation, AblationOptions, AblationProgress, FlagAblation } from '../ablationApi.ts';
import type { Optimizations } from '../api.ts';
import { checkNames, checkValue, flagNames } from '../flags.ts';
import { compareStates, type Measured } from './compare.ts';
import { Subject, type SubjectPlan } from './subject.ts';
import type { RoundTimes } from './workload.ts';

type Flag = keyof Optimizations;

const defaultRounds = 5;

/** @throws EngineError unknown-option, invalid-option */
export function checkAblationOptions(options: AblationOptions): void {
  checkNames(options, ['seq', 'tokens', 'rounds', 'flags', 'onProgress', 'signal'], 'ablate');
  for (const name of ['seq', 'tokens', 'rounds'] as const) {
    const value = options[name];
    checkValue(name, value, value === undefined || (Number.isSafeInteger(value) && value > 0), 'a whole number over 0');
  }
  const { flags } = options;
  checkValue('flags', flags, flags === undefined || Array.isArray(flags), 'a list of flags');
  for (const flag of flags ?? []) checkValue('flags', flag, flagNames.includes(flag), `of ${flagNames.join(', ')}`);
}

/**
 * Sets each flag to what the engine does not have, one at a time, and measures the same work beside the engine's own settings: on
 * engines of their own, in alternating rounds, two models at a time at most.
 * @throws EngineError as loading does, aborted
 */
export async function ablate(
  plan: SubjectPlan,
  budgetBytes: number | undefined,
  options: AblationOptions,
): Promise<Ablation> {
  const comparison = new Comparison(plan, budgetBytes, options);
  try {
    return await comparison.run();
  } finally {
    await comparison.dispose();
  }
}

class Comparison {
  readonly #plan: SubjectPlan;
  readonly #budgetBytes: number | undefined;
  readonly #flags: readonly Flag[];
  readonly #rounds: number;
  readonly #onProgress: (progress: AblationProgress) => void;
  /** The engine's own settings, which every flag is measured beside. */
  #base: Subject | undefined;
  #precision: SubjectPlan['load']['precision'];
  /** Rounds differ in their inputs: what a model remembers of one must not help it in the next flag's. */
  #nextRound = 1;
  #done = 0;

  constructor(plan: SubjectPlan, budgetBytes: number | undefined, options: AblationOptions) {
    this.#plan = plan;
    this.#budgetBytes = budgetBytes;
    this.#flags = options.flags ?? flagNames;
    this.#rounds = options.rounds ?? defaultRounds;
    this.#onProgress = options.onProgress ?? (() => undefined);
  }

  async run(): Promise<Ablation> {
    const base = await this.#startBase();
    const { model, workload } = base;
    const flags: FlagAblation[] = [];
    for (const [index, flag] of this.#flags.entries()) {
      this.#done = (index + 1) / (this.#flags.length + 1);
      this.#report('load', flag);
      flags.push(await this.#measureFlag(flag));
    }
    this.#onProgress({ flag: undefined, phase: 'done', fraction: 1 });
    const { variant, precision } = model;
    return { variant, precision, ...workload.size, rounds: this.#rounds, flags };
  }

  async dispose(): Promise<void> {
    const base = this.#base;
    this.#base = undefined;
    await base?.dispose();
  }

  async #measureFlag(flag: Flag): Promise<FlagAblation> {
    const base = this.#base ?? (await this.#startBase());
    const inForce = base.has(flag);
    const { precision } = base.model;
    let measured: { readonly base: Measured; readonly other: Measured; readonly paired: boolean };
    try {
      measured = { ...(await this.#together(flag, !inForce, base)), paired: true };
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'out-of-memory')) throw error;
      measured = { ...(await this.#apart(flag, !inForce)), paired: false };
    }
    const [on, off] = inForce ? [measured.base, measured.other] : [measured.other, measured.base];
    return { flag, inForce, ...compareStates(flag, precision, on, off), paired: measured.paired };
  }

  /** Both at once, in alternating rounds. @throws EngineError out-of-memory */
  async #together(
    flag: Flag,
    on: boolean,
    base: Subject,
  ): Promise<{ readonly base: Measured; readonly other: Measured }> {
    const held = (await base.memory()).bytes;
    const room = this.#budgetBytes === undefined ? undefined : Math.max(1, this.#budgetBytes - held);
    const other = await this.#start(flag, on, room);
    try {
      const [ofBase, ofOther] = await this.#measure([base, other], flag);
      if (!ofBase || !ofOther) throw new RangeError('Two subjects give two results.');
      return { base: ofBase, other: ofOther };
    } finally {
      await other.dispose();
    }
  }

  /** One after the other, each alone. */
  async #apart(flag: Flag, on: boolean): Promise<{ readonly base: Measured; readonly other: Measured }> {
    await this.dispose();
    const other = await this.#start(flag, on, this.#budgetBytes);
    // Both get the same rounds.
    const firstRound = this.#nextRound;
    let second: Measured | undefined;
    try {
      [second] = await this.#measure([other], flag);
    } finally {
      await other.dispose();
    }
    const base = await this.#startBase();
    this.#nextRound = firstRound;
    const [first] = await this.#measure([base], flag);
    if (!first || !second) throw new RangeError('A subject gives a result.');
    return { base: first, other: second };
  }

  async #startBase(): Promise<Subject> {
    this.#report('load', undefined);
    const base = await this.#start(undefined, true, this.#budgetBytes);
    this.#base = base;
    // What 'auto' has chosen holds for all: it must not depend on what the others leave of the budget.
    this.#precision = base.model.precision;
    // Its memory has its full size from here on.
    await base.round(0, this.#plan.signal);
    return base;
  }

  #start(flag: Flag | undefined, on: boolean, budgetBytes: number | undefined): Promise<Subject> {
    throwIfAborted(this.#plan.signal);
    const precision = this.#precision ?? this.#plan.load.precision;
    const load = { ...this.#plan.load, ...(precision ? { precision } : {}) };
    return Subject.start({ ...this.#plan, load }, flag, on, budgetBytes);
  }

  /** Rounds over all subjects in turn; who begins changes from round to round. */
  async #measure(subjects: readonly Subject[], flag: Flag): Promise<Measured[]> {
    const { signal } = this.#plan;
    const times = subjects.map((): RoundTimes[] => []);
    // The first round compiles and warms up.
    for (let round = 0; round <= this.#rounds; round++) {
      this.#report('measure', flag, round / (this.#rounds + 1));
      const order = [...subjects.keys()];
      for (const index of round % 2 ? order.toReversed() : order) {
        throwIfAborted(signal);
        const roundTimes = await subjects[index]?.round(this.#nextRound, signal);
        if (roundTimes && round > 0) times[index]?.push(roundTimes);
      }
      this.#nextRound++;
    }
    const measured: Measured[] = [];
    for (const [index, subject] of subjects.entries()) {
      const memory = await subject.memory();
      measured.push({ rounds: times[index] ?? [], output: await subject.workload.output(signal), ...memory });
    }
    return measured;
  }

  #report(phase: AblationProgress['phase'], flag: Flag | undefined, within = 0): void {
    const fraction = Math.min(1, this.#done + within / (this.#flags.length + 1));
    this.#onProgress({ flag, phase, fraction });
  }
}
