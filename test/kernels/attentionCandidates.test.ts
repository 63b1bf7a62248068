import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../src/gpu/kernel.ts';
import { type AttentionArgs, decodeCandidates } from '../../src/kernels/attention.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { type Case, check } from './attentionSupport.ts';

// headDim up to 32: a row of vec4s that the smallest subgroups of CPU adapters hold, too.
const cases: readonly Case[] = [
  { via: 'split', headDim: 24, queryLen: 1, keys: 300, position: 299, causal: true },
  { via: 'split', headDim: 8, queryLen: 1, keys: 5, position: 4, causal: true, capacity: 1030 },
  { via: 'split', headDim: 8, queryLen: 2, keys: 131, causal: true, position: 129, batch: 2 },
  { via: 'split', headDim: 8, queryLen: 2, keys: 270, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [1] },
  { via: 'decode', headDim: 24, queryLen: 1, keys: 97, loud: 40 },
];

/** On a real GPU there are also the wide ones, of which the narrowest are enough here. */
function candidatesOf(args: AttentionArgs): readonly Candidate[] {
  const device = { ...args.device, adapter: { ...args.device.adapter, software: false } };
  const wide = decodeCandidates({ ...args, device }).filter(({ name }) => name.startsWith('wide w64'));
  return [...decodeCandidates(args), ...wide];
}

describe.each(testTiers)('candidates of decoding attention in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  test.each(cases)('all give $queryLen × $keys, headDim $headDim, via $via', async (c) => {
    const names: string[] = [];
    for (let index = 0, count = 1; index < count; index++) {
      await check(gpu, gpu.info.features.f16 ? 'f16' : 'f32', c, gpu.info, (args) => {
        const candidates = candidatesOf(args);
        count = candidates.length;
        names.push(candidates[index]?.name ?? '');
        return candidates[index]?.calls() ?? [];
      });
    }
    expect(new Set(names).size).toBe(names.length);
    // The wide kernel knows no mask.
    expect(names.some((name) => name.startsWith('wide'))).toBe(gpu.info.features.subgroups && !c.mask);
  });
});
