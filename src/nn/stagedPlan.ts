import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { Site } from '../gpu/kernel.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { stagesOf } from '../gpu/stages.ts';
import { Submits } from '../gpu/submits.ts';
import { Activations } from './layerOps.ts';
import type { Assemble } from './planAhead.ts';

/** A network for one shape of input: its dispatches, and the buffers that they run on. */
export interface StagedPlan<B> {
  readonly buffers: B;
  readonly plan: Plan;
  /** Of a run in one stage. */
  readonly submits: Submits;
  readonly dispose: () => void;
}

/** Shapes whose plans are kept. */
const keptPlans = 4;

/** Makes a plan of calls. What it took is given back if it fails. `overlap`: the computeOverlap flag. */
export async function buildStagedPlan<B>(
  gpu: GpuContext,
  label: string,
  assemble: Assemble<B>,
  overlap = false,
): Promise<StagedPlan<B>> {
  const activations = new Activations(gpu);
  try {
    const { buffers, calls } = await assemble(activations);
    const plan = await buildPlan(gpu, calls, label);
    const dispose = (): void => {
      plan.dispose();
      activations.release();
    };
    return { buffers, plan, submits: new Submits(gpu, plan, label, overlap), dispose };
  } catch (error) {
    activations.release();
    throw error;
  }
}

/**
 * Submits the plan in stages, so that no single one keeps the GPU for long, and reads `bytes` (a multiple of 4) of `result` back,
 * in the last stage's own submit: a round trip to the GPU's process for each would double the time of a small network.
 * Resolves when all is submitted: the plan may then be run again, with the same buffers, because the GPU takes work in order.
 * The commands of a run in one stage are then recorded already. Also returns the floating-point operations.
 * @throws EngineError aborted, device-lost
 */
export async function runStages(
  gpu: GpuContext,
  label: string,
  { plan, submits }: Pick<StagedPlan<unknown>, 'plan' | 'submits'>,
  result: GPUBuffer,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly data: Promise<ArrayBuffer>; readonly flops: number }> {
  const { flops } = plan;
  const startMs = performance.now();
  const stages = stagesOf(gpu, plan);
  const last = stages.pop() ?? [0, plan.dispatches];
  let before: Promise<void> | undefined;
  for (const [from, to] of stages) {
    throwIfAborted(signal);
    await gpu.submit(label, (encoder) => plan.encodeSteps(encoder, from, to));
    // Waiting keeps an abort prompt; for the stage before the last submitted, so that the GPU always has one to go on with.
    await before;
    before = gpu.settle();
    before.catch(() => undefined);
  }
  throwIfAborted(signal);
  const whole = stages.length === 0;
  const work = whole
    ? submits.take()
    : [{ record: (encoder: GPUCommandEncoder) => plan.encodeSteps(encoder, ...last) }];
  const { data } = await gpu.enqueueRead(label, work, [{ buffer: result, byteOffset: 0, bytes }]);
  if (whole) submits.recordAhead();
  data.then(
    () => gpu.noteRun(flops, performance.now() - startMs),
    () => undefined,
  );
  return { data, flops };
}

/** Where its calls were chosen among several. */
export const sitesIn = ({ plan }: StagedPlan<unknown>): Site[] => [...plan.sites];

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
