import { createEngine, type Model } from '../../src/index.ts';
import type { LatencyCase, Measurement } from './protocol.ts';
import { checkOutputs, timed, warmedUp } from './samples.ts';
import { together } from './trunkCase.ts';

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

/** Samples are taken in so many blocks of each engine: a GPU that turns from one device to another is slower. */
const blocks = 5;
/** Forwards at a block's start that do not count. */
const uncounted = 5;

interface Engines {
  readonly models: readonly Model[];
  readonly x: Float32Array;
  readonly shape: readonly [number, number, number];
}

interface Samples {
  readonly alone: number[];
  readonly together: number[];
}

/** Of one engine while the others do nothing. */
async function block(model: Model, { x, shape }: Engines, runs: number, samples: Samples): Promise<void> {
  const forward = (): Promise<Float32Array> => model.forward(x, shape);
  for (let i = 0; i < Math.min(uncounted, runs); i++) await forward();
  for (let i = 0; i < runs / blocks; i++) samples.alone.push(await timed(forward));
  await forward();
  for (let i = 0; i < runs / blocks / 2; i++)
    samples.together.push((await timed(() => Promise.all(Array.from({ length: together }, forward)))) / together);
}

/** Every engine in turn, forward by forward: each on its own device. */
async function inTurn({ models, x, shape }: Engines, runs: number): Promise<number[][]> {
  const samples = models.map(() => [] as number[]);
  for (let round = 0; round < runs / 2; round++) {
    for (let i = 0; i < models.length; i++) {
      const index = (i + round) % models.length;
      samples[index]?.push(await timed(async () => models[index]?.forward(x, shape)));
    }
  }
  return samples;
}

/** `model.forward` of all rows of x in the page, there without computeOverlap, and through a worker. */
export async function runEngines(
  { variant, precision, hidden }: LatencyCase,
  x: Float32Array,
  runs: number,
): Promise<Row[]> {
  const engines = await Promise.all([
    createEngine({ worker: false }),
    createEngine({ worker: false, optimizations: { computeOverlap: false } }),
    createEngine({ worker: true }),
  ]);
  try {
    const source = { init: 'random', seed: 1 } as const;
    const models = await Promise.all(engines.map((engine) => engine.load(variant, { source, precision })));
    const all: Engines = { models, x, shape: [1, x.length / hidden, hidden] };
    const outputs = await Promise.all(models.map((model) => model.forward(x, all.shape)));
    for (const output of outputs) checkOutputs('another engine', output, outputs[0] ?? x, 1e-6);
    await warmedUp(models.map((model) => () => model.forward(x, all.shape)));
    const samples = models.map((): Samples => ({ alone: [], together: [] }));
    for (let round = 0; round < Math.min(blocks, runs); round++)
      for (const [index, model] of models.entries())
        await block(model, all, runs, samples[index] ?? { alone: [], together: [] });
    const turns = await inTurn(all, runs);
    const metrics: number[] = [];
    for (let i = 0; i < runs / 2; i++) metrics.push(await timed(async () => models.at(-1)?.metrics()));
    const places = ['in the page', 'in the page, no computeOverlap', 'in a worker'];
    const alone = samples[0]?.alone ?? [];
    const rows = (what: string, times: readonly (readonly number[])[], peerMs: readonly number[]): Row[] =>
      places.map((place, index) => ({ label: `${what} ${place}`, halftoneMs: times[index] ?? [], peerMs }));
    return [
      ...rows(
        'model.forward',
        samples.map((one) => one.alone),
        alone,
      ),
      ...rows(
        `${together} at once, each,`,
        samples.map((one) => one.together),
        samples[0]?.together ?? [],
      ),
      ...rows('the three in turn: model.forward', turns, alone.slice(0, turns[0]?.length)),
      { label: 'model.metrics in a worker', halftoneMs: metrics, peerMs: [] },
    ];
  } finally {
    await Promise.all(engines.map((engine) => engine.dispose()));
  }
}
