import { createEngine } from '../../../src/index.ts';

/** Loads a checkpoint from the person's own disk: config.json, *.safetensors, tokenizer.json. Nothing is uploaded. */
export async function run(print: (text: string) => void): Promise<void> {
  const files = await pickFiles();
  if (files.length === 0) return print('No files were picked.');
  const engine = await createEngine();
  try {
    const model = await engine.load('deepseek', {
      source: files,
      onProgress: ({ phase, fraction }) => print(`${phase} ${Math.round(fraction * 100)} %\n`),
    });
    print(`${model.parameters.toLocaleString('en-US')} parameters in ${model.precision}\n`);
    for await (const part of model.generate('What is 12 + 30?', { maxTokens: 200 })) print(part.text);
  } finally {
    await engine.dispose();
  }
}

function pickFiles(): Promise<File[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
