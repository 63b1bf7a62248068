import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type WeightFormat, weightFormats } from '../../src/core/dtype.ts';
import type { Engine } from '../../src/engine/api.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { watchedGpu } from '../support/watchedGpu.ts';

const folder = fileURLToPath(new URL('llm/', import.meta.url));

interface Case {
  readonly tokenIds: number[];
  /** base64 of little-endian float32 [seq, vocab]: Hugging Face transformers in float64. */
  readonly logits: string;
  readonly greedy: number[];
}

/**
 * ‖got − want‖ / ‖want‖ over all logits. Measured worst on lavapipe and an H200: 9.5e-7 in f32, 2.7e-3 in f16; on lavapipe
 * 0.043 in int8 (weights alone) and 0.40 in int4: these networks' weights are random and make five times as much of an error as trained
 * ones. quantized.test.ts holds the quantised ones to the rounding of f32.
 */
const tolerances = { f32: 5e-6, f16: 6e-3, int8: 0.1, int4: 0.55 } as const;

function relative(got: Float32Array, want: Float32Array): number {
  let error = 0;
  let norm = 0;
  for (let i = 0; i < want.length; i++) {
    error += ((got[i] ?? Number.NaN) - (want[i] ?? 0)) ** 2;
    norm += (want[i] ?? 0) ** 2;
  }
  return Math.sqrt(error / norm);
}

async function checkLogits(engine: Engine, name: string, precision: WeightFormat): Promise<void> {
  const files = filesOf(`${folder}${name}`);
  const model = await engine.load('deepseek', {
    source: files.filter((file) => !file.name.startsWith('case')),
    precision,
  });
  const cases = files.filter((file) => file.name.startsWith('case'));
  for (const { name: file } of cases) {
    const golden = readJsonFile(`${folder}${name}/${file}`) as Case;
    const bytes = Buffer.from(golden.logits, 'base64');
    const want = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const got = await model.logits(golden.tokenIds);
    expect(got.length).toBe(want.length);
    expect(relative(got, want), file).toBeLessThan(tolerances[precision]);
  }
  await model.dispose();
}

describe.each(testTiers)('language models in tier %s', async (tier) => {
  const engine = await openEngine(tier);

  describe.each(weightFormats)('%s', (precision) => {
    test.each(readdirSync(folder))('%s gives the logits of transformers', async (name) => {
      await expectNoLeak(engine, () => checkLogits(engine, name, precision));
    });
  });
});

// In one tier, where kernels are small, and one network: a CPU takes minutes to compile what is meant for a GPU.
test.each(testTiers.includes('baseline') ? readdirSync(folder).slice(0, 1) : [])(
  '%s by the rules for GPUs gives the logits of transformers',
  async (name) => {
    const engine = await openEngine('baseline', { gpu: watchedGpu({ hardware: true }).gpu });
    expect(engine.info.adapter.software).toBe(false);
    await expectNoLeak(engine, () => checkLogits(engine, name, 'f32'));
  },
);
