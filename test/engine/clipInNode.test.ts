import { describe, expect, test } from 'vitest';
import { openEngine } from '../support/engine.ts';
import { testTiers } from '../support/gpu.ts';
import { smallClipper } from '../support/smallClipper.ts';

// Node has no WebCodecs: what needs them says so, and the network works.

describe.skipIf(testTiers.length === 0)('ViralClipper without WebCodecs', () => {
  test('clip() is not supported, score() is', async () => {
    const engine = await openEngine(testTiers[0] ?? 'baseline');
    const model = await engine.load('viral-clipper', { source: smallClipper(16) });
    const clip = async (): Promise<void> => {
      for await (const _ of model.clip(new Blob(['x'])));
    };
    await expect(clip()).rejects.toMatchObject({
      code: 'not-supported',
      remedy: expect.stringContaining('score()') as string,
    });
    await expect(model.cut(new Blob([]), { start: 0, end: 1 })).rejects.toMatchObject({ code: 'media-invalid' });
    const { virality } = await model.score({ visual: new Float32Array(3 * 2048), audio: new Float32Array(3 * 512) });
    expect(virality).toHaveLength(3);
    await model.dispose();
  });
});
