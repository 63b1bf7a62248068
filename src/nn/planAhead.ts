import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { sizeClass } from '../gpu/pool.ts';
import { Activations } from './layerOps.ts';

/** Makes the calls of a plan over buffers that it takes from `activations`. */
export type Assemble<B> = (
  activations: Activations,
) => Promise<{ readonly buffers: B; readonly calls: readonly KernelCall[] }>;

/** Bytes of a uniform buffer that a dispatch's parameters take, at WebGPU's largest alignment. */
const paramsBytes = 256;

/** Takes nothing: one small buffer stands for all, and what they would take is counted. */
class CountedActivations extends Activations {
  readonly #standIn: GPUBuffer;
  takenBytes = 0;

  constructor(gpu: GpuContext) {
    super(gpu);
    this.#standIn = gpu.none;
  }

  override bytes(_label: string, bytes: number): Promise<GPUBuffer> {
    this.takenBytes += sizeClass(bytes);
    return Promise.resolve(this.#standIn);
  }
}

/** GPU memory that a plan would take, in bytes; nothing of it is made. */
export async function planBytes(gpu: GpuContext, assemble: Assemble<unknown>): Promise<number> {
  const activations = new CountedActivations(gpu);
  const { calls } = await assemble(activations);
  return activations.takenBytes + sizeClass(calls.length * paramsBytes);
}

/** Compiles what plans need, all at once, and makes nothing else of them. @throws EngineError gpu-validation */
export async function compilePlans(gpu: GpuContext, assemblies: readonly Assemble<unknown>[]): Promise<void> {
  const plans = await Promise.all(assemblies.map((assemble) => assemble(new CountedActivations(gpu))));
  await compileCalls(
    gpu,
    plans.flatMap(({ calls }) => calls),
  );
}

/** Compiles the kernels of calls that run later. @throws EngineError gpu-validation */
export async function compileCalls(gpu: GpuContext, calls: readonly KernelCall[]): Promise<void> {
  await Promise.all(calls.map((call) => gpu.pipelines.get(call)));
}

/**
 * Row counts that stand for all up to `most`: kernels and tiles are chosen by classes of them, one by one where there are few, then
 * between powers of two.
 */
export function typicalRows(most: number): number[] {
  const few = [1, 2, 3, 4, 5, 6, 7, 8];
  const many: number[] = [];
  for (let rows = 16; rows < most; rows *= 2) many.push(rows, rows + 1);
  return [...few, ...many, most].filter((rows) => rows <= most);
}
