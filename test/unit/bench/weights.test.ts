import { describe, expect, it } from 'vitest';
import { checkpointFiles } from '../../../scripts/bench/checkpoint.mjs';
import { networkOf, networks, parameterCount } from '../../../scripts/bench/networks.mjs';
import { asHalfWords } from '../../../scripts/bench/virtualFile.mjs';
import {
  fillQuantised,
  fillRows,
  fillScales,
  fillTransposed,
  halfBits,
  halfRound,
} from '../../../scripts/bench/weights.mjs';
import { float16ToNumber } from '../../../src/core/float16.ts';

const tensor = { name: 'a tensor', columns: 64 };
const rows = 40;

function wholeMatrix(): Float32Array {
  const out = new Float32Array(rows * tensor.columns);
  fillRows(tensor, 0, out);
  return out;
}

describe('seeded weights', () => {
  it('are the published networks', () => {
    expect(parameterCount(networkOf('deepseek'))).toBe(809_631_744);
    expect(parameterCount(networkOf('viral-clipper'))).toBe(25_178_112);
    expect(parameterCount(networkOf('brandkit'))).toBe(10_493_952);
    expect(() => networkOf('gpt')).toThrow(Object.keys(networks).join(', '));
  });

  it('have groups whose smallest and largest value give step and zero point back', () => {
    const matrix = wholeMatrix();
    for (let start = 0; start < matrix.length; start += 32) {
      const group = matrix.subarray(start, start + 32);
      const step = (Math.max(...group) - Math.min(...group)) / 15;
      expect(Math.round(-Math.min(...group) / step)).toBe(8);
      for (const value of group) expect(value / step).toBe(Math.round(value / step));
    }
  });

  it('have a mean near zero and the spread of trained weights', () => {
    const out = new Float32Array(256 * 64);
    fillRows({ name: 'many', columns: 64 }, 0, out);
    const mean = out.reduce((sum, value) => sum + value, 0) / out.length;
    const spread = Math.sqrt(out.reduce((sum, value) => sum + value * value, 0) / out.length);
    expect(Math.abs(mean)).toBeLessThan(spread / 10);
    expect(spread).toBeGreaterThan(0.01);
    expect(spread).toBeLessThan(0.03);
  });

  it('are exact in f16, by rows, in any part', () => {
    const matrix = wholeMatrix();
    const halves = new Uint16Array(8 * 64);
    fillRows(tensor, 5, halves);
    expect(Array.from(halves, float16ToNumber)).toEqual([...matrix.subarray(5 * 64, 13 * 64)]);
  });

  it('are transposed for MatMul, in slices and parts', () => {
    const matrix = wholeMatrix();
    const part = new Float32Array(32 * 35);
    fillTransposed({ name: tensor.name, firstRow: 3, rows: 35 }, 1, part);
    for (const [column, row] of [
      [0, 0],
      [31, 34],
      [17, 33],
    ] as const)
      expect(part[column * 35 + row]).toBe(matrix[(3 + row) * 64 + 32 + column]);
  });

  it('are the same numbers in int4, and within half a step in int8', () => {
    const matrix = wholeMatrix();
    for (const bits of [4, 8] as const) {
      const bytes = new Uint8Array((rows * 64 * bits) / 8);
      const scales = new Float32Array(rows * 2);
      fillQuantised(tensor, 0, bits, bytes);
      fillScales(tensor, 0, bits, scales);
      matrix.forEach((value, index) => {
        const byte = bytes[(index * bits) >> 3] ?? 0;
        const code = bits === 8 ? byte - 128 : (index % 2 === 0 ? byte & 15 : byte >> 4) - 8;
        const scale = scales[index >> 5] ?? 0;
        expect(Math.abs(code * scale - value)).toBeLessThanOrEqual(bits === 4 ? 0 : scale * 0.51);
      });
    }
  });

  it('round to f16 as the format says', () => {
    for (const value of [0, 1, -2.5, 0.1, 65_504, 6e-8, 1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11])
      expect(float16ToNumber(halfBits(value))).toBe(halfRound(value));
    expect(halfRound(1 + 2 ** -11)).toBe(1);
    expect(halfRound(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
  });
});

describe('the checkpoint', () => {
  it('is safetensors whose header fits its bytes', () => {
    const files = checkpointFiles(networkOf('tiny'));
    const index = JSON.parse(new TextDecoder().decode(files.get('model.safetensors.index.json')?.read()));
    const bytes = files.get(index.weight_map['layers.1.mlp.down_proj.weight'])?.read() ?? new Uint8Array();
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    const { shape, data_offsets: at } = header['layers.1.mlp.down_proj.weight'];
    expect(shape).toEqual([64, 96]);
    const expected = new Uint16Array(64 * 96);
    fillRows({ name: 'layers.1.mlp.down_proj.weight', columns: 96 }, 0, expected);
    expect(asHalfWords(bytes.slice(8 + headerBytes + at[0], 8 + headerBytes + at[1]))).toEqual(expected);
    const end = Math.max(
      ...Object.values(header).map((entry) => (entry as { data_offsets: number[] }).data_offsets[1] ?? 0),
    );
    expect(bytes.length).toBe(8 + headerBytes + end);
  });
});
