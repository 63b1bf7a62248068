import { describe, expect, test } from 'vitest';
import { type WeightFormat, weightFormats } from '../../src/core/dtype.ts';
import { embedding } from '../../src/kernels/embedding.ts';
import { sequenceRecords } from '../../src/kernels/sequences.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, runCalls, testTiers, upload } from '../support/gpu.ts';
import { dropPadding, keptAs, uploadWeight } from '../support/weights.ts';

const vocab = 77;

describe.each(testTiers)('embedding in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  /** Rows from `position` of a text; each must be its token's row of the weight, exactly: nothing is computed. */
  async function check(c: {
    format: WeightFormat;
    hidden: number;
    rows: number;
    position: number;
    partRows?: number;
  }): Promise<void> {
    const drawn = randomNumbers(vocab * c.hidden, 1);
    const plain = keptAs(drawn, c.hidden, c.format);
    // Every token, the first and the last of each part, and the same one twice in a row.
    const tokens = Uint32Array.from({ length: c.position + c.rows }, (_, i) =>
      i % 3 === 2 ? (i * 31 - 31) % vocab : (i * 31) % vocab,
    );
    const stride = Math.ceil(c.hidden / 4) * 4;
    const y = poisoned(gpu, c.rows * stride * 4);
    const calls = embedding({
      label: 'test',
      device: gpu.info,
      weight: uploadWeight(gpu, { inDim: c.hidden, outDim: vocab, plain: drawn }, c.format, c.partRows),
      tokens: upload(gpu, tokens),
      state: upload(gpu, sequenceRecords([{ position: c.position, slot: 0 }])),
      y,
      rows: c.rows,
    });
    await runCalls(gpu, calls);
    const got = dropPadding(await download(gpu, y, c.rows * stride), c.rows, c.hidden);
    const want = [...tokens.subarray(c.position)].flatMap((token) => [
      ...plain.subarray(token * c.hidden, (token + 1) * c.hidden),
    ]);
    // Products of a code and a scale: exact in f32, as in float64 (8 + 11 bits; in int4 15 + 11 of which f32 rounds off 2).
    if (c.format === 'int4') expectClose(got, want, { relative: 2e-7, absolute: 2e-7 });
    else expect([...got]).toEqual(want);
  }

  test.each(weightFormats)('%s weights: one row, a prime number, more than a workgroup; odd widths', async (format) => {
    await check({ format, hidden: 1, rows: 1, position: 0 });
    await check({ format, hidden: 37, rows: 5, position: 0 });
    await check({ format, hidden: 64, rows: 131, position: 0 });
  });

  test.each(weightFormats)('%s weights in parts: each dispatch writes only its own tokens', async (format) => {
    await check({ format, hidden: 37, rows: 100, position: 0, partRows: 32 });
    await check({ format, hidden: 8, rows: 78, position: 0, partRows: 4 });
  });

  test('the position in the state says where in the text to begin', async () => {
    for (const position of [1, 7, 200]) await check({ format: 'f32', hidden: 12, rows: 3, position, partRows: 40 });
  });
});
