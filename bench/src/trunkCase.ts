import { createEngine, type Engine, EngineError, type Model } from '../../src/index.ts';
import { expectedMs } from './expectedMs.ts';
import { peerMode, peerProblem, PeerSession, prepare, releasePrepared, tensorFloats } from './peer.ts';
import type { BenchPrecision, CaseResult, GrowthCase, LoadTimes, Measurement, TrunkCase } from './protocol.ts';
import { checkOutputs, compareThenTime, orMismatch, type Runner, seededInput, timed } from './samples.ts';

/** Relative error between two engines that both round as they like; measured values are in README.md's table. */
export const tolerances = { f32: 1e-4, f16: 2e-2, int8: 5e-2, int4: 5e-2 } as const;
/** Bytes of a weight as Halftone keeps it, with the scale and zero, in halves, of a group of 32. */
export const weightBytesOf = { f32: 4, f16: 2, int8: 1 + 2 / 32, int4: 0.5 + 4 / 32 } as const;
export interface Pair {
  readonly engine: Engine;
  readonly model: Model;
  readonly peer: PeerSession | undefined;
  readonly load: LoadTimes;
  readonly peerUnavailable: string | undefined;
  /** The same model once more in the same engine, in the case's precision or another. */
  readonly loadAgain: (precision?: BenchPrecision) => Promise<Model>;
  readonly dispose: () => Promise<void>;
}

/** Loads both over the same wire. */
export async function loadPair(wanted: TrunkCase | GrowthCase): Promise<Pair> {
  const engine = await createEngine({ worker: false });
  const folder = `weights/${wanted.network}`;
  const { kept } = await prepare(folder);
  const source = new URL(`/${folder}/`, location.href).href;
  const loadAgain = (precision: BenchPrecision = wanted.precision): Promise<Model> =>
    engine.load(wanted.variant, { source, precision });
  let start = performance.now();
  let model: Model;
  try {
    model = await loadAgain();
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  const halftoneLoadMs = performance.now() - start;
  const mode = peerMode(wanted.precision, engine.info.features.f16);
  const graph = `trunk-${wanted.network}`;
  let peer: PeerSession | undefined;
  let peerLoadMs: number | undefined;
  let problem: string | undefined;
  if (wanted.peer) {
    try {
      const files = Object.keys((await prepare(`onnx/${graph}/${mode}`)).files);
      start = performance.now();
      peer = await PeerSession.load(wanted, graph, mode, files);
      peerLoadMs = performance.now() - start;
    } catch (error) {
      problem = peerProblem(error).peerUnavailable;
    }
  }
  await releasePrepared();
  return {
    engine,
    model,
    peer,
    load: { halftoneLoadMs, peerLoadMs, prepared: kept },
    peerUnavailable: wanted.peer ? problem : 'left out',
    loadAgain,
    dispose: async () => {
      await peer?.release();
      await engine.dispose();
    },
  };
}

/** What the case's precision cannot do here, in a line; undefined: it can. */
export function precisionProblem(error: unknown): string | undefined {
  return error instanceof EngineError && error.code === 'not-supported' ? error.message : undefined;
}

/** Floating-point operations of a forward: two for each weight and row, and attention's two products. */
export const forwardFlops = (parameters: number, hidden: number, layers: number, batch: number, seq: number): number =>
  2 * parameters * batch * seq + 4 * layers * batch * seq * seq * hidden;

export function runnersOf(
  { model, peer }: Pair,
  shape: readonly [number, number, number],
  seed: number,
): { halftone: Runner; peer: Runner | undefined; x: Float32Array } {
  const x = seededInput(shape[0] * shape[1] * shape[2], seed);
  const halftone: Runner = () => model.forward(x, shape);
  if (!peer) return { halftone, peer: undefined, x };
  const input = peer.tensor(x, shape);
  return { halftone, peer: async () => tensorFloats(await peer.run(input)), x };
}

/** The same forward in f32, of a model loaded for it alone. */
const inF32 =
  ({ loadAgain }: Pair, shape: readonly [number, number, number], x: Float32Array): Runner =>
  async () => {
    const model = await loadAgain('f32');
    try {
      return await model.forward(x, shape);
    } finally {
      await model.dispose();
    }
  };

/** Forwards that are asked for at once. */
export const together = 8;

/** Each one's time among `together`; their outputs are what one alone gives. */
async function overlapped(
  what: string,
  run: Runner,
  alone: readonly number[],
  { runs, limitMs }: TrunkCase,
): Promise<number[] | undefined> {
  const slowest = Math.max(...alone);
  if (slowest * together * (runs + 1) > limitMs) return undefined;
  const expected = await run();
  const samples: number[] = [];
  for (let i = 0; i < runs; i++) {
    let outputs: Float32Array[] = [];
    const ms = await timed(async () => {
      outputs = await Promise.all(Array.from({ length: together }, run));
    });
    for (const output of outputs) checkOutputs(`${what}, ${together} at once`, output, expected, 1e-6);
    samples.push(ms / together);
  }
  return samples;
}

/** A forward's time on the GPU alone, as an app runs it, and where most of it goes. Nothing on a CPU adapter, whose clock is the wall's. */
async function onGpuClock({ engine, model }: Pair, seq: number): Promise<{ gpuMs?: number[]; most?: string }> {
  if (engine.info.adapter.software || !engine.info.features.timestamps) return {};
  const { runs } = await model.profile({ seq, rounds: 5 });
  const [run] = runs;
  const [most] = run?.byKernel ?? [];
  if (!run || !most) return {};
  const { plain, gpuMs } = run;
  return {
    gpuMs: [plain.gpuBusyMs / plain.runs],
    most: `${Math.round((100 * most.ms) / gpuMs)} % in ${most.kernel}`,
  };
}

export async function runTrunkCase(wanted: TrunkCase): Promise<CaseResult> {
  let pair: Pair;
  try {
    pair = await loadPair(wanted);
  } catch (error) {
    const unavailable = precisionProblem(error);
    if (unavailable === undefined) throw error;
    return { unavailable, sections: [] };
  }
  try {
    const measurements: Measurement[] = [];
    const layers = Number(pair.model.config['num_layers']);
    let load = pair.load;
    for (const seq of wanted.seqs) {
      const work = {
        flops: forwardFlops(wanted.parameters, wanted.hidden, layers, 1, seq),
        bytes: wanted.parameters * weightBytesOf[wanted.precision],
      };
      const base = { label: `seq ${seq}`, size: seq, halftoneMs: [], peerMs: [], ...work };
      const expected =
        expectedMs(work, measurements.at(-1), wanted.ceilings, pair.peer ? 'beside' : 'alone') * (wanted.runs + 1);
      if (expected > wanted.limitMs) {
        measurements.push({ ...base, note: `left out: would take about ${(expected / 1000).toFixed(0)} s` });
        continue;
      }
      const { halftone, peer, x } = runnersOf(pair, [1, seq, wanted.hidden], seq);
      if (load.halftoneFirstMs === undefined) {
        load = { ...load, halftoneFirstMs: await timed(halftone), peerFirstMs: peer && (await timed(peer)) };
      }
      const what = `${wanted.network} ${wanted.precision} seq ${seq}`;
      measurements.push(
        await orMismatch(base, async () => {
          const reference = inF32(pair, [1, seq, wanted.hidden], x);
          const times = await compareThenTime(
            what,
            wanted.runs,
            tolerances[wanted.precision],
            halftone,
            peer,
            x,
            wanted.precision === 'f16' ? reference : undefined,
          );
          const overlappedMs = await overlapped(what, halftone, times.halftoneMs, wanted);
          const { gpuMs, most } = await onGpuClock(pair, seq);
          return { ...times, overlappedMs, gpuMs, note: [times.note, most].filter(Boolean).join('; ') || undefined };
        }),
      );
    }
    const { peerUnavailable } = pair;
    return { peerUnavailable, load, sections: [{ name: `${wanted.network} ${wanted.precision}`, measurements }] };
  } finally {
    await pair.dispose();
  }
}
