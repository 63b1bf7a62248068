import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { calibrated, gpuTime, openDevice, type Repeated } from './device.ts';
import { type Bench, cachedAttention, download, type Operation, products, selfAttention } from './operations.ts';
import { peerMode, PeerSession, prepare, tensorFloats } from './peer.ts';
import type { BenchPrecision, CaseResult, Measurement, OperationsCase } from './protocol.ts';
import { checkOutputs, orMismatch, pairedSamples, timed } from './samples.ts';
import { expectedMs } from './expectedMs.ts';
import { tolerances, weightBytesOf } from './trunkCase.ts';

/** A submit should last about this long: what a submit costs is then spread. */
const submitMs = { gpu: 20, software: 200 } as const;
/** Runs of the peer that are in flight together. */
const peerRuns = { gpu: 8, software: 1 } as const;

/** The peer on the GPU from end to end: several runs are in flight and only the last is waited for. */
function peerRunner(session: PeerSession, { input, dims }: Operation, runs: number): () => Promise<number> {
  const x = session.tensor(input, dims);
  return async () => {
    const ms = await timed(async () => {
      for (let i = 0; i < runs; i++) (await session.run(x)).dispose();
      await session.device.queue.onSubmittedWorkDone();
    });
    return ms / runs;
  };
}

/** Samples by the GPU's clock, each behind a run that keeps its frequency up: what the sweep of kernels tells, too. */
async function gpuSamples(
  gpu: GpuContext,
  { calls, repeats }: Operation,
  timer: Repeated & { readonly repeats: number },
  runs: number,
): Promise<number[]> {
  const samples: number[] = [];
  // A CPU adapter has no other clock than the wall's.
  if (gpu.info.adapter.software) return samples;
  for (let i = 0; i < runs; i++) {
    await timer.run();
    const ms = await gpuTime(gpu, calls, timer.repeats);
    if (ms !== undefined && ms > 0) samples.push(ms / repeats);
  }
  return samples;
}

async function measure(bench: Bench, operation: Operation): Promise<Measurement> {
  const { label, size, work } = operation;
  return orMismatch({ label, size, halftoneMs: [], peerMs: [], ...work }, () => timesOf(bench, operation));
}

async function timesOf(bench: Bench, operation: Operation): Promise<Measurement> {
  const { gpu, wanted, element } = bench;
  const { label, size, work, repeats } = operation;
  const adapterKind = gpu.info.adapter.software ? 'software' : 'gpu';
  const base = { label, size, halftoneMs: [], peerMs: [], ...work };
  const whole = { flops: work.flops * repeats, bytes: work.bytes * repeats };
  const expected = expectedMs(whole, undefined, wanted.ceilings, 'beside') * (wanted.runs + 2);
  if (expected > wanted.limitMs)
    return { ...base, note: `left out: would take about ${(expected / 1000).toFixed(0)} s` };
  const timer = await calibrated(gpu, operation.calls, submitMs[adapterKind]);
  const output = await download(gpu, operation.y, operation.input.length, element);
  let session: PeerSession | undefined;
  let note: string | undefined;
  if (wanted.peer) {
    try {
      const mode = peerMode(wanted.precision, gpu.info.features.f16);
      const files = Object.keys((await prepare(`onnx/${operation.graph}/${mode}`)).files);
      session = await PeerSession.load(wanted, operation.graph, mode, files, {
        preferredOutputLocation: 'gpu-buffer',
      });
    } catch (error) {
      note = `onnxruntime-web: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  try {
    if (!session) {
      const halftoneMs = [];
      for (let i = 0; i < wanted.runs; i++) halftoneMs.push((await timer.run()) / repeats);
      return { ...base, halftoneMs, gpuMs: await gpuSamples(gpu, operation, timer, wanted.runs), note };
    }
    const y = await session.run(session.tensor(operation.input, operation.dims));
    await y.getData();
    const error = checkOutputs(
      `${label} ${wanted.precision}`,
      output,
      tensorFloats(y),
      2 * tolerances[wanted.precision],
    );
    const runPeer = peerRunner(session, operation, peerRuns[adapterKind]);
    await runPeer();
    const each = await pairedSamples(wanted.runs, timer.run, runPeer);
    return {
      ...base,
      halftoneMs: each.halftoneMs.map((ms) => ms / repeats),
      peerMs: each.peerMs.map((ms) => ms / repeats),
      gpuMs: await gpuSamples(gpu, operation, timer, wanted.runs),
      error,
    };
  } finally {
    await session?.release();
    timer.dispose();
  }
}

const formatOf = (precision: BenchPrecision): string =>
  precision.startsWith('int') ? `${precision} weights` : precision;

export async function runOperationsCase(wanted: OperationsCase): Promise<CaseResult> {
  const gpu = await openDevice();
  const element: ElementType = wanted.precision !== 'f32' && gpu.info.features.f16 ? 'f16' : 'f32';
  const bench: Bench = { gpu, wanted, element };
  const sections: { name: string; measurements: Measurement[] }[] = [];
  try {
    // On a GPU one matrix is all of it: the smaller a product, the more its launch and end weigh.
    const weightBytes = weightBytesOf[wanted.precision];
    const size = gpu.info.adapter.software ? 4096 : Math.ceil(Math.sqrt(wanted.vectorBytes / weightBytes) / 512) * 512;
    // A run of the peer costs time of its own: on a GPU several products share it, as few as keep numbers within f16.
    const rounds = (matrices: number): number =>
      gpu.info.adapter.software ? 1 : Math.max(1, Math.floor(8 / matrices));
    const count = Math.ceil(wanted.vectorBytes / (size * size * weightBytes));
    const label = `1 row, ${count === 1 ? 'a matrix' : `${count} matrices`} of ${size}²`;
    const vector = await products(bench, label, 1, size, count, rounds(count));
    sections.push({
      name: `vector product, ${formatOf(wanted.precision)}`,
      measurements: [await measure(bench, vector)],
    });
    vector.set.dispose();
    const matrices: Measurement[] = [];
    for (const n of wanted.productSizes) {
      const operation = await products(bench, `${n} rows, ${n}²`, n, n, 2, 2);
      matrices.push(await measure(bench, operation));
      operation.set.dispose();
    }
    sections.push({ name: `matrix product, ${formatOf(wanted.precision)}`, measurements: matrices });
    if (!wanted.precision.startsWith('int')) {
      const self: Measurement[] = [];
      for (const seq of wanted.attentionSeqs) self.push(await measure(bench, await selfAttention(bench, seq)));
      sections.push({ name: `attention, ${wanted.precision}`, measurements: self });
      const cached: Measurement[] = [];
      for (const keys of wanted.decodeKeys) cached.push(await measure(bench, await cachedAttention(bench, keys)));
      sections.push({ name: `attention, one query, ${wanted.precision}`, measurements: cached });
    }
    return { sections };
  } finally {
    gpu.destroy();
  }
}
