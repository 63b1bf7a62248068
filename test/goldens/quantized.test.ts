import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber } from '../../src/core/float16.ts';
import type { QuantizedFormat } from '../reference/quantize.ts';
import { openEngine, relativeError } from '../support/engine.ts';
import { filesOf, readJsonFile } from '../support/files.ts';
import { outerTiers } from '../support/gpu.ts';
import { keptAs } from '../support/weights.ts';

// A checkpoint loaded in int8 or int4 must give what the same checkpoint gives in f32 when its matrices are replaced by what the
// float64 reference quantises them to: the quantiser, the layout, every kernel that reads it, and which weights are spared.

const folder = fileURLToPath(new URL('llm/', import.meta.url));

type Header = Record<string, { dtype: 'F32' | 'F16' | 'BF16'; shape: number[]; data_offsets: [number, number] }>;

/** The file with every matrix as the reference quantises it, in F32. */
function quantizedFile(path: string, format: QuantizedFormat): File {
  const bytes = readFileSync(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Header;
  const out: Header = {};
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    const [start, end] = data_offsets.map((at) => 8 + headerBytes + at);
    const data = bytes.subarray(start, end);
    const values = Float64Array.from({ length: data.length / (dtype === 'F32' ? 4 : 2) }, (__, i) => {
      if (dtype === 'F32') return data.readFloatLE(i * 4);
      return (dtype === 'F16' ? float16ToNumber : bfloat16ToNumber)(data.readUInt16LE(i * 2));
    });
    const vocabulary = /embed_tokens|lm_head/.test(name);
    const kept = shape.length === 2 ? keptAs(values, shape[1] ?? 1, vocabulary ? 'int8' : format) : values;
    const f32 = Float32Array.from(kept);
    out[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + f32.byteLength] };
    offset += f32.byteLength;
    pieces.push(new Uint8Array(f32.buffer));
  }
  const text = new TextEncoder().encode(JSON.stringify(out));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return new File([length, text, ...pieces], path.split('/').at(-1) ?? '');
}

describe.each(outerTiers)('quantised language models in tier %s', async (tier) => {
  const engine = await openEngine(tier);
  // One with tied embeddings in two bfloat16 files, one with biases, one with norms of q and k.
  const names = ['llama-tied-bf16', 'qwen2', 'qwen3'];

  test.each(names.flatMap((name) => (['int8', 'int4'] as const).map((format) => [name, format] as const)))(
    '%s in %s gives what the reference quantisation of its weights gives',
    async (name, format) => {
      const path = `${folder}${name}/`;
      const files = filesOf(path, (file) => !file.startsWith('case'));
      const { tokenIds } = readJsonFile(`${path}case.json`) as { tokenIds: number[] };
      const logits = async (source: File[], precision: 'f32' | QuantizedFormat): Promise<Float32Array> => {
        const model = await engine.load('deepseek', { source, precision });
        // Three rows: from four on a product takes its input in int8, too.
        const values = await model.logits(tokenIds.slice(0, 3));
        await model.dispose();
        return values;
      };
      const got = await logits(files, format);
      const weights = readdirSync(path).filter((file) => file.endsWith('.safetensors'));
      const others = files.filter((file) => !file.name.endsWith('.safetensors'));
      const want = await logits([...others, ...weights.map((file) => quantizedFile(path + file, format))], 'f32');
      // f32 activations: rounding, and in int4 the few groups where the search ends beside the reference's. f16: the goldens' 6e-3.
      const tolerance = engine.info.features.f16 ? 6e-3 : format === 'int8' ? 5e-6 : 1e-3;
      expect(relativeError(got, want, new Float32Array(want.length))).toBeLessThan(tolerance);
    },
  );
});
