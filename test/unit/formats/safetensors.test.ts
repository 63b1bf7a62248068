import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { parseSafetensorsHeader, readHeaderLength, requireLoadable } from '../../../src/formats/safetensors.ts';
import { parseShardIndex } from '../../../src/formats/shardIndex.ts';

const header = (json: unknown): Uint8Array =>
  new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json));
const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { code, message, remedy } = error;
    expect(message.endsWith(remedy)).toBe(true);
    return code;
  }
  return 'no error';
}
const parseCode = (json: unknown, fileBytes?: number): string =>
  codeOf(() => parseSafetensorsHeader(header(json), fileBytes, 'model.safetensors'));

function lengthPrefix(length: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

describe('header length', () => {
  it('is read as a little-endian u64', () => {
    expect(readHeaderLength(lengthPrefix(1000n), 5000, 'm')).toBe(1000);
    expect(readHeaderLength(lengthPrefix(1000n), undefined, 'm')).toBe(1000);
  });
  it('is not believed', () => {
    expect(codeOf(() => readHeaderLength(lengthPrefix(2n ** 64n - 1n), undefined, 'm'))).toBe(
      'checkpoint-header-invalid',
    );
    expect(codeOf(() => readHeaderLength(lengthPrefix(100_000_001n), undefined, 'm'))).toBe(
      'checkpoint-header-invalid',
    );
    expect(codeOf(() => readHeaderLength(lengthPrefix(0n), 8, 'm'))).toBe('checkpoint-header-invalid');
    expect(codeOf(() => readHeaderLength(lengthPrefix(1000n), 1007, 'm'))).toBe('checkpoint-truncated');
    expect(codeOf(() => readHeaderLength(new Uint8Array(3), 3, 'm'))).toBe('checkpoint-truncated');
  });
});

describe('directory', () => {
  it('has every tensor of a real file, in order, up to its last byte', () => {
    const file = readFileSync('test/goldens/trunk/tiny/model.safetensors');
    const length = readHeaderLength(file.subarray(0, 8), file.length, 'm');
    const entries = parseSafetensorsHeader(file.subarray(8, 8 + length), file.length, 'm');
    expect(entries).toHaveLength(16);
    expect(entries[0]?.byteOffset).toBe(8 + length);
    const last = entries.at(-1);
    expect((last?.byteOffset ?? 0) + (last?.byteLength ?? 0)).toBe(file.length);
    const norm = entries.find(({ name }) => name === 'layers.1.input_layernorm.bias');
    expect(norm).toMatchObject({ dtype: 'F32', shape: [64], byteLength: 256 });
  });

  it('sorts by offset and takes scalars, empty tensors, metadata and padding', () => {
    const json = JSON.stringify({
      __metadata__: { format: 'pt' },
      b: f32([2], 4, 12),
      a: f32([], 0, 4),
      none: f32([0, 7], 12, 12),
    });
    const entries = parseSafetensorsHeader(header(`${json}   `), undefined, 'm');
    expect(entries.map(({ name }) => name)).toEqual(['a', 'b', 'none']);
  });

  it('keeps tensors it cannot load until somebody wants them', () => {
    const json = { position_ids: { dtype: 'I64', shape: [2], data_offsets: [0, 16] }, w: f32([1], 16, 20) };
    const [ids, w] = parseSafetensorsHeader(header(json), undefined, 'm');
    if (!ids || !w) throw new Error('two tensors expected');
    expect(requireLoadable(w).dtype).toBe('F32');
    expect(codeOf(() => requireLoadable(ids))).toBe('checkpoint-dtype');
    expect(() => requireLoadable(ids)).toThrow(/"position_ids".*I64/);
    const constructor = { ...w, dtype: 'constructor' };
    expect(codeOf(() => requireLoadable(constructor))).toBe('checkpoint-dtype');
  });

  it('treats __proto__ as any other name', () => {
    const [entry] = parseSafetensorsHeader(
      header('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'),
      undefined,
      'm',
    );
    expect(entry?.name).toBe('__proto__');
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });

  it.each<[string, string, unknown, number?]>([
    ['no JSON', 'checkpoint-header-invalid', '{"a":'],
    ['an array', 'checkpoint-header-invalid', []],
    ['leading space', 'checkpoint-header-invalid', ' {}'],
    [
      'a name twice',
      'checkpoint-header-invalid',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{}}',
    ],
    [
      'a key twice',
      'checkpoint-header-invalid',
      '{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
    ['metadata of numbers', 'checkpoint-header-invalid', { __metadata__: { a: 1 } }],
    ['an unknown dtype', 'checkpoint-dtype', { a: { dtype: 'Q4', shape: [1], data_offsets: [0, 4] } }],
    ['no dtype', 'checkpoint-header-invalid', { a: { shape: [1], data_offsets: [0, 4] } }],
    ['a negative size', 'checkpoint-header-invalid', { a: f32([-1], 0, 4) }],
    ['a fractional size', 'checkpoint-header-invalid', { a: f32([1.5], 0, 6) }],
    ['a product beyond 2^53', 'checkpoint-header-invalid', { a: f32([2 ** 40, 2 ** 40], 0, 4) }],
    [
      'a product that overflows to the right size',
      'checkpoint-header-invalid',
      { a: f32([2 ** 32, 2 ** 32, 1], 0, 0) },
    ],
    ['rank 9', 'checkpoint-header-invalid', { a: f32([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }],
    ['one offset', 'checkpoint-header-invalid', { a: { dtype: 'F32', shape: [1], data_offsets: [0] } }],
    ['begin after end', 'checkpoint-header-invalid', { a: f32([1], 8, 4) }],
    ['another size than the shape', 'checkpoint-header-invalid', { a: f32([2], 0, 4) }],
    ['a hole', 'checkpoint-header-invalid', { a: f32([1], 0, 4), b: f32([1], 8, 12) }],
    ['a hole at the start', 'checkpoint-header-invalid', { a: f32([1], 4, 8) }],
    ['an overlap', 'checkpoint-overlap', { a: f32([2], 0, 8), b: f32([1], 4, 8) }],
    ['the same bytes twice', 'checkpoint-overlap', { a: f32([1], 0, 4), b: f32([1], 0, 4) }],
    ['a file too short', 'checkpoint-truncated', { a: f32([1], 0, 4) }, 60],
    ['a file too long', 'checkpoint-header-invalid', { a: f32([1], 0, 4) }, 70],
  ])('rejects %s', (_, code, json, fileBytes) => {
    expect(parseCode(json, fileBytes)).toBe(code);
  });

  it('rejects bytes that are not UTF-8', () => {
    const bytes = header({ a: f32([1], 0, 4) });
    bytes[2] = 0xff;
    expect(codeOf(() => parseSafetensorsHeader(bytes, undefined, 'm'))).toBe('checkpoint-header-invalid');
  });

  it('survives deep nesting', () => {
    expect(parseCode(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).toBe('checkpoint-header-invalid');
  });
});

describe('shard index', () => {
  it('maps tensors to files', () => {
    const index = parseShardIndex({ metadata: {}, weight_map: { a: 'm-1.safetensors', __proto: 'm-2.safetensors' } });
    expect(index.get('a')).toBe('m-1.safetensors');
  });
  it.each([
    '../x.safetensors',
    '/x.safetensors',
    'a/../x.safetensors',
    'https://e.com/x.safetensors',
    'x\\y.safetensors',
    '%2e%2e/x.safetensors',
    'x.bin',
    '',
    7,
  ])('rejects the file name %s', (file) => {
    expect(codeOf(() => parseShardIndex({ weight_map: { a: file } }))).toBe('checkpoint-header-invalid');
  });
  it('rejects what has no map', () => {
    for (const json of [undefined, null, [], {}, { weight_map: {} }]) {
      expect(codeOf(() => parseShardIndex(json))).toBe('checkpoint-header-invalid');
    }
  });
});
