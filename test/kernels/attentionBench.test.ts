import { test } from 'vitest';
import { attention, decodeAttention } from '../../src/kernels/attention.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { openGpu, testTiers, poisoned, upload } from '../support/gpu.ts';
test.each(testTiers)(
  'bench %s',
  async (tier) => {
    const gpu = await openGpu(tier);
    for (const element of gpu.info.features.f16 && tier !== 'f16' ? (['f32', 'f16'] as const) : (['f32'] as const)) {
      for (const [queryLen, keys, headDim, heads] of [
        [256, 256, 64, 4],
        [256, 256, 128, 4],
        [1, 256, 64, 8],
        [1, 2000, 128, 4],
      ] as const) {
        const n = Math.max(queryLen, keys) * heads * headDim;
        const zero = () => upload(gpu, new Float32Array(n));
        const view = (b: GPUBuffer) => ({
          buffer: b,
          offset: 0,
          batchStride: 0,
          rowStride: heads * headDim,
          headStride: headDim,
        });
        const args = {
          label: 'x',
          element,
          device: gpu.info,
          q: view(zero()),
          k: view(zero()),
          v: view(zero()),
          out: view(poisoned(gpu, n * 4)),
          batch: 1,
          heads,
          kvHeads: heads,
          queryLen,
          headDim,
          scale: 1,
          keyLen: keys,
          causal: true,
          none: gpu.none,
        };
        const calls = queryLen > 8 ? attention(args) : decodeAttention(args);
        let t = performance.now();
        const plan = await buildPlan(gpu, calls, 'x');
        const compile = performance.now() - t;
        const run = async (n: number) => {
          t = performance.now();
          await gpu.submit('x', (e) => {
            const p = e.beginComputePass();
            for (let i = 0; i < n; i++) plan.record(p);
            p.end();
          });
          await gpu.settle();
          return performance.now() - t;
        };
        const first = await run(1);
        let ms = 1e9;
        for (let i = 0; i < 8; i++) ms = Math.min(ms, (await run(4)) / 4);
        console.log(
          'first',
          first.toFixed(0),
          tier,
          element,
          queryLen,
          keys,
          headDim,
          'compile',
          compile.toFixed(0),
          'ms',
          ms.toFixed(3),
          'GFLOP/s',
          (plan.flops / ms / 1e6).toFixed(2),
          'GB/s',
          (plan.bytes / ms / 1e6).toFixed(2),
        );
      }
    }
  },
  300000,
);
