import { type WeightFormat, weightFormats } from '../core/dtype.ts';
import type { GpuContext } from '../gpu/context.ts';
import { errorBytes, measureRows } from '../kernels/convert.ts';
import { weightRowBytes } from '../kernels/weight.ts';
import { WeightLoader } from './loadWeights.ts';
import type { FormatCost, MatrixCosts } from './precisionPlan.ts';
import { formatIn, type WeightSpec } from './weightSpec.ts';

/** Formats that a weight may have when nothing over `ceiling` is asked for, the most precise first. */
const candidatesOf = (spec: WeightSpec, ceiling: WeightFormat): WeightFormat[] => [
  ...new Set(weightFormats.slice(weightFormats.indexOf(ceiling)).map((format) => formatIn(format, spec))),
];

/**
 * Measures on the GPU what each matrix would lose in each format that it may have: `read` brings the tensors, which stay
 * nowhere. Relative Frobenius errors: they need no probe input, whose choice would decide the outcome, and are the relative
 * error of the product for inputs of no preferred direction.
 * @throws EngineError out-of-memory, and what `read` throws
 */
export async function measurePrecision(
  gpu: GpuContext,
  specs: readonly WeightSpec[],
  ceiling: WeightFormat,
  read: (loader: WeightLoader) => Promise<void>,
): Promise<MatrixCosts[]> {
  const matrices = specs.filter(({ format }) => format !== 'f32');
  const measured = matrices.flatMap((spec) =>
    candidatesOf(spec, ceiling).flatMap((format) => (format === 'f32' ? [] : [{ spec, format }])),
  );
  const slots = new Map(measured.map(({ spec, format }, index) => [`${spec.id} ${format}`, index * errorBytes]));
  const bytes = Math.max(1, measured.length) * errorBytes;
  // Exact: a recycled buffer would hold old data where zeros must be.
  const errors = await gpu.pool.acquire({ bytes, owner: 'staging', label: 'quantisation errors', exact: true });
  try {
    const loader = new WeightLoader(
      gpu,
      {
        calls: (spec, { columns }, _segment, { from, count }, origin) =>
          measured
            .filter((other) => other.spec === spec)
            .map(({ format }) => {
              const byteOffset = slots.get(`${spec.id} ${format}`) ?? 0;
              return measureRows({ format, errors, byteOffset, firstRow: from, rows: count, columns }, origin);
            }),
      },
      specs,
    );
    await read(loader);
    const sums = new Float32Array(await gpu.read(errors, 0, bytes));
    return matrices.map((spec) => ({
      id: spec.id,
      formats: candidatesOf(spec, ceiling).map((format): FormatCost => {
        const at = slots.get(`${spec.id} ${format}`);
        return {
          format,
          bytes: spec.storedRows * weightRowBytes(format, spec.inDim),
          error: at === undefined ? 0 : relativeError(sums.subarray(at / 4, (at + errorBytes) / 4)),
        };
      }),
    }));
  } finally {
    gpu.pool.release(errors);
  }
}

/** √(Σ (w − ŵ)² / Σ w²) of [slots, 2]. */
function relativeError(sums: Float32Array): number {
  let off = 0;
  let all = 0;
  for (let i = 0; i < sums.length; i += 2) {
    off += sums[i] ?? 0;
    all += sums[i + 1] ?? 0;
  }
  return all === 0 ? 0 : Math.sqrt(off / all);
}
