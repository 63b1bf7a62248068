import type { GpuContext } from '../../gpu/context.ts';
import type { Operand, Site } from '../../gpu/kernel.ts';
import { buildPlan, type Plan } from '../../gpu/plan.ts';
import { compareWith, fillPoison, fillSeeded, operandBytes } from '../../kernels/tuning.ts';

/**
 * What a right output may differ by, as a share of the largest number in it. Without f16: sums in another order, some 1e-5
 * for thousands of products; ten times that. With it: half a step of 2^-11 each where a norm is rounded that another
 * candidate keeps in f32, and in the output, together 1e-3; twice that. A missing group of 32 among 8,192 products would be
 * 6 % of the root mean square, and of the largest of many differences more.
 */
const tolerances = { f32: 1e-4, f16: 2e-3 } as const;

/** A candidate's output held against the first one's, on the same numbers. */
export interface OutputCheck {
  /** Takes what this plan gives for right. False: it is no numbers, or all zeros, and nothing can be held against it. */
  readonly trust: (plan: Plan) => Promise<boolean>;
  /** Whether this plan gives what the trusted one gave. */
  readonly passes: (plan: Plan) => Promise<boolean>;
}

/**
 * Lets `work` check plans over these sites: of what they read and write everything is written anew before each, and of what
 * they write the last one's output is looked at, all of its buffer, so that a write past the rows shows, too.
 * @throws EngineError out-of-memory, device-lost, and what `work` throws
 */
export async function checkingOutputs<T>(
  gpu: GpuContext,
  sites: readonly [Site, ...Site[]],
  work: (check: OutputCheck) => Promise<T>,
): Promise<T> {
  const { output, accumulates } = sites.at(-1) ?? sites[0];
  const plans: Plan[] = [];
  const buffers: GPUBuffer[] = [];
  const acquire = async (label: string, bytes: number): Promise<GPUBuffer> => {
    const buffer = await gpu.pool.acquire({ bytes, owner: 'tuner', label });
    buffers.push(buffer);
    return buffer;
  };
  try {
    const want = await acquire('expected output', operandBytes(output));
    const verdict = await acquire('verdict', 16);
    const inputs = distinct(sites.flatMap(({ input, also = [] }) => [input, ...also])).map((operand, index) =>
      fillSeeded(operand, index, 1),
    );
    // What is added to is about as large as a product of weights, so that either one's mistakes are over the tolerance.
    const outputs = distinct(sites.map((site) => site.output)).map((operand, index) =>
      accumulates ? fillSeeded(operand, ~index, 1) : fillPoison(operand),
    );
    const prepare = await buildPlan(gpu, [...inputs, ...outputs], 'tuner numbers');
    plans.push(prepare);
    const compare = await buildPlan(gpu, [compareWith(output, want, verdict)], 'tuner verdict');
    plans.push(compare);
    return await work(outputCheck(gpu, output, { prepare, compare }, { want, verdict }));
  } finally {
    for (const plan of plans) plan.dispose();
    for (const buffer of buffers) gpu.pool.release(buffer);
  }
}

function outputCheck(
  gpu: GpuContext,
  output: Operand,
  plans: { readonly prepare: Plan; readonly compare: Plan },
  { want, verdict }: { readonly want: GPUBuffer; readonly verdict: GPUBuffer },
): OutputCheck {
  const tolerance = tolerances[gpu.info.features.f16 ? 'f16' : 'f32'];
  const run = (plan: Plan, then?: (encoder: GPUCommandEncoder) => void): Promise<void> =>
    gpu.submit('check a candidate', (encoder) => {
      plans.prepare.encode(encoder);
      plan.encode(encoder);
      then?.(encoder);
    });
  const compared = async (): Promise<{ readonly difference: number; readonly largest: number }> => {
    gpu.device.queue.writeBuffer(verdict, 0, new Uint32Array(4));
    const slice = { buffer: verdict, byteOffset: 0, bytes: 8 };
    const { data } = await gpu.enqueueRead('verdict', (encoder) => plans.compare.encode(encoder), [slice]);
    const [difference = Number.NaN, largest = 0] = new Float32Array(await data);
    return { difference, largest };
  };
  return {
    async trust(plan) {
      const [buffer, offset] = placeOf(output);
      const bytes = Math.floor(operandBytes(output) / 16) * 16;
      await run(plan, (encoder) => encoder.copyBufferToBuffer(buffer, offset, want, 0, bytes));
      return (await compared()).largest > 0;
    },
    async passes(plan) {
      await run(plan);
      const { difference, largest } = await compared();
      return difference <= tolerance * largest;
    },
  };
}

const placeOf = ({ buffer }: Operand): readonly [GPUBuffer, offset: number] =>
  'buffer' in buffer ? [buffer.buffer, buffer.offset ?? 0] : [buffer, 0];

/** Each buffer, or part of one, once. */
const distinct = (operands: readonly Operand[]): Operand[] =>
  operands.filter((operand, index) => {
    const [buffer, offset] = placeOf(operand);
    return (
      operands.findIndex((other) => {
        const [otherBuffer, otherOffset] = placeOf(other);
        return otherBuffer === buffer && otherOffset === offset;
      }) === index
    );
  });
