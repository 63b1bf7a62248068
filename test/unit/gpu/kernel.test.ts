import { expect, test } from 'vitest';
import { composeWgsl, defineKernel, lineGrid, paramsBytes, writeParams } from '../../../src/gpu/kernel.ts';
import { sizeClass } from '../../../src/gpu/pool.ts';

const kernel = defineKernel({
  name: 'k',
  wgsl: ['shared();', 'main();'],
  axes: { a: { x: ['enable f16;\nx();', 'shared();'], y: ['y();'] }, b: { z: ['  enable f16;\nrequires r;\nz();'] } },
  bindings: { data: 'read' },
  params: { count: 'u32', shift: 'i32', scale: 'f32' },
  overrides: [],
});

test('a variant has its directives first, each part once, and no other alternative', () => {
  const lines = composeWgsl(kernel, { a: 'x', b: 'z' }).split('\n');
  expect(lines.filter((line) => line.includes('shared'))).toHaveLength(1);
  const firstCode = lines.findIndex((line) => line.endsWith('();'));
  expect(lines.slice(firstCode).some((line) => /enable|requires/.test(line))).toBe(false);
  expect(lines.slice(firstCode)).toEqual(['x();', 'shared();', 'z();', 'main();']);
  expect(() => composeWgsl(kernel, { a: 'w', b: 'z' })).toThrow(/no a 'w'/);
});

test('params are written in order by their types', () => {
  expect(paramsBytes(kernel)).toBe(16);
  const view = new DataView(new ArrayBuffer(32));
  writeParams(view, 16, kernel, { scale: 0.5, count: 4_000_000_000, shift: -3 });
  expect([view.getUint32(16, true), view.getInt32(20, true), view.getFloat32(24, true)]).toEqual([
    4_000_000_000, -3, 0.5,
  ]);
  expect(() => writeParams(view, 0, kernel, { count: 1, shift: 1 })).toThrow(/scale/);
});

test('a grid of any size has enough workgroups and stays under 65,536 a side', () => {
  for (const count of [1, 65_535, 65_536, 65_537, 10_000_000]) {
    const [x, y, z] = lineGrid(count);
    expect(x * y * z, `${count}`).toBeGreaterThanOrEqual(count);
    expect(Math.max(x, y, z)).toBeLessThanOrEqual(65_535);
  }
});

test('a size class holds what was asked for and wastes at most a quarter', () => {
  for (let bytes = 257; bytes < 2 ** 33; bytes = Math.ceil(bytes * 1.013)) {
    const size = sizeClass(bytes);
    if (size < bytes || size > bytes * 1.25 || size % 16 !== 0) expect.fail(`${bytes} bytes get ${size}`);
    expect(sizeClass(size), 'a class is its own').toBe(size);
  }
  expect([0, 1, 256].map(sizeClass)).toEqual([256, 256, 256]);
  const classes = new Set(Array.from({ length: 4096 }, (_, i) => sizeClass(4097 + i)));
  expect(classes.size, 'four classes for a power of two').toBe(4);
});
