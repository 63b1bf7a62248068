import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { composeWgsl, type Kernel } from '../../src/gpu/kernel.ts';
import * as kernels from '../../src/kernels/index.ts';

/** Over this many combinations, enough are tried that each alternative occurs twice, in other company. */
const manyChoices = 12;

/** Combinations of a kernel's alternatives: all of few, or rounds in which every axis turns on, each from another start. */
function choices(kernel: Kernel): Record<string, string>[] {
  const axes = Object.entries(kernel.axes).map(([axis, alternatives]) => [axis, Object.keys(alternatives)] as const);
  if (axes.reduce((count, [, names]) => count * names.length, 1) > manyChoices) {
    const longest = Math.max(...axes.map(([, names]) => names.length));
    const turn = (step: number): Record<string, string> =>
      Object.fromEntries(
        axes.map(([axis, names], index) => {
          const start = step < longest ? 0 : index + 1;
          return [axis, names[(step + start) % names.length] ?? ''];
        }),
      );
    const tried = Array.from({ length: 2 * longest }, (_, step) => turn(step));
    return [...new Map(tried.map((choice) => [JSON.stringify(choice), choice])).values()];
  }
  return axes.reduce<Record<string, string>[]>(
    (all, [axis, names]) => all.flatMap((choice) => names.map((name) => ({ ...choice, [axis]: name }))),
    [{}],
  );
}

/** The parser knows no subgroup matrices: their types and zeros, and the layouts of their loads and stores. They declare nothing. */
const withoutMatrixTypes = (code: string): string =>
  code
    .replace(/\bsubgroup_matrix_\w+<[^>]*>/g, 'u32')
    .replace(/\bResult\(\)/g, '0u')
    .replace(/\b(subgroupMatrix(?:Load|Store))<[^>]*>/g, '$1');

describe.each(Object.values(kernels) as Kernel[])('$name', (kernel) => {
  test.each(choices(kernel).map((choice) => ({ choice })))('declaration and WGSL agree: $choice', ({ choice }) => {
    const reflection = new WgslReflect(withoutMatrixTypes(composeWgsl(kernel, choice)));
    const storage = reflection.storage.toSorted((a, b) => a.binding - b.binding);
    expect(storage.map(({ name, binding, access }) => ({ name, binding, access }))).toEqual(
      Object.entries(kernel.bindings).map(([name, access], binding) => ({ name, binding, access })),
    );
    const uniform = reflection.uniforms[0];
    expect(uniform?.binding).toBe(storage.length);
    const block = uniform?.type as { members?: { name: string; type: { name: string } }[] } | undefined;
    const members = block?.members ?? [];
    expect(members.map(({ name, type }) => [name, type.name])).toEqual(Object.entries(kernel.params));
    const names = reflection.overrides.map(({ name }) => name);
    for (const name of kernel.overrides) expect(names).toContain(name);
    expect(storage.length, 'storage buffers in the baseline tier').toBeLessThanOrEqual(8);
  });
});
