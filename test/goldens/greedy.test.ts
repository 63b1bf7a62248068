import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { resolveFlags } from '../../src/engine/flags.ts';
import { openModel, startRuntime } from '../../src/engine/runtime.ts';
import { SlotTable } from '../../src/engine/slotTable.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { Decoder } from '../../src/nn/decoder.ts';
import { decodeTogether, unlimited } from '../support/decode.ts';
import { filesOf, readJsonFile } from '../support/files.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { hardwareGpu } from '../support/hardwareGpu.ts';

const folder = fileURLToPath(new URL('llm/', import.meta.url));

interface Golden {
  readonly tokenIds: number[];
  /** The 24 tokens that transformers' greedy generation adds. */
  readonly greedy: number[];
}

async function withDecoder(
  gpu: GpuContext,
  name: string,
  chunkRows: number,
  use: (decoder: Decoder) => Promise<void>,
): Promise<void> {
  const opened = await openModel(
    'deepseek',
    filesOf(`${folder}${name}`, (file) => !file.startsWith('case')),
  );
  const runtime = await startRuntime(gpu, opened, { format: 'f32', flags: resolveFlags({}), context: 256 });
  const { description } = opened;
  if (description.kind !== 'decoder') throw new Error('No decoder.');
  const decoder = await Decoder.create(gpu, description.config, runtime.weights, {
    element: runtime.element,
    fusion: true,
    capacity: 256,
    chunkRows,
  });
  try {
    await use(decoder);
  } finally {
    decoder.dispose();
    runtime.dispose();
  }
}

/** Greedy decoding over the KV cache, as generate() does it. */
const cached = async (
  decoder: Decoder,
  prompt: readonly number[],
  count: number,
  table = new SlotTable(unlimited),
): Promise<number[]> => (await decodeTogether(decoder, table, [{ prompt, count }]))[0] ?? [];

/** Greedy decoding without a cache: all logits anew for each token. */
async function prefillOnly(decoder: Decoder, prompt: readonly number[], count: number): Promise<number[]> {
  const tokens = [...prompt];
  while (tokens.length < prompt.length + count) {
    const logits = (await decoder.logits(tokens)).slice(-decoder.config.vocab);
    tokens.push(logits.indexOf(Math.max(...logits)));
  }
  return tokens.slice(prompt.length);
}

const goldenOf = (name: string): Golden => readJsonFile(`${folder}${name}/case.json`) as Golden;
const names = readdirSync(folder);

// One row at a time, which takes the fewest kernels: with loops unrolled, as GPUs have them, each takes long to compile.
describe.each(testTiers)('greedy decoding under the rules for GPUs in tier %s', async (tier) => {
  const gpu = hardwareGpu(await openGpu(tier));

  test('two together: each gets the tokens of transformers', async () => {
    const { tokenIds, greedy } = goldenOf('llama-gqa');
    await withDecoder(gpu, 'llama-gqa', 1, async (decoder) => {
      await decoder.resizeSlots(2);
      const requests = [0, 1].map(() => ({ prompt: tokenIds, count: greedy.length }));
      expect(await decodeTogether(decoder, new SlotTable(unlimited), requests)).toEqual([greedy, greedy]);
    });
  });
});

describe.each(testTiers)('greedy decoding in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  test.each(names)('%s: over the cache, the tokens of transformers', async (name) => {
    const { tokenIds, greedy } = goldenOf(name);
    await withDecoder(gpu, name, 64, async (decoder) => {
      expect(await cached(decoder, tokenIds, greedy.length)).toEqual(greedy);
    });
  });

  test.each(['llama-gqa', 'qwen2'])(
    '%s: prefill only, and prefill in chunks of 1, 3 and 16, give the same',
    async (name) => {
      const { tokenIds, greedy } = goldenOf(name);
      await withDecoder(gpu, name, 64, async (decoder) => {
        expect(await prefillOnly(decoder, tokenIds, 8)).toEqual(greedy.slice(0, 8));
      });
      for (const chunkRows of [1, 3, 16]) {
        await withDecoder(gpu, name, chunkRows, async (decoder) => {
          expect(await cached(decoder, tokenIds, greedy.length), `chunks of ${chunkRows}`).toEqual(greedy);
        });
      }
    },
  );

  test('a prompt that goes on from an earlier one finds its keys and gives the same', async () => {
    const { tokenIds, greedy } = goldenOf('llama-gqa');
    await withDecoder(gpu, 'llama-gqa', 16, async (decoder) => {
      const table = new SlotTable(unlimited);
      await cached(decoder, tokenIds.slice(0, 30), 4, table);
      expect(await cached(decoder, tokenIds, greedy.length, table)).toEqual(greedy);
      expect(table.stats).toMatchObject({ hits: 1, misses: 1 });
    });
  });

  test('four together, joining and leaving between steps: each gets the tokens it gets alone', async () => {
    for (const name of ['llama-gqa', 'qwen2', 'qwen3']) {
      const { tokenIds, greedy } = goldenOf(name);
      await withDecoder(gpu, name, 16, async (decoder) => {
        await decoder.resizeSlots(4);
        const prompts = [tokenIds, tokenIds.slice(0, 9), tokenIds.slice(5), tokenIds.slice(3, 20)];
        const alone: number[][] = [];
        for (const prompt of prompts) alone.push(await cached(decoder, prompt, 24));
        expect(alone[0]).toEqual(greedy);
        const wanted = prompts.map((prompt, index) => ({ prompt, count: 24 - 5 * index, joinsAfter: index * 2 }));
        const together = await decodeTogether(decoder, new SlotTable(unlimited), wanted);
        expect(together, name).toEqual(alone.map((tokens, index) => tokens.slice(0, 24 - 5 * index)));
      });
    }
  });

  test('more slots keep what the others hold; a beginning is copied from a slot in use', async () => {
    const { tokenIds, greedy } = goldenOf('llama-gqa');
    await withDecoder(gpu, 'llama-gqa', 16, async (decoder) => {
      const table = new SlotTable(unlimited);
      await cached(decoder, tokenIds, 4, table);
      await decoder.resizeSlots(3);
      // The first two go on in the first slot and in a copy of it; the third has nothing in common with them.
      const other = tokenIds.slice(7);
      const got = await decodeTogether(decoder, table, [
        { prompt: tokenIds, count: 24 },
        { prompt: tokenIds, count: 24 },
        { prompt: other, count: 8 },
      ]);
      expect(got.slice(0, 2)).toEqual([greedy, greedy]);
      expect(got[2]).toEqual(await cached(decoder, other, 8));
      expect(table.stats).toMatchObject({ hits: 2, misses: 2 });
    });
  });
});
