import { describe, expect, test } from 'vitest';
import type { DeviceInfo } from '../../src/gpu/device.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import { subgroupMatrixTilesFor } from '../../src/kernels/linearSubgroupMatrix.ts';
import { tilesFor } from '../../src/kernels/linearTile.ts';
import { firstThatFills, tileGrid } from '../../src/kernels/tileGrid.ts';

describe('the grid of a tiled product', () => {
  const tile = { rows: 16, columns: 32 };

  test.each([1, 16, 17, 256, 257, 272, 512, 1025])(
    'has a workgroup for every tile of %d rows, in equal bands',
    (rows) => {
      const [band, columns, bands] = tileGrid(tile, { rows, weightRows: 100 });
      expect(columns).toBe(4);
      expect(band).toBeLessThanOrEqual(16);
      expect(band * bands).toBeGreaterThanOrEqual(Math.ceil(rows / 16));
      // No band is empty, and fewer tiles than there are bands are for nothing.
      expect(band * bands - Math.ceil(rows / 16)).toBeLessThan(bands);
    },
  );

  test('the first tile of which there are enough is taken, else the last', () => {
    const size = (name: 'large' | 'small') => ({ rows: name === 'large' ? 64 : 16, columns: 64 });
    const take = (rows: number) => firstThatFills([['large', 4] as const, ['small', 8] as const], size, rows, 128);
    expect([take(128), take(65), take(64), take(1)]).toEqual(['large', 'large', 'small', 'small']);
    expect(firstThatFills([], size, 1, 1)).toBeUndefined();
  });
});

/** As the H100 says, on which the tiles were timed: the table in ARCHITECTURE.md. */
const device = { limits: { maxComputeWorkgroupStorageSize: 49_152 } } as DeviceInfo;
const first = (tiles: (args: LinearArgs) => readonly string[], rows: number, outDim: number): string | undefined =>
  tiles({ device, rows, weight: { outDim, gated: false } } as LinearArgs)[0];

test.each([
  [4096, 4096, '128x128s2', '64x64t4'],
  [512, 6144, '128x128s2', '64x64t4'],
  [512, 2048, '64x64g2s4', '64x64t4'],
  [512, 512, '32x64s4', '16x64s4'],
  [128, 2048, '32x64s4', '16x64s4'],
  [128, 512, '16x32s8', '16x32s8d2'],
  [32, 11_008, '32x32s8', '16x32s8d2'],
  [16, 11_008, '16x32s4', '16x32s8d2'],
  [8, 2048, '16x32s8', '16x32s8d2'],
])('%d rows and %d outputs take the measured tiles: %s on matrix units, else %s', (rows, outDim, units, tile) => {
  expect(first(subgroupMatrixTilesFor, rows, outDim)).toBe(units);
  expect(first(tilesFor, rows, outDim)).toBe(tile);
});

test('a device with the least workgroup memory has a tile for any number of rows', () => {
  const small = { ...device, limits: { ...device.limits, maxComputeWorkgroupStorageSize: 16_384 } };
  for (const rows of [4, 16, 33, 512])
    expect(tilesFor({ device: small, rows, weight: { outDim: 64, gated: false } } as LinearArgs)).not.toEqual([]);
});
