import { test } from 'vitest';
import { linearMatrix, linearVector } from '../../src/kernels/linear.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { openGpu } from '../support/gpu.ts';
test('x', async () => {
  for (const tier of ['baseline', 'f16', 'subgroups'] as const) {
    const gpu = await openGpu(tier);
    const f16 = gpu.info.features.f16;
    for (const input of ['plainF32', 'rmsNorm', ...(f16 ? ['plainF16'] : [])] as const)
      for (const weight of ['f32', f16 ? 'f16' : 'f16Packed'] as const)
        for (const output of f16 ? ['f32', 'f16'] : ['f32']) {
          const line: string[] = [];
          for (const [n, kernel, choice, o] of [
            ['vec', linearVector, { lanes: gpu.info.features.subgroups ? 'subgroups' : 'shared' }, { LANES: 4, ROWS_PER_GROUP: 1, ...(gpu.info.features.subgroups?{SUBGROUP_MIN: gpu.info.subgroupSize[0]}:{}) }],
            ['m2', linearMatrix, { threadRows: '2' }, { ROWS_PER_GROUP: 16 }],
            ['m8', linearMatrix, { threadRows: '8' }, { ROWS_PER_GROUP: 64 }],
          ] as const) {
            const t = performance.now();
            const b = () => gpu.device.createBuffer({ size: 65536, usage: 0x80 });
            const plan = await buildPlan(gpu, [{ label: 'x', buffers: { x: b(), weight: b(), norm: b(), bias: b(), y: b() }, params: { rows: 1, first_row: 0, in_dim: 4, in4: 1, columns4: 1, out4: 1, out_start4: 0, eps: 0 }, workgroups: [1, 1, 1], kernel: kernel as never, choice: { ...choice, input, weight, output } as never, overrides: { WORKGROUP_SIZE: 64, ...o, HAS_BIAS: 0, ACTIVATION: 0, GATED: 0, RESIDUAL: 0 } as never } as never], 'x');
            const c = performance.now() - t; await gpu.submit('x', (e) => plan.encode(e)); await gpu.settle();
            line.push(`${n} ${c.toFixed(0)} + ${(performance.now() - t - c).toFixed(0)}`);
          }
          console.log(tier, input, weight, output, line.join('  '));
        }
  }
}, 600000);
