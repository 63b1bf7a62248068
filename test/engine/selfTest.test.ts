import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Engine, EngineEvent } from '../../src/engine/api.ts';
import { selfTest } from '../../src/engine/selfTest.ts';
import type { TuneSurroundings } from '../../src/engine/tune/tuneModel.ts';
import type { DeviceInfo } from '../../src/gpu/device.ts';
import { openEngine, relativeError } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { openGpu, type TestTier, testTiers } from '../support/gpu.ts';
import { mapStore } from '../support/mapStore.ts';
import { type SabotagedGpu, sabotagedGpu } from '../support/sabotagedGpu.ts';

const folder = fileURLToPath(new URL('../goldens/trunk/tiny', import.meta.url));

/** How far a forward is from the public reference implementation: goldens/trunk.test.ts. */
async function error(engine: Engine): Promise<number> {
  const source = filesOf(folder, (file) => file.startsWith('config') || file.startsWith('model'));
  const model = await engine.load('deepseek', { source, precision: 'f16' });
  const { shape, mask } = readJsonFile(`${folder}/case_0m.json`) as {
    shape: [number, number, number];
    mask: number[];
  };
  const x = readF32(`${folder}/case_0m.x.f32`);
  const options = { mask: new Uint8Array(readFileSync(`${folder}/case_0m.mask.u8`)), maskShape: mask };
  const y = await model.forward(x, shape, options);
  await model.dispose();
  return relativeError(y, readF32(`${folder}/case_0m.y.f32`), x);
}
const tolerance = 2e-3;

async function opened(tier: TestTier, { gpu }: SabotagedGpu, tuning: TuneSurroundings = { selfTest: true }) {
  const events: EngineEvent[] = [];
  const engine = await openEngine(tier, { gpu, onEvent: (event) => events.push(event) }, tuning);
  const degraded = events.flatMap((event) => (event.type === 'degraded' ? [event.what] : []));
  return { engine, degraded };
}

const wrongSums = (kernel: string, choice: string) => (label: string, code: string) =>
  label.startsWith(`${kernel} `) && label.includes(choice)
    ? code.replace('var sum = vec4f();', 'var sum = vec4f(1.0);')
    : code;

describe.each(testTiers)('a compiler that gets kernels wrong, in tier %s', (tier) => {
  test('a sound one degrades nothing', async () => {
    const { engine, degraded } = await opened(
      tier,
      sabotagedGpu((_, code) => code),
    );
    expect(degraded).toEqual([]);
    expect(await error(engine)).toBeLessThan(tolerance);
  });

  test('what uses subgroups or halves wrongly goes without them, and is remembered', async () => {
    const off = tier === 'subgroups' ? 'subgroups' : 'f16';
    if (tier === 'baseline') return;
    const gpu = sabotagedGpu(wrongSums('linear_vector', tier === 'subgroups' ? '"subgroups"' : '"weight":"f16"'));
    const { store } = mapStore();
    const first = await opened(tier, gpu, { store, selfTest: true });
    expect(first.degraded).toEqual([off]);
    expect(first.engine.info.features[off]).toBe(false);
    expect(await error(first.engine)).toBeLessThan(tolerance);
    const spoilt = gpu.spoilt();
    expect(spoilt).toBeGreaterThan(0);
    const second = await opened(tier, gpu, { store, selfTest: true });
    expect(second.degraded).toEqual([off]);
    expect(second.engine.info.features[off]).toBe(false);
    expect(gpu.spoilt(), 'nothing is tried again').toBe(spoilt);
  });

  test('a kernel that does not compile, and nothing can stand in for it: the engine says so', async () => {
    const gpu = sabotagedGpu((label, code) => (label.startsWith('norm ') ? code.replace('fn main(', 'fn (') : code));
    const { store, values } = mapStore();
    const { degraded } = await opened(tier, gpu, { store, selfTest: true });
    // By the rules for CPU adapters a product's norm is a kernel of its own.
    expect(degraded).toEqual(['norm', 'vector product']);
    expect([...values.values()], 'it is tried again next time').toEqual([]);
  });

  // In one tier, where kernels are small: a CPU takes minutes to compile what is meant for a GPU.
  if (tier === 'baseline') {
    test("a GPU's kernels are replaced by those that stand in for them", async () => {
      const gpu = sabotagedGpu(
        (label, code) => {
          if (label.startsWith('attention_prefill ')) return code.replace('sum += p[r].z * v2;', 'sum -= p[r].z * v2;');
          if (label.startsWith('linear_vector_wide ')) return code.replace('slice, products[r]', 'slice, -products[r]');
          return code;
        },
        { hardware: true },
      );
      const { engine, degraded } = await opened(tier, gpu, {});
      expect(degraded).toEqual(['vector product', 'prefill attention']);
      expect(engine.info.avoided).toEqual(degraded);
      expect(await error(engine)).toBeLessThan(tolerance);
    });
  }
  // Where there are halves, which units multiply. No device here has units: their kernels do not compile.
  if (tier === 'f16') {
    test('matrix units whose kernels fail are left alone, and nothing else is', async () => {
      const { device, info } = await openGpu(tier);
      const units: DeviceInfo = {
        ...info,
        adapter: { vendor: 'somebody', architecture: '', device: '', description: '', software: false },
        features: { ...info.features, subgroupMatrix: true },
        matrixSyntax: 'templates',
      };
      const { steps, hopeless, info: after } = await selfTest(device, units);
      expect(steps.map(({ what }) => what)).toEqual(['subgroup-matrix']);
      expect(hopeless).toEqual([]);
      expect(after.matrixSyntax).toBeUndefined();
      expect(after.features).toEqual(info.features);
    });
  }
});
