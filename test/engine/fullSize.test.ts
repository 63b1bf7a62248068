import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { VariantName } from '../../src/engine/api.ts';
import { expectNoLeak, openEngine, relativeError } from '../support/engine.ts';
import { randomNumbers } from '../support/compare.ts';
import { testTiers } from '../support/gpu.ts';

/** The seed report's headline counts, and the shapes of its own forward checks. */
const published = [
  ['brandkit', 10_493_952, [2, 10, 512]],
  ['viral-clipper', 25_178_112, [2, 20, 512]],
  ['deepseek', 809_631_744, [2, 16, 2048]],
] as const satisfies readonly (readonly [VariantName, number, readonly [number, number, number]])[];

/** Most memory that this process (the software adapter included) has had, in MiB. */
const peakMiB = (): number => {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
};

const tier = testTiers.at(-1);

test.skipIf(!tier).each(published)(
  '%s has %i parameters and its forward runs at full size',
  async (variant, parameters, shape) => {
    const engine = await openEngine(tier ?? 'baseline');
    await expectNoLeak(engine, async () => {
      const x = Float32Array.from(randomNumbers(shape[0] * shape[1] * shape[2], 1));
      const outputs: Float32Array[] = [];
      for (const precision of ['f32', 'f16', 'int8', 'int4'] as const) {
        const model = await engine.load(variant, { source: { init: 'random', seed: 7 }, precision });
        expect(model.parameters).toBe(parameters);
        const start = performance.now();
        outputs.push(await model.forward(x, shape));
        const ms = Math.round(performance.now() - start);
        const { memory } = await engine.metrics();
        const mib = Math.round(memory.peakBytes / 2 ** 20);
        console.log(
          `${variant} ${precision} forward [${shape.join(', ')}]: ${ms} ms, GPU ledger peak ${mib} MiB, process peak ${peakMiB()} MiB`,
        );
        await model.dispose();
      }
      const [f32, f16, int8, int4] = outputs;
      if (!f32 || !f16 || !int8 || !int4) throw new Error('No outputs.');
      // Four precisions are four sets of kernels over the same seeded weights; the bounds are the goldens'.
      expect(relativeError(f16, f32, x)).toBeLessThan(2e-3);
      expect(relativeError(int8, f32, x)).toBeLessThan(2.5e-2);
      expect(relativeError(int4, f32, x)).toBeLessThan(0.14);
    });
  },
  600_000,
);
