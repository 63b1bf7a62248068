import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type WeightFormat, weightFormats } from '../../src/core/dtype.ts';
import type { Engine, VariantName } from '../../src/engine/api.ts';
import { expectNoLeak, openEngine, relativeError } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { watchedGpu } from '../support/watchedGpu.ts';

const folder = fileURLToPath(new URL('trunk/', import.meta.url));

/** Of the public reference implementation's goldens, with the tolerances that came with them. */
const tolerances = { f32: 5e-5, f16: 2e-3, int8: 2.5e-2, int4: 0.14 } as const;
const cases: Readonly<Record<string, readonly string[]>> = {
  tiny: ['case_0', 'case_0m'],
  odd: ['case_0', 'case_0m', 'case_1', 'case_2', 'case_2m'],
};

async function checkCases(engine: Engine, name: string, variant: VariantName, precision: WeightFormat): Promise<void> {
  const source = filesOf(`${folder}${name}`, (file) => file.startsWith('config') || file.startsWith('model'));
  const model = await engine.load(variant, { source, precision });
  for (const id of cases[name] ?? []) {
    const prefix = `${folder}${name}/${id}`;
    const { shape, mask } = readJsonFile(`${prefix}.json`) as {
      shape: [number, number, number];
      mask: number[] | null;
    };
    const x = readF32(`${prefix}.x.f32`);
    const want = readF32(`${prefix}.y.f32`);
    const options = mask ? { mask: new Uint8Array(readFileSync(`${prefix}.mask.u8`)), maskShape: mask } : {};
    const y = await model.forward(x, shape, options);
    expect(relativeError(y, want, x), `${name} ${id} ${variant}`).toBeLessThan(tolerances[precision]);
  }
  await model.dispose();
}

describe.each(testTiers)('trunk in tier %s', async (tier) => {
  const engine = await openEngine(tier);

  describe.each(weightFormats)('%s', (precision) => {
    test.each(Object.keys(cases))('%s agrees with the reference', async (name) => {
      const variants: readonly VariantName[] = ['deepseek', 'viral-clipper', 'brandkit'];
      await expectNoLeak(engine, async () => {
        // Every variant loads a checkpoint of its trunk alone.
        for (const variant of name === 'tiny' ? variants : variants.slice(0, 1))
          await checkCases(engine, name, variant, precision);
      });
    });
  });

  test('the goldens are here', () => expect(existsSync(`${folder}odd/model.safetensors`)).toBe(true));
});

// In one tier, where kernels are small: a CPU takes minutes to compile what is meant for a GPU.
describe.each(testTiers.filter((tier) => tier === 'baseline'))('trunk by the rules for GPUs in tier %s', (tier) => {
  test.each(Object.keys(cases))('%s agrees with the reference', async (name) => {
    const engine = await openEngine(tier, { gpu: watchedGpu({ hardware: true }).gpu });
    expect(engine.info.adapter.software).toBe(false);
    await expectNoLeak(engine, () => checkCases(engine, name, 'deepseek', 'f32'));
  });
});
