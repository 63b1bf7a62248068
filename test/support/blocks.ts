import type { WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { storingSink, WeightLoader } from '../../src/nn/loadWeights.ts';
import { WeightSet } from '../../src/nn/weights.ts';
import type { WeightSpec } from '../../src/nn/weightSpec.ts';
import { randomNumbers } from './compare.ts';
import { rounded } from './gpu.ts';

/** Weights of the specs, of about unit gain, and the same as the reference wants them: by tensor name, in float64. */
export async function loadBlocks(
  gpu: GpuContext,
  specs: readonly WeightSpec[],
  format: WeightFormat,
): Promise<{ readonly weights: WeightSet; readonly tensors: ReadonlyMap<string, Float64Array> }> {
  const weights = await WeightSet.allocate(gpu, specs, (spec) => (spec.format === 'f32' ? 'f32' : format));
  const loader = new WeightLoader(gpu, storingSink(weights), specs);
  const tensors = new Map<string, Float64Array>();
  for (const [index, { tensor, shape }] of specs.flatMap(({ sources }) => sources).entries()) {
    const matrix = shape.length === 2;
    const scale = matrix ? 1 / Math.sqrt(shape[1] ?? 1) : 0.3;
    const middle = !matrix && tensor.endsWith('weight') ? 1 : 0;
    const numbers = randomNumbers(
      shape.reduce((a, b) => a * b, 1),
      index + 1,
      scale,
    ).map((value) => value + middle);
    // What the GPU keeps is what the reference gets.
    const kept = rounded(numbers, matrix && format === 'f16' ? 'f16' : 'f32');
    tensors.set(tensor, kept);
    const bytes = new Uint8Array(Float32Array.from(kept).buffer);
    await loader.load({ name: tensor, dtype: 'F32', rows: () => once(bytes) });
  }
  await gpu.settle();
  return { weights, tensors };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}
