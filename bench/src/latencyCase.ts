import { EngineError } from '../../src/index.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { multipliesBytes } from '../../src/gpu/device.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { buildPlan, type Plan } from '../../src/gpu/plan.ts';
import { Activations } from '../../src/nn/layerOps.ts';
import { storingSink, WeightLoader } from '../../src/nn/loadWeights.ts';
import { Trunk } from '../../src/nn/trunk.ts';
import { parseTrunkConfig } from '../../src/nn/trunkConfig.ts';
import { allocateTrunk, trunkLayers } from '../../src/nn/trunkLayers.ts';
import { trunkSpecs } from '../../src/nn/trunkWeights.ts';
import { WeightSet } from '../../src/nn/weights.ts';
import { formatIn } from '../../src/nn/weightSpec.ts';
import { publishedConfigs } from '../../src/variants/published.ts';
import { gpuTime, openDevice } from './device.ts';
import { runEngines } from './latencyEngines.ts';
import { task } from './latencyNudge.ts';
import { runPauses } from './latencyPauses.ts';
import { Forwards, type Marks, schedules, togethers } from './latencySchedules.ts';
import { manyRows, runRows } from './latencyRows.ts';
import { runTransfers } from './latencyTransfers.ts';
import type { CaseResult, LatencyCase, Measurement } from './protocol.ts';
import { checkOutputs, seededInput, timed, warmedUp } from './samples.ts';
import { together, weightBytesOf } from './trunkCase.ts';

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

interface Subject {
  readonly gpu: GpuContext;
  readonly plan: Plan;
  readonly forwards: Forwards;
  /** The same weights behind the engine's own way to the GPU. */
  readonly trunk: Trunk;
  readonly gpuMs: readonly number[];
  /** Of a forward of many rows, and where its input lies. */
  readonly rows: { readonly calls: readonly KernelCall[]; readonly x: GPUBuffer };
  readonly dispose: () => void;
}

/** The published trunk with seeded weights at one row, on a device of its own; its dispatches are the engine's. */
async function openSubject({ variant, precision }: LatencyCase): Promise<Subject> {
  const gpu = await openDevice();
  const { info } = gpu;
  if (precision === 'f16' && !info.features.f16)
    throw new EngineError('not-supported', 'This adapter does not compute in f16.', 'Choose another precision.');
  const config = parseTrunkConfig(publishedConfigs[variant]);
  const specs = trunkSpecs(config);
  const weights = await WeightSet.allocate(gpu, specs, (spec) => formatIn(precision, spec));
  await new WeightLoader(gpu, storingSink(weights), specs).seed(1);
  await weights.sumNorms();
  const options = {
    element: precision !== 'f32' && info.features.f16 ? 'f16' : 'f32',
    fusion: true,
    overlap: true,
    int8Input: weights.quantized && multipliesBytes(info),
  } as const;
  const buffers = await allocateTrunk(new Activations(gpu), config, 1, options);
  const calls = trunkLayers({ gpu, config, weights, options, batch: 1, seq: 1 }, buffers);
  const plan = await buildPlan(gpu, calls, 'latency');
  const forwards = new Forwards(gpu, plan, buffers.x, config.hidden * 4);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) times.push((await gpuTime(gpu, calls, 64)) ?? Number.NaN);
  const gpuMs = times.filter((ms) => ms > 0);
  const trunk = new Trunk(gpu, config, weights, options);
  const manyBuffers = await allocateTrunk(new Activations(gpu), config, manyRows, options);
  const many = trunkLayers({ gpu, config, weights, options, batch: 1, seq: manyRows }, manyBuffers);
  const rows = { calls: many, x: manyBuffers.x };
  return { gpu, plan, forwards, trunk, gpuMs, rows, dispose: () => gpu.destroy() };
}

/** A way to do the same as the others of its table. */
interface Way {
  readonly name: string;
  readonly run: (marks: Marks) => Promise<readonly Float32Array[]>;
}

/** All ways in turn, the order turned on from round to round; every output is `expected`. */
async function compareWays(
  ways: readonly Way[],
  expected: Float32Array,
  rounds: number,
  forwards = 1,
): Promise<{ readonly rows: Row[]; readonly marks: readonly Marks[] }> {
  const samples = new Map(ways.map((way) => [way, [] as number[]]));
  const marks: Marks[] = [];
  const one = async (way: Way, counts: boolean): Promise<void> => {
    const mark: Marks = {};
    let outputs: readonly Float32Array[] = [];
    const ms = await timed(async () => {
      outputs = await way.run(mark);
    });
    for (const output of outputs) checkOutputs(way.name, output, expected, 1e-6);
    if (counts) samples.get(way)?.push(ms / forwards);
    if (counts && way === ways[0]) marks.push(mark);
  };
  // What is recorded ahead is recorded in the round before.
  for (const way of ways) await one(way, false);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(i + round) % ways.length];
      if (way) await one(way, true);
    }
  }
  const reference = samples.values().next().value ?? [];
  const rows = ways.map((way) => ({ label: way.name, halftoneMs: samples.get(way) ?? [], peerMs: reference }));
  return { rows, marks };
}

async function runSchedules({ forwards, trunk }: Subject, x: Float32Array, runs: number): Promise<Row[]> {
  const [first] = schedules;
  if (!first) return [];
  await warmedUp([() => forwards.run(first, x)]);
  const expected = await forwards.run(first, x);
  const ways: Way[] = schedules.map((schedule) => ({
    name: schedule.name,
    run: async (marks) => [await forwards.run(schedule, x, marks)],
  }));
  const shape = [1, 1, x.length] as const;
  ways.push({ name: 'Trunk.forward, on the same device', run: async () => [await trunk.forward(x, shape)] });
  const { rows, marks } = await compareWays(ways, expected, runs);
  const marked = (name: keyof Marks): number[] => marks.map((mark) => mark[name] ?? Number.NaN);
  return [
    ...rows,
    { label: '… of the first: until uploaded', halftoneMs: marked('uploadedMs'), peerMs: [] },
    { label: '… until submitted', halftoneMs: marked('submittedMs'), peerMs: [] },
    { label: '… until the error scopes are back', halftoneMs: marked('verdictMs'), peerMs: [] },
    { label: '… until the result is mapped', halftoneMs: marked('mappedMs'), peerMs: [] },
  ];
}

/** As ModelCore lets forwards follow each other: one begins when the result of the one `inFlight` before is there. */
async function trunkTogether(trunk: Trunk, x: Float32Array, inFlight: number): Promise<Float32Array[]> {
  const results: Promise<Float32Array>[] = [];
  for (let index = 0; index < together; index++) {
    await results[index - inFlight];
    results.push((await trunk.begin(x, [1, 1, x.length])).result);
  }
  return Promise.all(results);
}

async function runTogether({ forwards, trunk }: Subject, x: Float32Array, runs: number): Promise<Row[]> {
  const [first] = schedules;
  if (!first) return [];
  const expected = await forwards.run(first, x);
  const ways: Way[] = [
    ...togethers.map((way) => ({ name: way.name, run: () => forwards.together(way, x, together) })),
    ...[2, 3, 8].map((inFlight) => ({
      name: `Trunk.begin, ${inFlight} in flight`,
      run: () => trunkTogether(trunk, x, inFlight),
    })),
  ];
  const { rows } = await compareWays(ways, expected, Math.ceil(runs / 2), together);
  const bound: number[] = [];
  for (let i = 0; i < runs / 2; i++) bound.push((await timed(() => forwards.inOneSubmit(x, together))) / together);
  const label = `${together} times the dispatches in one submit, one upload, one result`;
  return [...rows, { label, halftoneMs: bound, peerMs: rows[0]?.halftoneMs ?? [] }];
}

/** The steps of the way by themselves. */
async function runPieces({ gpu, plan, forwards, gpuMs }: Subject, x: Float32Array, runs: number): Promise<Row[]> {
  const { device } = gpu;
  const pieces: readonly (readonly [label: string, piece: () => unknown])[] = [
    ['recording alone', () => forwards.recordOnly()],
    ['upload and readback, no dispatch', () => forwards.short(x, 0)],
    ['upload and readback, 1 dispatch', () => forwards.short(x, 1)],
    [`upload and readback, ${plan.dispatches} dispatches`, () => forwards.short(x, plan.dispatches)],
    ['an error scope there and back', () => scopeTrip(device)],
    ['an empty submit, an error scope there and back', () => (device.queue.submit([]), scopeTrip(device))],
    ['a task', task],
  ];
  const samples = pieces.map(() => [] as number[]);
  for (let round = 0; round < runs; round++) {
    for (const [index, [, piece]] of pieces.entries()) {
      samples[index]?.push(await timed(async () => piece()));
    }
  }
  return [
    { label: `${plan.dispatches} dispatches on the GPU, by timestamps`, halftoneMs: gpuMs, peerMs: [] },
    ...pieces.map(([label], index) => ({ label, halftoneMs: samples[index] ?? [], peerMs: [] })),
  ];
}

async function scopeTrip(device: GPUDevice): Promise<void> {
  device.pushErrorScope('validation');
  await device.popErrorScope();
}

/** Where the time of one forward at a time goes, and what other ways to the GPU and back would make of it. */
export async function runLatencyCase(wanted: LatencyCase): Promise<CaseResult> {
  const { network, precision, hidden, parameters, runs } = wanted;
  const x = seededInput(hidden, 1);
  const work = { size: 1, flops: 2 * parameters, bytes: parameters * weightBytesOf[precision] };
  const section = (name: string, rows: readonly Row[]) => ({
    name: `${network} ${precision}: ${name}`,
    measurements: rows.map((row) => ({ ...work, ...row })),
  });
  let subject: Subject;
  try {
    subject = await openSubject(wanted);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'not-supported')
      return { unavailable: error.message, sections: [] };
    throw error;
  }
  // Many rows take a CPU minutes each time.
  const onCpu = subject.gpu.info.adapter.software;
  const many = seededInput(manyRows * hidden, 1);
  try {
    return {
      sections: [
        section('one forward by different schedules', await runSchedules(subject, x, runs)),
        section(`${together} asked for at once, each`, await runTogether(subject, x, runs)),
        section('pieces of it', await runPieces(subject, x, runs)),
        ...(onCpu ? [] : [section(`${manyRows} rows`, await runRows({ ...subject, ...subject.rows }, hidden, runs))]),
        section('4 MiB there and back', await runTransfers(subject.gpu, runs)),
        section('behind a pause', await runPauses(subject, x, runs)),
        section('the engine', await runEngines(wanted, x, runs)),
        ...(onCpu ? [] : [section(`the engine, ${manyRows} rows`, await runEngines(wanted, many, runs))]),
      ],
    };
  } finally {
    subject.dispose();
  }
}
