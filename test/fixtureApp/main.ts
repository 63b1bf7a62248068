// An app as a consumer of the package writes it: `?source=` names the checkpoint, `?worker=false` keeps the engine on the page.
import { createEngine } from 'halftone';

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

answer().catch((error: unknown) => {
  element('state').textContent = `failed: ${error instanceof Error ? error.message : String(error)}`;
});
