import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { WeightFormat } from '../../src/core/dtype.ts';
import { resolveFlags } from '../../src/engine/flags.ts';
import { openModel, type Runtime, startRuntime } from '../../src/engine/runtime.ts';
import { GpuContext } from '../../src/gpu/context.ts';
import { relativeError } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { openGpu, testTiers } from '../support/gpu.ts';

const goldens = fileURLToPath(new URL('../goldens/', import.meta.url));

/** A device whose largest binding is so small that every matrix falls into several parts. */
async function withSmallBindings(
  folder: string,
  bindingBytes: number,
  format: WeightFormat,
  use: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  const { device, info } = await openGpu(testTiers[0] ?? 'baseline');
  const gpu = new GpuContext(device, {
    ...info,
    // Without the integer dot product int8 is the weights alone: what the goldens have a bound of their own for.
    features: { ...info.features, integerDot: false },
    limits: { ...info.limits, maxStorageBufferBindingSize: bindingBytes },
  });
  const files = filesOf(folder, (name) => !name.startsWith('case'));
  const opened = await openModel('deepseek', files);
  const runtime = await startRuntime(gpu, opened, { format, flags: resolveFlags({}), context: 128 });
  try {
    await use(runtime);
  } finally {
    runtime.dispose();
  }
  expect(gpu.pool.leaks()).toEqual([]);
}

describe.skipIf(testTiers.length === 0)('matrices over the largest binding', () => {
  test('a trunk whose matrices lie in fifteen buffers agrees with the reference', async () => {
    await withSmallBindings(`${goldens}trunk/odd`, 32_768, 'f32', async (runtime) => {
      if (runtime.kind !== 'trunk') throw new Error('No trunk.');
      // 576 rows of 768 bytes, 40 rows to a buffer of 32 KiB (whole groups of 8).
      expect(runtime.weights.linear('layers.0.qkv').parts.length).toBe(15);
      expect(runtime.weights.linear('layers.0.gateUp').parts.length).toBeGreaterThan(10);
      const { shape } = readJsonFile(`${goldens}trunk/odd/case_0.json`) as { shape: number[] };
      const x = readF32(`${goldens}trunk/odd/case_0.x.f32`);
      const y = await runtime.network.forward(x, shape);
      expect(relativeError(y, readF32(`${goldens}trunk/odd/case_0.y.f32`), x)).toBeLessThan(5e-5);
    });
  });

  test.each([
    ['int8', 1e-2],
    ['int4', 0.14],
  ] as const)('in %s, in parts, too', async (format, tolerance) => {
    await withSmallBindings(`${goldens}trunk/odd`, 24_576, format, async (runtime) => {
      if (runtime.kind !== 'trunk') throw new Error('No trunk.');
      expect(runtime.weights.linear('layers.0.qkv').parts.length).toBeGreaterThan(2);
      const { shape } = readJsonFile(`${goldens}trunk/odd/case_0.json`) as { shape: number[] };
      const x = readF32(`${goldens}trunk/odd/case_0.x.f32`);
      const y = await runtime.network.forward(x, shape);
      expect(relativeError(y, readF32(`${goldens}trunk/odd/case_0.y.f32`), x)).toBeLessThan(tolerance);
    });
  });

  test('a language model whose vocabulary and biases lie in parts gives the logits of transformers', async () => {
    for (const name of ['qwen2', 'llama-headdim']) {
      await withSmallBindings(`${goldens}llm/${name}`, 16_384, 'f32', async (runtime) => {
        if (runtime.kind !== 'decoder') throw new Error('No decoder.');
        expect(runtime.weights.linear('embedding').parts.length).toBeGreaterThan(2);
        const golden = readJsonFile(`${goldens}llm/${name}/case.json`) as { tokenIds: number[]; logits: string };
        const bytes = Buffer.from(golden.logits, 'base64');
        const want = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
        const got = await runtime.decoder.logits(golden.tokenIds);
        // Against zeros: the relative error of the logits themselves.
        expect(relativeError(got, want, new Float32Array(want.length)), name).toBeLessThan(5e-6);
      });
    }
  });
});
