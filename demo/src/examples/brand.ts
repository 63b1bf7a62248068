import { createEngine } from '../../../src/index.ts';

/** A page's brand: its colours with their roles, its tone, and CSS custom properties to paste. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('brandkit', { source: './models/brandkit/' });
    const html = await (await fetch('./samples/brand.html')).text();
    const kit = await model.analyze({ html });
    for (const { hex, role } of kit.palette) print(`${hex} ${role ?? ''}\n`);
    print(`${kit.tone.label}, consistency ${kit.consistency.toFixed(2)}\n`);
    print(kit.toCss());
  } finally {
    await engine.dispose();
  }
}
