import { describe, expect, test } from 'vitest';
import type { WeightFormat } from '../../src/core/dtype.ts';
import { GpuContext } from '../../src/gpu/context.ts';
import { Activations } from '../../src/nn/layerOps.ts';
import { Trunk } from '../../src/nn/trunk.ts';
import { allocateTrunk, trunkLayers } from '../../src/nn/trunkLayers.ts';
import { trunkSpecs } from '../../src/nn/trunkWeights.ts';
import { formatIn, weightBytes } from '../../src/nn/weightSpec.ts';
import { trunk } from '../reference/trunk.ts';
import { loadBlocks } from '../support/blocks.ts';
import { randomNumbers } from '../support/compare.ts';
import { relativeError } from '../support/engine.ts';
import { openGpu } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { keptAs } from '../support/weights.ts';

// A trunk under the rules for GPUs, whose LayerNorms are fused with the sums of W that are made when it is loaded.

const config = { hidden: 96, layers: 1, heads: 3, headDim: 32, intermediate: 160, maxSeq: 16, normEps: 1e-5 };
const sizes = { batch: 1, seq: 1, ...config };

const gpuWith = (gpu: GpuContext, most?: number): GpuContext => {
  const info = asHardware(gpu.info);
  const limits = { ...info.limits, ...(most === undefined ? {} : { maxStorageBufferBindingSize: most }) };
  return new GpuContext(gpu.device, { ...info, limits });
};

describe('LayerNorms of a trunk on a GPU', async () => {
  const adapter = await openGpu('f16');
  const element = adapter.info.features.f16 ? 'f16' : 'f32';
  const cases: [format: WeightFormat, fusions: boolean[], most: number | undefined][] = [
    ['f32', [true], undefined],
    // 320 rows of 192 bytes and 288 of 192 are cut into several parts each.
    ['f16', [true], 16_384],
    ['int8', [true], undefined],
    ['int4', [true, false], undefined],
  ];

  test.each(cases)(
    '%s gives the reference, fused: %s, in bindings of at most %s bytes',
    async (format, fusions, most) => {
      const gpu = gpuWith(adapter, most);
      const before = gpu.pool.ledger().inUseBytes;
      const specs = trunkSpecs(config);
      const { weights, tensors } = await loadBlocks(gpu, specs, format);
      expect(weights.bytes).toBe(weightBytes(specs, (spec) => formatIn(format, spec)));
      const parts = weights.linear('layers.0.gateUp').parts.length;
      expect(parts > 1).toBe(most !== undefined);
      await weights.sumNorms();

      const kept = Object.fromEntries(
        specs.flatMap(({ sources }) =>
          sources.map(({ tensor, columns, shape }) => {
            const values = tensors.get(tensor) ?? new Float64Array();
            return [tensor, shape.length === 2 ? keptAs(values, columns, format) : values];
          }),
        ),
      );
      const x = Float32Array.from(randomNumbers(config.hidden, 99));
      const want = trunk(Float64Array.from(x), kept, sizes, () => true);
      const norms: number[] = [];
      for (const fusion of fusions) {
        const options = { element: format === 'f32' ? 'f32' : element, fusion } as const;
        const activations = new Activations(gpu);
        const buffers = await allocateTrunk(activations, config, 1, options);
        const calls = trunkLayers({ gpu, config, weights, options, batch: 1, seq: 1 }, buffers).flat();
        norms.push(calls.filter(({ kernel }) => kernel.name.startsWith('norm')).length);
        activations.release();
        const network = new Trunk(gpu, config, weights, options);
        const got = await network.forward(x, [1, 1, config.hidden]);
        // Of what the trunk adds to its input: f32 rounds in another order, f16 activations keep 11 bits; as the goldens.
        const tolerance = options.element === 'f32' ? 5e-5 : 4e-3;
        expect(relativeError(got, Float32Array.from(want), x), `fusion ${fusion}`).toBeLessThan(tolerance);
        network.dispose();
      }
      expect(norms).toEqual(fusions.map((fusion) => (fusion ? 0 : 2)));
      weights.dispose();
      gpu.pool.trim();
      expect(gpu.pool.ledger().inUseBytes).toBe(before);
    },
  );

  test('the sums are those of the weights as they are kept', async () => {
    const gpu = gpuWith(adapter);
    const { weights, tensors } = await loadBlocks(gpu, trunkSpecs(config), 'int4');
    await weights.sumNorms();
    const of = (name: string): Float64Array => tensors.get(`layers.0.${name}`) ?? new Float64Array();
    const { hidden } = config;
    const kept = keptAs(of('self_attn.qkv_proj.weight'), hidden, 'int4');
    const data = await gpu.read(weights.vector('layers.0.inputNorm'), 2 * hidden * 4, 3 * hidden * 8);
    const sums = new Float32Array(data);
    for (const [which, norm] of [of('input_layernorm.weight'), of('input_layernorm.bias')].entries()) {
      for (let row = 0; row < 3 * hidden; row++) {
        let want = 0;
        for (let k = 0; k < hidden; k++) want += (kept[row * hidden + k] ?? 0) * (norm[k] ?? 0);
        // Fours of rows: four of Σ w·gamma, four of Σ w·beta.
        expect(sums[Math.floor(row / 4) * 8 + 4 * which + (row % 4)]).toBeCloseTo(want, 5);
      }
    }
    weights.dispose();
  });
});
