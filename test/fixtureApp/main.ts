// An app as a consumer of the package writes it: `?source=` names the checkpoint, `?worker=false` keeps the engine on the page, `?clip` clips a video.
import { type ClipEvent, createEngine, EngineError } from 'halftone';

const query = new URLSearchParams(location.search);

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

async function answer(): Promise<void> {
  const engine = await createEngine({ worker: query.get('worker') !== 'false' });
  const model = await engine.load('deepseek', { source: new URL(query.get('source') ?? 'model/', location.href).href });
  const generation = model.generate([{ role: 'user', content: 'What is 417 + 286?' }], { maxTokens: 200 });
  for await (const part of generation) element('answer').append(part.text);
  const { usage } = await generation.result;
  await engine.dispose();
  element('state').textContent = `done: ${usage.completionTokens} tokens`;
}

/** Three seconds of a recording, which says nothing of its length. */
async function record(): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  recorder.start();
  for (let frame = 0; frame < 30; frame++) {
    context?.fillRect(frame * 9, 20, 20, 20);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: 'video/webm' });
}

async function clip(): Promise<void> {
  const video = await record();
  const engine = await createEngine({ worker: query.get('worker') !== 'false' });
  const model = await engine.load('viral-clipper', { source: new URL(query.get('source') ?? '', location.href).href });
  const events: ClipEvent[] = [];
  for await (const event of model.clip(video, { threshold: 0 })) events.push(event);
  const steps = events.reduce((sum, event) => sum + (event.type === 'scores' ? event.virality.length : 0), 0);
  const cut = await model.cut(video, { start: 0, end: 1 });
  const refused: unknown = await model
    .cut(new Blob(['no video']), { start: 0, end: 1 })
    .catch((error: unknown) => error);
  await engine.dispose();
  const code = refused instanceof EngineError ? refused.code : String(refused);
  element('state').textContent = `done: ${steps} steps, a clip of ${cut.type}, ${code}`;
}

(query.has('clip') ? clip() : answer()).catch((error: unknown) => {
  element('state').textContent = `failed: ${error instanceof Error ? error.message : String(error)}`;
});
