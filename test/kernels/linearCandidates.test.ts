import { describe, expect, test } from 'vitest';
import type { GpuContext } from '../../src/gpu/context.ts';
import { linear, linearCandidates, linearKey } from '../../src/kernels/chooseLinear.ts';
import type { LinearArgs, NormWeight } from '../../src/kernels/linear.ts';
import { usesInt8Input } from '../../src/kernels/linearInt8.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, runCalls, testTiers, upload } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { dropPadding, uploadWeight } from '../support/weights.ts';

const [inDim, outDim] = [96, 70];

/** f32 throughout, so that a candidate's result says nothing but whether it computes the product. */
function problem(gpu: GpuContext, rows: number, norm: boolean): { args: LinearArgs; y: GPUBuffer; want: Float64Array } {
  const x = Float64Array.from(randomNumbers(rows * inDim, 1), Math.fround);
  const w = Float64Array.from(randomNumbers(outDim * inDim, 2), Math.fround);
  const gamma = new Float64Array(inDim).fill(1);
  const y = poisoned(gpu, rows * 72 * 4);
  const args: LinearArgs = {
    label: 'test',
    device: gpu.info,
    x: upload(gpu, Float32Array.from(x)),
    xElement: 'f32',
    norm: norm ? { kind: 'rmsNorm', buffer: upload(gpu, Float32Array.from(gamma)), eps: 1e-5 } : undefined,
    normed: norm ? { buffer: poisoned(gpu, rows * inDim * 4), element: 'f32' } : undefined,
    weight: uploadWeight(gpu, { inDim, outDim, plain: w }, 'f32'),
    y,
    yElement: 'f32',
    rows,
    none: gpu.none,
  };
  const want = reference.linear(norm ? reference.rmsNorm(x, inDim, gamma, 1e-5) : x, w, inDim, outDim);
  return { args, y, want };
}

const poison = (gpu: GpuContext, y: GPUBuffer): void =>
  gpu.device.queue.writeBuffer(y, 0, new Uint32Array(y.size / 4).fill(0x7fc07fc0));

describe.each(testTiers)('candidates of a product in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  test.each([
    [1, true],
    [3, false],
    [4, true],
    [20, false],
  ])('all give the product: %d rows, norm %s', async (rows, norm) => {
    const { args, y, want } = problem(gpu, rows, norm);
    const candidates = linearCandidates(args);
    expect(new Set(candidates.map(({ name }) => name)).size).toBe(candidates.length);
    for (const { name, calls } of candidates) {
      poison(gpu, y);
      await runCalls(gpu, calls());
      const got = dropPadding(await download(gpu, y, rows * 72), rows, outDim);
      expectClose(got, want, { relative: 2e-5, absolute: 2e-5 }, name);
    }
  });

  test('what was measured is taken where it can serve the call, else the first', () => {
    const { args } = problem(gpu, 3, true);
    const candidates = linearCandidates(args);
    const shape = (calls: ReturnType<typeof linear>) => calls.map(({ kernel, overrides }) => [kernel.name, overrides]);
    const choosing = (name: string) => linear({ ...args, choices: new Map([[linearKey(args), name]]) });
    expect(shape(linear(args))).toEqual(shape(candidates[0]?.calls() ?? []));
    for (const { name, calls } of candidates) expect(shape(choosing(name))).toEqual(shape(calls()));
    expect(shape(choosing('no such kernel'))).toEqual(shape(linear(args)));
  });

  test('rows that must come out as alone have one key, whatever their number', () => {
    const keys = [1, 3, 8].map((rows) => linearKey({ ...problem(gpu, rows, false).args, alone: true }));
    expect(new Set(keys).size).toBe(1);
    expect(keys).not.toContain(linearKey(problem(gpu, 1, false).args));
  });

  test('on a GPU a norm is fused, a LayerNorm where the sums of W are there', () => {
    const { args } = problem(gpu, 1, true);
    const kernels = (weight: Partial<LinearArgs['weight']>, norm: Partial<NormWeight>) => {
      const device = asHardware(gpu.info);
      const whole = { weight: { ...args.weight, ...weight }, norm: args.norm && { ...args.norm, ...norm } };
      return linear({ ...args, device, ...whole }).map(({ kernel }) => kernel.name);
    };
    const { subgroups, integerDot } = gpu.info.features;
    for (const format of ['f16', 'int8', 'int4'] as const) {
      const fused = [format === 'int4' && subgroups && integerDot ? 'linear_vector_codes' : 'linear_vector_wide'];
      const apart = ['norm_registers', ...fused];
      const weight = { format, inDim: 2048, outDim: 6144 };
      expect(kernels(weight, { kind: 'rmsNorm' })).toEqual(fused);
      expect(kernels(weight, { kind: 'layerNorm', sums: true })).toEqual(fused);
      expect(kernels(weight, { kind: 'layerNorm' })).toEqual(apart);
      const large = { ...weight, outDim: 32_000 };
      expect(kernels(large, { kind: 'rmsNorm' })).toEqual(format === 'f16' ? fused : apart);
    }
  });

  test("on Apple's GPUs, where products of bytes are written out, inputs stay what they are", () => {
    const { args } = problem(gpu, 1, true);
    const weight = { ...args.weight, format: 'int4' as const, inDim: 2048, outDim: 6144 };
    const { adapter, ...info } = asHardware(gpu.info);
    const device = { ...info, adapter: { ...adapter, vendor: 'apple' } };
    expect(linear({ ...args, weight, device }).map(({ kernel }) => kernel.name)).toEqual(['linear_vector_wide']);
    expect(usesInt8Input(64, weight, device)).toBe(false);
  });
});
