import { describe, expect, test } from 'vitest';
import type { EngineOptions } from '../../../src/engine/api.ts';
import { kernelSettings, checkEngineOptions, resolveFlags } from '../../../src/engine/flags.ts';

const check = (options: EngineOptions | object) => () => checkEngineOptions(options);

test('nothing, and everything that is documented, is accepted', () => {
  expect(check({})).not.toThrow();
  expect(
    check({
      level: 'memory',
      optimizations: {
        ultraFusion: false,
        memoryPooling: { maxBytes: 1e6, trimAfterMs: 500 },
        kernelOptimization: { tune: true },
      },
      features: { f16: false, subgroups: true, subgroupMatrix: false },
      memoryBudgetBytes: 1e9,
      powerPreference: 'low-power',
      worker: false,
      gpu: undefined,
      onEvent: undefined,
    }),
  ).not.toThrow();
});

describe('an unknown name is refused, and the known ones are listed', () => {
  test.each([
    [{ levl: 'memory' }, "createEngine has no 'levl'", 'level'],
    [{ optimizations: { fusion: true } }, "optimizations has no 'fusion'", 'ultraFusion'],
    [{ optimizations: { caching: { entries: 3 } } }, "optimizations.caching has no 'entries'", 'maxEntries'],
    [{ features: { 'shader-f16': true } }, "features has no 'shader-f16'", 'f16'],
  ])('%j', (options, what, remedy) => {
    expect(check(options)).toThrow(expect.objectContaining({ code: 'unknown-option' }));
    expect(check(options)).toThrow(what);
    expect(check(options)).toThrow(new RegExp(`Known: .*${remedy}`));
  });
});

describe('a value of the wrong kind is refused, and the right ones are named', () => {
  test.each([
    [{ level: 'turbo' }, "level is 'turbo'", 'aggressive'],
    [{ level: 'toString' }, "level is 'toString'", 'aggressive'],
    [{ features: { f16: 'no' } }, "features.f16 is 'no'", 'true or false'],
    [{ memoryBudgetBytes: 0 }, 'memoryBudgetBytes is 0', 'over 0'],
    [{ memoryBudgetBytes: Number.NaN }, 'memoryBudgetBytes is NaN', 'over 0'],
    [{ memoryBudgetBytes: '2GB' }, "memoryBudgetBytes is '2GB'", 'over 0'],
    [{ memoryBudgetBytes: '1000' }, "memoryBudgetBytes is '1000'", 'over 0'],
    [{ powerPreference: 'fast' }, "powerPreference is 'fast'", 'low-power'],
    [{ worker: 1 }, 'worker is 1', 'true or false'],
    [{ optimizations: { caching: 'yes' } }, "optimizations.caching is 'yes'", 'its settings'],
    [{ optimizations: { ultraFusion: {} } }, 'optimizations.ultraFusion is', 'true, false'],
    [{ optimizations: { caching: null } }, 'optimizations.caching is null', 'its settings'],
  ])('%j', (options, what, remedy) => {
    expect(check(options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    expect(check(options)).toThrow(what);
    expect(check(options)).toThrow(remedy);
  });
});

describe('flags in force', () => {
  test('every level says something about every flag', () => {
    const names = Object.keys(resolveFlags({}));
    expect(names).toHaveLength(7);
    for (const level of ['default', 'memory', 'aggressive'] as const)
      expect(Object.keys(resolveFlags({ level }))).toEqual(names);
  });

  test('memory keeps nothing that could be made again', () => {
    expect(resolveFlags({ level: 'memory' })).toMatchObject({
      memoryPooling: false,
      caching: false,
      ultraFusion: true,
    });
    expect(resolveFlags({ level: 'aggressive' })).toMatchObject({ memoryPooling: true, caching: true });
    expect(resolveFlags({})).toMatchObject({ memoryPooling: true, caching: true });
  });

  test('kernels are measured at level aggressive and where it is asked for; off means that nothing measured is used', () => {
    const tune = (options: EngineOptions) => kernelSettings(options)?.tune;
    expect(tune({})).toBe(false);
    expect(tune({ level: 'aggressive' })).toBe(true);
    expect(tune({ level: 'aggressive', optimizations: { kernelOptimization: { tune: false } } })).toBe(false);
    expect(tune({ optimizations: { kernelOptimization: true } })).toBe(false);
    expect(kernelSettings({ optimizations: { kernelOptimization: { tune: true, tuneBudgetMs: 50 } } })).toEqual({
      tune: true,
      tuneBudgetMs: 50,
    });
    expect(kernelSettings({ level: 'aggressive', optimizations: { kernelOptimization: false } })).toBeUndefined();
  });

  test('a single flag goes over the level; settings mean on; undefined means the level', () => {
    const flags = resolveFlags({
      level: 'memory',
      optimizations: { caching: { maxEntries: 2 }, ultraFusion: false, memoryPooling: undefined } as never,
    });
    expect(flags).toMatchObject({ caching: true, ultraFusion: false, memoryPooling: false });
  });
});
