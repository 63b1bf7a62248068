import type { GpuContext } from '../../src/gpu/context.ts';
import { norm } from '../../src/kernels/norm.ts';
import { noise } from './harness.ts';
import { race } from './race.ts';
import { chosen, type Problem, type SweepOptions } from './sweepOptions.ts';

const dim = 2048;

/** LayerNorm as a kernel of its own, of few rows and many: as a CPU adapter gets it, and by the rules. */
export const normProblems = (gpu: GpuContext, options: SweepOptions): Problem[] =>
  [1, 16, 512].map((rows) => ({
    name: `norm.${rows}`,
    run: async (bench, report) => {
      const element = gpu.info.features.f16 ? 'f16' : 'f32';
      const y = bench.buffer(rows * dim * (element === 'f32' ? 4 : 2));
      const args = {
        label: 'norm',
        x: bench.upload(noise(rows * dim, 7)),
        y,
        weight: { kind: 'layerNorm', buffer: bench.upload(noise(2 * dim, 9)), eps: 1e-5 },
        element,
        rows,
        dim,
      } as const;
      const { info } = gpu;
      const software = { ...info, adapter: { ...info.adapter, software: true } };
      const shared = { ...info, features: { ...info.features, subgroups: false } };
      await race(bench, report, {
        name: `norm.${rows}`,
        candidates: chosen(
          {
            'four invocations': () => [norm({ ...args, device: software })],
            'by the rules': () => [norm({ ...args, device: info })],
            shared: () => [norm({ ...args, device: shared })],
          },
          options,
        ),
        args: [rows],
        bytes: rows * dim * 6 + dim * 8,
        flops: rows * dim * 8,
        output: { buffer: y, count: rows * dim, element },
      });
    },
  }));
