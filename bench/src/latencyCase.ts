import { createEngine, EngineError } from '../../src/index.ts';
import { requestDevice } from '../../src/gpu/device.ts';
import { GpuContext } from '../../src/gpu/context.ts';
import { buildPlan, type Plan } from '../../src/gpu/plan.ts';
import { Activations } from '../../src/nn/layerOps.ts';
import { storingSink, WeightLoader } from '../../src/nn/loadWeights.ts';
import { parseTrunkConfig } from '../../src/nn/trunkConfig.ts';
import { allocateTrunk, trunkLayers } from '../../src/nn/trunkLayers.ts';
import { trunkSpecs } from '../../src/nn/trunkWeights.ts';
import { WeightSet } from '../../src/nn/weights.ts';
import { formatIn } from '../../src/nn/weightSpec.ts';
import { publishedConfigs } from '../../src/variants/published.ts';
import { gpuTime } from './device.ts';
import { Forwards, type Marks, type Schedule, schedules, task } from './latencySchedules.ts';
import type { CaseResult, LatencyCase, Measurement } from './protocol.ts';
import { checkOutputs, seededInput, timed } from './samples.ts';
import { weightBytesOf } from './trunkCase.ts';

/** Forwards whose times do not count: pipelines, clocks. */
const warmUps = 20;

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

interface Subject {
  readonly gpu: GpuContext;
  readonly plan: Plan;
  readonly forwards: Forwards;
  readonly gpuMs: readonly number[];
  readonly dispose: () => void;
}

/** The published trunk with seeded weights at one row, on a device of its own. */
async function openSubject({ variant, precision }: LatencyCase): Promise<Subject> {
  const { device, info } = await requestDevice(navigator.gpu, { powerPreference: 'high-performance' });
  const gpu = new GpuContext(device, info);
  if (precision === 'f16' && !info.features.f16)
    throw new EngineError('not-supported', 'This adapter does not compute in f16.', 'Choose another precision.');
  const config = parseTrunkConfig(publishedConfigs[variant]);
  const specs = trunkSpecs(config);
  const weights = await WeightSet.allocate(gpu, specs, (spec) => formatIn(precision, spec));
  await new WeightLoader(gpu, storingSink(weights), specs).seed(1);
  const options = { element: precision !== 'f32' && info.features.f16 ? 'f16' : 'f32', fusion: true } as const;
  const buffers = await allocateTrunk(new Activations(gpu), config, 1, options);
  const calls = trunkLayers({ gpu, config, weights, options, batch: 1, seq: 1 }, buffers).flat();
  const plan = await buildPlan(gpu, calls, 'latency');
  const forwards = new Forwards(gpu, plan, buffers.x, config.hidden * 4);
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push((await gpuTime(gpu, calls, 16)) ?? Number.NaN);
  const gpuMs = times.filter((ms) => ms > 0);
  return { gpu, plan, forwards, gpuMs, dispose: () => gpu.destroy() };
}

/** All schedules in turn, the order turned on from round to round; their outputs are the same. */
async function runSchedules({ forwards }: Subject, x: Float32Array, runs: number): Promise<Row[]> {
  const [first] = schedules;
  if (!first) return [];
  for (let i = 0; i < warmUps; i++) await forwards.run(first, x);
  const expected = await forwards.run(first, x);
  const samples = new Map(schedules.map((schedule) => [schedule, [] as number[]]));
  const marks: Marks[] = [];
  const one = async (schedule: Schedule): Promise<void> => {
    forwards.prepare(schedule);
    const mark: Marks = {};
    let output = expected;
    const ms = await timed(async () => {
      output = await forwards.run(schedule, x, mark);
    });
    checkOutputs(schedule.name, output, expected, 1e-6);
    samples.get(schedule)?.push(ms);
    if (schedule === first) marks.push(mark);
  };
  // What is recorded ahead is recorded in the round before.
  for (const schedule of schedules) await one(schedule);
  for (const times of samples.values()) times.length = 0;
  marks.length = 0;
  for (let round = 0; round < runs; round++) {
    for (let i = 0; i < schedules.length; i++) {
      const schedule = schedules[(i + round) % schedules.length];
      if (schedule) await one(schedule);
    }
  }
  const reference = samples.get(first) ?? [];
  const marked = (name: keyof Marks): number[] => marks.map((mark) => mark[name] ?? Number.NaN);
  return [
    ...schedules.map((schedule) => ({
      label: schedule.name,
      halftoneMs: samples.get(schedule) ?? [],
      peerMs: reference,
    })),
    { label: '… of it: until uploaded', halftoneMs: marked('uploadedMs'), peerMs: [] },
    { label: '… until recorded and submitted', halftoneMs: marked('submittedMs'), peerMs: [] },
    { label: '… until the error scopes are back', halftoneMs: marked('verdictMs'), peerMs: [] },
    { label: '… until the result is mapped', halftoneMs: marked('mappedMs'), peerMs: [] },
  ];
}

/** The steps of the way by themselves. */
async function runPieces({ gpu, plan, forwards, gpuMs }: Subject, x: Float32Array, runs: number): Promise<Row[]> {
  const { device } = gpu;
  const mappedUpload = async (): Promise<void> => {
    // MAP_WRITE | COPY_SRC
    const source = device.createBuffer({ size: x.byteLength, usage: 0x04, mappedAtCreation: true });
    new Float32Array(source.getMappedRange()).set(x);
    source.unmap();
    source.destroy();
  };
  const pieces: readonly (readonly [label: string, piece: () => unknown])[] = [
    ['recording alone', () => forwards.recordOnly()],
    ['until the queue says done', () => forwards.untilDone()],
    ['upload and readback, no dispatch', () => forwards.short(x, 0)],
    ['upload and readback, 1 dispatch', () => forwards.short(x, 1)],
    [`upload and readback, ${plan.dispatches >> 1} dispatches`, () => forwards.short(x, plan.dispatches >> 1)],
    [`upload and readback, ${plan.dispatches} dispatches`, () => forwards.short(x, plan.dispatches)],
    ['upload into a mapped buffer, alone', mappedUpload],
    ['an error scope there and back', () => scopeTrip(device)],
    ['an empty submit, an error scope there and back', () => (device.queue.submit([]), scopeTrip(device))],
    ['an empty submit, done', () => (device.queue.submit([]), device.queue.onSubmittedWorkDone())],
    ['a task', task],
    ['a timer of 0 ms', () => new Promise((resolve) => setTimeout(resolve, 0))],
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

/** `model.forward` in the page, there without computeOverlap, and through a worker. */
async function runEngines({ variant, precision }: LatencyCase, x: Float32Array, runs: number): Promise<Row[]> {
  const source = { init: 'random', seed: 1 } as const;
  const engines = await Promise.all([
    createEngine({ worker: false }),
    createEngine({ worker: false, optimizations: { computeOverlap: false } }),
    createEngine({ worker: true }),
  ]);
  try {
    const models = await Promise.all(engines.map((engine) => engine.load(variant, { source, precision })));
    const shape = [1, 1, x.length] as const;
    const outputs: Float32Array[] = [];
    for (const model of models) {
      for (let i = 0; i < warmUps; i++) await model.forward(x, shape);
      outputs.push(await model.forward(x, shape));
      checkOutputs('another engine', outputs.at(-1) ?? x, outputs[0] ?? x, 1e-6);
    }
    const samples = models.map(() => [] as number[]);
    const metrics: number[] = [];
    for (let round = 0; round < runs; round++) {
      for (let i = 0; i < models.length; i++) {
        const index = (i + round) % models.length;
        samples[index]?.push(await timed(async () => models[index]?.forward(x, shape)));
      }
      metrics.push(await timed(async () => models.at(-1)?.metrics()));
    }
    const [page = [], plain = [], worker = []] = samples;
    return [
      { label: 'model.forward in the page', halftoneMs: page, peerMs: page },
      { label: 'model.forward in the page, no computeOverlap', halftoneMs: plain, peerMs: page },
      { label: 'model.forward in a worker', halftoneMs: worker, peerMs: page },
      { label: 'model.metrics in a worker', halftoneMs: metrics, peerMs: [] },
    ];
  } finally {
    await Promise.all(engines.map((engine) => engine.dispose()));
  }
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
  try {
    return {
      sections: [
        section('one forward by different schedules', await runSchedules(subject, x, runs)),
        section('pieces of it', await runPieces(subject, x, runs)),
        section('the engine', await runEngines(wanted, x, runs)),
      ],
    };
  } finally {
    subject.dispose();
  }
}
