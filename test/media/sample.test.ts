import { expect, it } from 'vitest';
import { matchSegments } from '../../scripts/eval/clipScores.mjs';
import { createEngine, type ClipEvent } from '../../src/index.ts';

const model = new URL('/demo/public/models/viral-clipper/', location.href).href;
const sample = new URL('/demo/public/samples/highlights', location.href).href;

it('finds what is planted in the sample with the default weights, and not its distractor', async () => {
  const [video, captions, planted] = await Promise.all([
    fetch(`${sample}.webm`).then((response) => response.blob()),
    fetch(`${sample}.vtt`).then((response) => response.text()),
    fetch(`${sample}.json`).then((response) => response.json()),
  ]);
  const engine = await createEngine({ worker: false });
  try {
    const clipper = await engine.load('viral-clipper', { source: model });
    for (const options of [{}, { captions }]) {
      const events: ClipEvent[] = [];
      for await (const event of clipper.clip(video, options)) events.push(event);
      const found = events.filter((event) => event.type === 'segment');
      expect(matchSegments(found, planted.segments)).toEqual({ matched: 2, found: 2, planted: 2 });
      for (const segment of found) expect(segment.score).toBeGreaterThan(0.8);
    }
  } finally {
    await engine.dispose();
  }
});
