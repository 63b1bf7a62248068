import type { WarmUpTimes } from './api.ts';
import type { Runtime } from './runtime.ts';

/** Rows (steps, tokens) of a warm-up. */
const warmUpRows = 16;

/** Compiles what the model needs and runs it once. The KV cache's content is lost. */
export async function warmUpModel(runtime: Runtime): Promise<WarmUpTimes> {
  const start = performance.now();
  if (runtime.kind === 'decoder') await runtime.decoder.compileAll();
  else await runtime.network.compile();
  const compiled = performance.now();
  if (runtime.kind === 'decoder') {
    const { decoder } = runtime;
    decoder.setSampling(0, {
      temperature: 0,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      seed: 0,
      eosTokenIds: [],
    });
    await decoder.prefill(0, [0], 0, 'sample');
    if (decoder.capacity > 1) await (await decoder.decode([{ slot: 0, position: 1 }], 1)).data;
    await runtime.gpu.settle();
  } else {
    await runtime.network.warmUp(rowsOf(runtime.network));
  }
  const end = performance.now();
  return { compileMs: compiled - start, runMs: end - compiled, totalMs: end - start };
}

const rowsOf = ({ config }: { readonly config: { readonly maxSeq: number } }): number =>
  Math.min(warmUpRows, config.maxSeq);

/** GPU time in ms by kernel of one decode step, or of one warm-up run; empty where the device has no timestamps. */
export async function profileDecode(runtime: Runtime): Promise<Record<string, number>> {
  if (!runtime.gpu.info.features.timestamps) return {};
  // One round: a warm-up should not take long.
  const { times } =
    runtime.kind === 'decoder'
      ? await runtime.decoder.profile(0, { rounds: 1 })
      : await runtime.network.profile(rowsOf(runtime.network), { rounds: 1 });
  const byKernel: Record<string, number> = {};
  for (const { kernel, ms } of times) byKernel[kernel] = (byKernel[kernel] ?? 0) + ms;
  return byKernel;
}
