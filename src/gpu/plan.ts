import {
  type BufferSlice,
  type Cost,
  type Grid,
  type KernelCall,
  paramsBytes,
  type Site,
  writeParams,
} from './kernel.ts';
import type { GpuContext } from './context.ts';
import type { Profiler } from './profiler.ts';
import { uniformUsage } from './pool.ts';

interface Step {
  readonly label: string;
  readonly kernel: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: Grid | (() => Grid);
  readonly cost: Cost | undefined;
}

/** Steps `from … to` of a plan. */
export type Range = readonly [from: number, to: number];

/** WebGPU's largest `minUniformBufferOffsetAlignment`. */
const uniformAlignment = 256;

/** Dispatches with everything made ready once: recording one is a loop over three calls a step. */
export class Plan {
  /** Where its calls were chosen among several; their buffers live as long as the plan's. */
  readonly sites: readonly Site[];
  readonly #steps: readonly Step[];
  readonly #release: () => void;

  constructor(steps: readonly Step[], release: () => void, sites: readonly Site[] = []) {
    this.#steps = steps;
    this.#release = release;
    this.sites = sites;
  }

  get dispatches(): number {
    return this.#steps.length;
  }

  /** Whether every recording is the same: no grid is asked anew. */
  get fixed(): boolean {
    return this.#steps.every(({ workgroups }) => typeof workgroups !== 'function');
  }

  /** Floating-point operations of one run. */
  get flops(): number {
    return this.#steps.reduce((sum, step) => sum + (step.cost?.flops ?? 0), 0);
  }

  /** Bytes that one run moves through GPU memory at least. */
  get bytes(): number {
    return this.#steps.reduce((sum, step) => sum + (step.cost?.bytes ?? 0), 0);
  }

  /** All steps in order, cut so that no piece of more than one step has more than `flops` operations. */
  pieces(flops: number): Range[] {
    const pieces: Range[] = [];
    let from = 0;
    let filled = 0;
    for (const [index, { cost }] of this.#steps.entries()) {
      const work = cost?.flops ?? 0;
      if (index > from && filled + work > flops) {
        pieces.push([from, index]);
        from = index;
        filled = 0;
      }
      filled += work;
    }
    return [...pieces, [from, this.#steps.length]];
  }

  /** Records steps `from … to` into the pass: all of them unless told. */
  record(pass: GPUComputePassEncoder, from = 0, to = this.#steps.length): void {
    let current: GPUComputePipeline | undefined;
    for (let index = from; index < to; index++) {
      const step = this.#steps[index];
      if (!step) break;
      // Each call is a message to a browser's GPU process.
      if (step.pipeline !== current) pass.setPipeline(step.pipeline);
      current = step.pipeline;
      pass.setBindGroup(0, step.bindGroup);
      const [x, y, z] = typeof step.workgroups === 'function' ? step.workgroups() : step.workgroups;
      pass.dispatchWorkgroups(x, y, z);
    }
  }

  /** Records all steps in one pass; with a profiler each step in a pass of its own, with timestamps. */
  encode(encoder: GPUCommandEncoder, profiler?: Profiler): void {
    this.encodeSteps(encoder, 0, this.#steps.length, profiler);
  }

  /** The same with steps `from … to`. */
  encodeSteps(encoder: GPUCommandEncoder, from: number, to: number, profiler?: Profiler): void {
    if (profiler) {
      for (const step of this.#steps.slice(from, to)) {
        const pass = profiler.beginPass(encoder, step);
        new Plan([step], () => undefined).record(pass);
        pass.end();
      }
      return;
    }
    const pass = encoder.beginComputePass();
    this.record(pass, from, to);
    pass.end();
  }

  /** Gives the plan's uniform buffer back. */
  dispose(): void {
    this.#release();
  }
}

/**
 * Turns calls into a plan: compiles their pipelines in parallel, puts all params into one uniform buffer, makes the
 * bind groups.
 * @throws EngineError gpu-validation, out-of-memory
 */
export async function buildPlan(gpu: GpuContext, calls: readonly KernelCall[], label: string): Promise<Plan> {
  const compiled = await Promise.all(calls.map((call) => gpu.pipelines.get(call)));
  const offsets: number[] = [];
  let uniformBytes = 0;
  for (const call of calls) {
    offsets.push(uniformBytes);
    uniformBytes += Math.ceil(paramsBytes(call.kernel) / uniformAlignment) * uniformAlignment;
  }
  const params = new DataView(new ArrayBuffer(Math.max(uniformBytes, uniformAlignment)));
  calls.forEach((call, index) => writeParams(params, offsets[index] ?? 0, call.kernel, call.params));
  const uniform = await gpu.pool.acquire({
    bytes: params.byteLength,
    owner: 'plans',
    label: `${label}.params`,
    usage: uniformUsage,
  });
  gpu.device.queue.writeBuffer(uniform, 0, params.buffer);
  const { value: steps, checked } = gpu.inErrorScopes(`the bind groups of ${label}`, () =>
    calls.map((call, index): Step => {
      const { pipeline, layout } = compiled[index] ?? unreachable();
      const storage = Object.keys(call.kernel.bindings).map((name) => toBinding(call.buffers[name] ?? unreachable()));
      const block = { buffer: uniform, offset: offsets[index] ?? 0, size: paramsBytes(call.kernel) };
      const bindGroup = gpu.device.createBindGroup({
        label: call.label,
        layout,
        entries: [...storage, block].map((resource, binding) => ({ binding, resource })),
      });
      return {
        label: call.label,
        kernel: call.kernel.name,
        pipeline,
        bindGroup,
        workgroups: call.workgroups,
        cost: call.cost,
      };
    }),
  );
  try {
    await checked;
  } catch (error) {
    gpu.pool.release(uniform);
    throw error;
  }
  return new Plan(
    steps,
    () => gpu.pool.release(uniform),
    calls.flatMap(({ site }) => site ?? []),
  );
}

function toBinding(slice: GPUBuffer | BufferSlice): GPUBufferBinding {
  if (!('buffer' in slice)) return { buffer: slice };
  return {
    buffer: slice.buffer,
    ...(slice.offset === undefined ? {} : { offset: slice.offset }),
    ...(slice.size === undefined ? {} : { size: slice.size }),
  };
}

function unreachable(): never {
  throw new RangeError('A kernel call lacks one of its declared buffers.');
}
