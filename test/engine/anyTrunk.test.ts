import { describe, expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';
import { trunk, type TrunkTensors } from '../reference/trunk.ts';
import { randomNumbers } from '../support/compare.ts';
import { openEngine, relativeError } from '../support/engine.ts';
import { outerTiers } from '../support/gpu.ts';

// Trunks that no golden has: sizes that nothing divides, every checkpoint dtype, every kind of mask, through the loader.

type Dtype = 'F32' | 'F16' | 'BF16';
interface Sizes {
  readonly batch: number;
  readonly seq: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly layers: number;
}

const shapesOf = ({ hidden, intermediate, layers }: Sizes): Record<string, number[]> =>
  Object.fromEntries(
    Array.from({ length: layers }, (_, layer): [string, number[]][] => [
      [`layers.${layer}.mlp.gate_up_proj.weight`, [2 * intermediate, hidden]],
      [`layers.${layer}.self_attn.qkv_proj.weight`, [3 * hidden, hidden]],
      [`layers.${layer}.input_layernorm.weight`, [hidden]],
      [`layers.${layer}.input_layernorm.bias`, [hidden]],
      [`layers.${layer}.self_attn.o_proj.weight`, [hidden, hidden]],
      [`layers.${layer}.mlp.down_proj.weight`, [hidden, intermediate]],
      [`layers.${layer}.post_attention_layernorm.weight`, [hidden]],
      [`layers.${layer}.post_attention_layernorm.bias`, [hidden]],
    ]).flat(),
  );

/** A checkpoint's files, and its tensors as the numbers that the file really holds. */
function makeCheckpoint(sizes: Sizes, dtype: Dtype): { readonly files: File[]; readonly tensors: TrunkTensors } {
  const header: Record<string, unknown> = {};
  const tensors: Record<string, Float64Array> = {};
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [index, [name, shape]] of Object.entries(shapesOf(sizes)).entries()) {
    const scale = shape.length === 1 ? 0.5 : 1 / Math.sqrt(shape[1] ?? 1);
    const values = randomNumbers(
      shape.reduce((a, b) => a * b, 1),
      index + 1,
      scale,
    );
    const { bytes, held } = encode(values, dtype);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.byteLength] };
    offset += bytes.byteLength;
    tensors[name] = held;
    pieces.push(bytes);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  const config = {
    architectures: ['UltraOptimizedModel'],
    hidden_size: sizes.hidden,
    num_layers: sizes.layers,
    num_heads: sizes.heads,
    intermediate_size: sizes.intermediate,
    max_sequence_length: 64,
  };
  const files = [
    new File([JSON.stringify(config)], 'config.json'),
    new File([length, text, ...pieces], 'model.safetensors'),
  ];
  return { files, tensors };
}

function encode(
  values: Float64Array,
  dtype: Dtype,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly held: Float64Array } {
  const f32 = Float32Array.from(values);
  if (dtype === 'F32') return { bytes: new Uint8Array(f32.buffer), held: Float64Array.from(f32) };
  const words = new Uint32Array(f32.buffer);
  const halves = Uint16Array.from(f32, (value, i) =>
    dtype === 'F16' ? numberToFloat16(value) : (words[i] ?? 0) >>> 16,
  );
  const read = dtype === 'F16' ? float16ToNumber : bfloat16ToNumber;
  return { bytes: new Uint8Array(halves.buffer), held: Float64Array.from(halves, read) };
}

const cases: readonly (readonly [Sizes, Dtype, 'none' | 'causal' | 'keys' | 'heads'])[] = [
  [{ batch: 2, seq: 5, hidden: 24, heads: 3, intermediate: 37, layers: 2 }, 'F32', 'none'],
  [{ batch: 3, seq: 7, hidden: 40, heads: 1, intermediate: 1, layers: 1 }, 'BF16', 'heads'],
  [{ batch: 1, seq: 1, hidden: 104, heads: 13, intermediate: 211, layers: 1 }, 'F16', 'none'],
  [{ batch: 2, seq: 33, hidden: 48, heads: 2, intermediate: 50, layers: 3 }, 'BF16', 'keys'],
  [{ batch: 1, seq: 19, hidden: 256, heads: 1, intermediate: 130, layers: 1 }, 'F16', 'causal'],
];

describe.each(outerTiers)('any trunk in tier %s', async (tier) => {
  const engine = await openEngine(tier);

  test.each(cases)('%j from %s, mask: %s', async (sizes, dtype, kind) => {
    const { batch, seq, hidden, heads } = sizes;
    const { files, tensors } = makeCheckpoint(sizes, dtype);
    const x = Float32Array.from(randomNumbers(batch * seq * hidden, 99));
    const shape = { none: [1], causal: [1], keys: [batch, 1, 1, seq], heads: [batch, heads, seq, seq] }[kind];
    const count = shape.reduce((a, b) => a * b, 1);
    // The first key is always open, so that no row is without any.
    const mask = Uint8Array.from(randomNumbers(count, 5), (value, i) => (i % seq === 0 || value > 0 ? 1 : 0));
    const mayAttend = (b: number, head: number, row: number, key: number): boolean => {
      if (kind === 'none') return true;
      if (kind === 'causal') return key <= row;
      return mask[kind === 'keys' ? b * seq + key : ((b * heads + head) * seq + row) * seq + key] === 1;
    };
    const want = trunk(Float64Array.from(x), tensors, sizes, mayAttend);
    const masked = kind === 'keys' || kind === 'heads' ? { mask, maskShape: shape } : {};
    for (const [precision, tolerance] of [
      ['f32', 5e-5],
      ['f16', 2e-3],
      ['int8', 2.5e-2],
      ['int4', 0.14],
    ] as const) {
      const model = await engine.load('brandkit', { source: files, precision });
      const y = await model.forward(x, [batch, seq, hidden], { ...masked, causal: kind === 'causal' });
      // The goldens' tolerances: the same network, only of other sizes.
      expect(relativeError(y, want, x), precision).toBeLessThan(tolerance);
      await model.dispose();
    }
  });
});
