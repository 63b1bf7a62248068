// The sweep on Dawn in Node: node sweep.mjs [--only TEXT,TEXT] [--candidate TEXT,TEXT] [--without TEXT] [--seconds N] [--pass-ms N] [--shrink N] [--backend NAME] [--out FILE] [--unsafe]
// --unsafe: without the bounds checks that WGSL's compiler puts in, to see what they cost; no browser runs so.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sweep } from './sweep.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    candidate: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
    seconds: { type: 'string', default: '480' },
    'pass-ms': { type: 'string', default: '8' },
    shrink: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'vulkan' },
    out: { type: 'string', default: '' },
    unsafe: { type: 'boolean', default: false },
  },
});

const dawn = (await import('webgpu')) as unknown as { create(flags: string[]): GPU; globals: object };
Object.assign(globalThis, dawn.globals);
const gpu = dawn.create([
  `backend=${values.backend}`,
  `enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia${values.unsafe ? ',disable_robustness' : ''}`,
  'disable-dawn-features=timestamp_quantization',
]);

// Dawn dies with this object, which nothing else refers to.
Object.assign(globalThis, { halftoneGpu: gpu });

const lines: string[] = [];
await sweep(gpu, {
  only: values.only,
  candidate: values.candidate,
  without: values.without,
  seconds: Number(values.seconds),
  passMs: Number(values['pass-ms']),
  shrink: Number(values.shrink),
  report: (line) => {
    const text = JSON.stringify(line);
    lines.push(text);
    process.stdout.write(`${text}\n`);
    // At every line: a run that is stopped at its limit keeps what it has.
    if (values.out) writeFileSync(values.out, `${lines.join('\n')}\n`);
  },
});
// Dawn keeps the process alive.
process.exit(0);
