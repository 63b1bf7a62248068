import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { resolveFlags } from '../../src/engine/flags.ts';
import { openModel, startRuntime } from '../../src/engine/runtime.ts';
import { decodeTokens, SequenceCache } from '../../src/engine/tokenStream.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { Decoder } from '../../src/nn/decoder.ts';
import { filesOf, readJsonFile } from '../support/files.ts';
import { openGpu, testTiers } from '../support/gpu.ts';

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
async function cached(
  decoder: Decoder,
  prompt: readonly number[],
  count: number,
  cache = new SequenceCache(),
): Promise<number[]> {
  const steps = decodeTokens(decoder, cache, prompt, {
    options: {},
    eosTokenIds: new Set(),
    maxTokens: count,
    overlap: true,
    caching: true,
  });
  const tokens: number[] = [];
  for await (const { tokenId } of steps) tokens.push(tokenId);
  return tokens;
}

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
      const cache = new SequenceCache();
      await cached(decoder, tokenIds.slice(0, 30), 4, cache);
      expect(await cached(decoder, tokenIds, greedy.length, cache)).toEqual(greedy);
      expect(cache.stats).toEqual({ hits: 1, misses: 1 });
    });
  });
});
