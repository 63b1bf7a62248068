import { describe, expect, test } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { composeWgsl, type Kernel } from '../../src/gpu/kernel.ts';
import * as kernels from '../../src/kernels/index.ts';

/** Over this many combinations, each alternative is tried with the first and with the last ones of the other axes. */
const manyChoices = 12;

/** Every combination of a kernel's alternatives, or enough of them that each alternative occurs. */
function choices(kernel: Kernel): Record<string, string>[] {
  const axes = Object.entries(kernel.axes).map(([axis, alternatives]) => [axis, Object.keys(alternatives)] as const);
  if (axes.reduce((count, [, names]) => count * names.length, 1) > manyChoices) {
    const tried = axes.flatMap(([axis, names]) =>
      names.flatMap((name) =>
        [0, -1].map((end) => ({ ...Object.fromEntries(axes.map(([a, all]) => [a, all.at(end) ?? ''])), [axis]: name })),
      ),
    );
    // All the first ones, and all the last, come once for each axis.
    return [...new Map(tried.map((choice) => [JSON.stringify(choice), choice])).values()];
  }
  return Object.entries(kernel.axes).reduce<Record<string, string>[]>(
    (all, [axis, alternatives]) =>
      all.flatMap((choice) => Object.keys(alternatives).map((name) => ({ ...choice, [axis]: name }))),
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
