import { createEngine } from '../../../src/index.ts';

/** A video's highlights, while it is being read, and the first one as a file. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('viral-clipper', { source: './models/viral-clipper/' });
    const video = await (await fetch('./samples/highlights.webm')).blob();
    const captions = await (await fetch('./samples/highlights.vtt')).text();
    for await (const event of model.clip(video, { captions, clipSeconds: 20 })) {
      if (event.type !== 'segment') continue;
      const clip = await model.cut(video, event.clip);
      print(`${event.start} to ${event.end} s, score ${event.score.toFixed(2)}: a clip of ${clip.size} bytes\n`);
    }
  } finally {
    await engine.dispose();
  }
}
