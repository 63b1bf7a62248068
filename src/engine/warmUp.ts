import type { KernelChoice, WarmUpTimes } from './api.ts';
import type { Runtime } from './runtime.ts';
import { choicesOf, tuneModel, type Tuning } from './tune/tuneModel.ts';

/** Rows (steps, tokens) of a warm-up. */
const warmUpRows = 16;

/** Measures kernels where that is wanted, compiles what the model needs and runs it once. The KV cache's content is lost. */
export async function warmUpModel(runtime: Runtime, tuning: Tuning | undefined): Promise<WarmUpTimes> {
  const begin = performance.now();
  if (tuning) await tuneModel(runtime, tuning);
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
  return { tuneMs: start - begin, compileMs: compiled - start, runMs: end - compiled, totalMs: end - begin };
}

/** Which kernels serve what a warm-up runs. */
export const warmUpChoices = (runtime: Runtime, tuning: Tuning | undefined): Promise<KernelChoice[]> =>
  choicesOf(
    runtime,
    runtime.kind === 'decoder' ? [1, runtime.decoder.chunkRows] : [1, rowsOf(runtime.network)],
    tuning?.choices,
  );

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
