import { EngineError } from '../core/errors.ts';
import { float16ToNumber, numberToFloat16 } from '../core/float16.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { MatrixSyntax } from '../gpu/device.ts';
import { buildPlan } from '../gpu/plan.ts';
import type { LinearArgs } from './linear.ts';
import { subgroupMatrixCall } from './linearSubgroupMatrix.ts';

const syntaxes: readonly MatrixSyntax[] = ['templates', 'booleans'];
/** Of the product that is tried: less than a tile of 64 by 64, more than one of its steps along k. */
const [rows, inDim, outDim] = [35, 40, 36] as const;
/** Halves with few digits, so that sums of their products are exact in f32. */
const half = (index: number): number => ((index * 37) % 61) / 8 - 3.75;

/**
 * How WGSL has to be written for this device's matrix units, by trying: the kernel itself makes a small product, which must
 * be right. Undefined where there are none, or where neither syntax compiles and multiplies.
 * @throws EngineError device-lost, out-of-memory
 */
export async function probeMatrixUnits(gpu: GpuContext): Promise<MatrixSyntax | undefined> {
  const { features, subgroupSize } = gpu.info;
  // Our kernels count on 32 lanes.
  if (!features.subgroupMatrix || !features.f16 || subgroupSize.some((size) => size !== 32)) return undefined;
  for (const syntax of syntaxes) {
    if (await multipliesRight(gpu, syntax)) return syntax;
  }
  return undefined;
}

async function multipliesRight(gpu: GpuContext, syntax: MatrixSyntax): Promise<boolean> {
  const x = Uint16Array.from({ length: rows * inDim }, (_, index) => numberToFloat16(half(index)));
  const w = Uint16Array.from({ length: outDim * inDim }, (_, index) => numberToFloat16(half(index * 5 + 3)));
  const buffer = (label: string, bytes: number) => gpu.pool.acquire({ bytes, owner: 'probe', label });
  const buffers = await Promise.all([
    buffer('probe input', x.byteLength),
    buffer('probe weight', w.byteLength),
    buffer('probe output', rows * outDim * 4),
  ]);
  try {
    const [input, weight, y] = buffers;
    gpu.device.queue.writeBuffer(input, 0, x);
    gpu.device.queue.writeBuffer(weight, 0, w);
    const part = { buffer: weight, firstRow: 0, rows: outDim };
    const args: LinearArgs = {
      label: 'matrix units probe',
      device: gpu.info,
      x: input,
      xElement: 'f16',
      weight: { format: 'f16', inDim, outDim, gated: false, parts: [part] },
      y,
      yElement: 'f32',
      rows,
      none: gpu.none,
    };
    const plan = await buildPlan(gpu, [subgroupMatrixCall(args, part, '64x64', syntax)], 'matrix units probe');
    await gpu.submit('matrix units probe', (encoder) => plan.encode(encoder));
    const got = new Float32Array(await gpu.read(y, 0, rows * outDim * 4));
    plan.dispose();
    return got.every((value, index) => value === product(x, w, Math.floor(index / outDim), index % outDim));
  } catch (error) {
    // A compiler that refuses the kernel has answered the question.
    if (error instanceof EngineError && error.code === 'gpu-validation') return false;
    throw error;
  } finally {
    for (const one of buffers) gpu.pool.release(one);
  }
}

function product(x: Uint16Array, w: Uint16Array, row: number, column: number): number {
  let sum = 0;
  for (let k = 0; k < inDim; k++)
    sum += float16ToNumber(x[row * inDim + k] ?? 0) * float16ToNumber(w[column * inDim + k] ?? 0);
  return sum;
}
