import { describe, expect, test } from 'vitest';
import {
  biasSpec,
  gatedBiasSpec,
  gatedSpec,
  gatedSpecOfOne,
  linearSpec,
  normSpec,
  parameterCount,
  precisionBytes,
  type WeightSpec,
} from '../../../src/nn/weightSpec.ts';
import { publishedParameterCounts } from '../../../src/variants/published.ts';

/** What lies in each stored row: `tensor[row]`, or nothing (padding). Fails where two rows meet or one falls outside. */
function layout(spec: WeightSpec): (string | undefined)[] {
  const stored = Array<string | undefined>(spec.storedRows).fill(undefined);
  for (const { tensor, segments } of spec.sources) {
    let expectedRow = 0;
    for (const { firstRow, rows, map } of segments) {
      expect(firstRow, `${tensor}: segments without gaps`).toBe(expectedRow);
      expectedRow += rows;
      for (let r = 0; r < rows; r++) {
        const at = Math.floor(r / map.block) * map.blockStride + (r % map.block) + map.rowOffset;
        expect(at, `${tensor}[${firstRow + r}] is inside`).toBeLessThan(spec.storedRows);
        expect(stored[at], `${tensor}[${firstRow + r}] has a row of its own`).toBeUndefined();
        stored[at] = `${tensor}[${firstRow + r}]`;
      }
    }
  }
  return stored;
}

const rowsOf = (tensor: string, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${tensor}[${from + i}]`);

describe('where tensors go', () => {
  test('fused projections lie one below the other, padded to a multiple of 4', () => {
    const spec = linearSpec('qkv', 10, [
      ['q', 5],
      ['k', 3],
      ['v', 3],
    ]);
    expect(spec).toMatchObject({ inDim: 10, outDim: 11, storedRows: 12, gated: false, format: 'model' });
    expect(layout(spec)).toEqual([...rowsOf('q', 0, 5), ...rowsOf('k', 0, 3), ...rowsOf('v', 0, 3), undefined]);
  });

  test('gate and up alternate four by four, an odd rest is padded on both sides', () => {
    const spec = gatedSpec('gateUp', 8, 6, 'g', 'u');
    expect(layout(spec)).toEqual([
      ...rowsOf('g', 0, 4),
      ...rowsOf('u', 0, 4),
      ...rowsOf('g', 4, 2),
      undefined,
      undefined,
      ...rowsOf('u', 4, 2),
      undefined,
      undefined,
    ]);
  });

  test('one tensor with all gates first gives the same rows', () => {
    const one = layout(gatedSpecOfOne('gateUp', 8, 6, 't'));
    const two = layout(gatedSpec('gateUp', 8, 6, 'g', 'u'));
    const renamed = two.map((cell) =>
      cell?.replace(/g\[(\d+)\]/, 't[$1]').replace(/u\[(\d+)\]/, (_, row: string) => `t[${Number(row) + 6}]`),
    );
    expect(one).toEqual(renamed);
  });

  test('a norm is gamma, then beta; kept in f32', () => {
    expect(layout(normSpec('n', 5, 'gamma', 'beta'))).toEqual(['gamma[0]', 'beta[0]']);
    expect(normSpec('n', 5, 'gamma')).toMatchObject({ format: 'f32', storedRows: 1, inDim: 5 });
  });

  test('biases are quads in the order of the rows they belong to', () => {
    const spec = biasSpec('b', [
      ['q', 8],
      ['k', 4],
      ['v', 6],
    ]);
    expect(layout(spec)).toEqual(['q[0]', 'q[1]', 'k[0]', 'v[0]', 'v[1]']);
    expect(layout(gatedBiasSpec('b', 6, 'g', 'u'))).toEqual(['g[0]', 'u[0]', 'g[1]', 'u[1]']);
  });
});

describe('sizes', () => {
  test('published variants have exactly the published parameters', () => {
    expect(publishedParameterCounts()).toEqual({
      deepseek: 809_631_744,
      'viral-clipper': 25_178_112,
      brandkit: 10_493_952,
    });
  });

  test('parameters count what the checkpoint holds, bytes what is stored with its padding', () => {
    const specs = [linearSpec('w', 10, [['w', 5]]), normSpec('n', 10, 'gamma', 'beta')];
    expect(parameterCount(specs)).toBe(5 * 10 + 2 * 10);
    // 8 rows of 12 elements; the norm is 2 rows of 12 in f32 whatever the precision.
    expect(precisionBytes(specs, 'f32')).toBe(8 * 12 * 4 + 2 * 12 * 4);
    expect(precisionBytes(specs, 'f16')).toBe(8 * 12 * 2 + 2 * 12 * 4);
    // A row of one group: 32 codes, then a vec4 of scales.
    expect(precisionBytes(specs, 'int8')).toBe(8 * (32 + 16) + 2 * 12 * 4);
    expect(precisionBytes(specs, 'int4')).toBe(8 * (16 + 16) + 2 * 12 * 4);
  });

  test('a LayerNorm before a matrix has room for two sums of each of its stored rows', () => {
    const w = linearSpec('w', 10, [['w', 5]]);
    const sizes = [undefined, w].map((before) =>
      precisionBytes([normSpec('n', 10, 'gamma', 'beta', before), w], 'int4'),
    );
    expect((sizes[1] ?? 0) - (sizes[0] ?? 0)).toBe(8 * 2 * 4);
  });
});
