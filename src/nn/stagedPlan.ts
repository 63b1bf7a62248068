import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall, Site } from '../gpu/kernel.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { Submits } from '../gpu/submits.ts';
import { Activations } from './layerOps.ts';
import { type Assemble, compileCalls } from './planAhead.ts';

/** A network for one shape of input: its dispatches, and the buffers that they run on. */
export interface StagedPlan<B> {
  readonly buffers: B;
  /** In order; each is a submit of its own, so that no single one keeps the GPU for long. */
  readonly stages: readonly Plan[];
  /** The last stage's, behind which the result is read. */
  readonly submits: Submits | undefined;
  readonly dispose: () => void;
}

/** Floating-point operations in a submit: a GPU hangs up on work over about two seconds, and an abort waits for it. */
const submitFlops = { gpu: 4e11, software: 8e9 } as const;
/** Shapes whose plans are kept. */
const keptPlans = 4;

/**
 * Makes a plan of calls in groups that stay together (layers). What it took is given back if it fails. `overlap`: the
 * computeOverlap flag.
 */
export async function buildStagedPlan<B>(
  gpu: GpuContext,
  label: string,
  assemble: Assemble<B>,
  overlap = false,
): Promise<StagedPlan<B>> {
  const activations = new Activations(gpu);
  const stages: Plan[] = [];
  const dispose = (): void => {
    for (const stage of stages) stage.dispose();
    activations.release();
  };
  try {
    const { buffers, calls } = await assemble(activations);
    // All of them at once: stage by stage they would wait for each other.
    await compileCalls(gpu, calls.flat());
    for (const stage of intoStages(calls, submitFlops[gpu.info.adapter.software ? 'software' : 'gpu'])) {
      stages.push(await buildPlan(gpu, stage, label));
    }
    const last = stages.at(-1);
    return { buffers, stages, submits: last && new Submits(gpu, last, label, overlap), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Whole groups together until a stage has `flops` of work. */
function intoStages(groups: readonly (readonly KernelCall[])[], flops: number): KernelCall[][] {
  const stages: KernelCall[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    const work = group.reduce((sum, call) => sum + (call.cost?.flops ?? 0), 0);
    if (filled + work > flops) {
      stages.push([]);
      filled = 0;
    }
    stages.at(-1)?.push(...group);
    filled += work;
  }
  return stages;
}

/**
 * Submits all stages and reads `bytes` (a multiple of 4) of `result` back, in the last stage's own submit: a round trip to
 * the GPU's process for each would double the time of a small network. Resolves when all is submitted: the plan may then be
 * run again, with the same buffers, because the GPU takes work in order. Its commands are then recorded already. Also returns the floating-point operations.
 * @throws EngineError aborted, device-lost
 */
export async function runStages(
  gpu: GpuContext,
  label: string,
  plan: StagedPlan<unknown>,
  result: GPUBuffer,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly data: Promise<ArrayBuffer>; readonly flops: number }> {
  const last = plan.stages.at(-1);
  let before: Promise<void> | undefined;
  for (const stage of plan.stages) {
    throwIfAborted(signal);
    if (stage === last) break;
    await gpu.submit(label, (encoder) => stage.encode(encoder));
    // Waiting keeps an abort prompt; for the stage before the last submitted, so that the GPU always has one to go on with.
    await before;
    before = gpu.settle();
    before.catch(() => undefined);
  }
  const slices = [{ buffer: result, byteOffset: 0, bytes }];
  const { data } = await gpu.enqueueRead(label, plan.submits?.take() ?? (() => undefined), slices);
  plan.submits?.recordAhead();
  return { data, flops: plan.stages.reduce((sum, stage) => sum + stage.flops, 0) };
}

/** Where its calls were chosen among several. */
export const sitesIn = (plan: StagedPlan<unknown>): Site[] => plan.stages.flatMap(({ sites }) => sites);

/**
 * How many items of a batch fit at once, if the widest activation has `rowBytes` in each of an item's rows.
 * @throws EngineError input-too-long where not even one does
 */
export function itemsThatFit(gpu: GpuContext, rowBytes: number, rows: number): number {
  const fits = Math.floor(gpu.info.limits.maxStorageBufferBindingSize / (rowBytes * rows));
  if (fits >= 1) return fits;
  throw new EngineError(
    'input-too-long',
    `A sequence of ${rows} does not fit this device's largest binding.`,
    'Use a shorter sequence.',
  );
}

/** The plans of the shapes that were used last. */
export class PlanCache<P extends { readonly dispose: () => void }> {
  readonly #plans = new Map<string, P>();
  readonly #kept: number;

  constructor(kept = keptPlans) {
    this.#kept = kept;
  }

  has(key: string): boolean {
    return this.#plans.has(key);
  }

  async get(key: string, build: () => Promise<P>): Promise<P> {
    const known = this.#plans.get(key);
    if (known) {
      // Most recently used last.
      this.#plans.delete(key);
      this.#plans.set(key, known);
      return known;
    }
    for (const [oldKey, old] of this.#plans) {
      if (this.#plans.size < this.#kept) break;
      old.dispose();
      this.#plans.delete(oldKey);
    }
    const plan = await build().catch((error: unknown) => {
      if (this.#plans.size === 0 || !(error instanceof EngineError && error.code === 'out-of-memory')) throw error;
      // What is kept for shapes that may come again must not keep this one out.
      this.dispose();
      return build();
    });
    this.#plans.set(key, plan);
    return plan;
  }

  dispose(): void {
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
  }
}
