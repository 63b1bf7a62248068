import { test } from 'vitest';
import { buildPlan } from '../../src/gpu/plan.ts';
import { sample, sampleScratchBytes, settingsBytes, writeSettings } from '../../src/kernels/sampling.ts';
import { randomNumbers } from '../support/compare.ts';
import { openGpu, testTiers, upload, poisoned } from '../support/gpu.ts';
test.each(testTiers)('bench %s', async (tier) => {
  const gpu = await openGpu(tier);
  for (const vocab of [512,32000,152064]) for (const change of [{temperature: 0}, {}, {topK:50,topP:.9}]) {
  const logits = [...randomNumbers(vocab, 11, 2)].map(Math.fround);
  const packed = new Uint8Array(settingsBytes);
  writeSettings(new DataView(packed.buffer), { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 6, eosTokenIds: [], ...change });
  const scratch = poisoned(gpu, sampleScratchBytes(vocab));
  const calls = sample({ label: 't', device: gpu.info, logits: upload(gpu, Float32Array.from(logits)), tokens: upload(gpu, new Uint32Array(4096)), state: upload(gpu, new Uint32Array(4)), vocab, rows: 1, settings: upload(gpu, packed), scratch, none: gpu.none });
  const plan = await buildPlan(gpu, calls, 't');
  const run = async (n: number) => { const t = performance.now(); await gpu.submit('x', (e) => { const p = e.beginComputePass(); for (let i=0;i<n;i++) plan.record(p); p.end(); }); await gpu.settle(); return (performance.now() - t) / n; };
  await run(1);
  let ms = 1e9; for (let i = 0; i < 6; i++) ms = Math.min(ms, await run(8));
  console.log('ms', tier, vocab, JSON.stringify(change), ms.toFixed(3));
  }
}, 300000);
