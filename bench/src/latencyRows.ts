import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { busyMs } from '../../src/engine/profile/timedWork.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { Timeline } from '../../src/gpu/timeline.ts';
import { checkHiddenStates } from '../../src/nn/inputs.ts';
import type { Trunk } from '../../src/nn/trunk.ts';
import { gpuTime } from './device.ts';
import type { Measurement } from './protocol.ts';
import { seededInput, timed } from './samples.ts';

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

/** What carries 4 MiB there and back with 2,048 columns. */
export const manyRows = 512;

interface Subject {
  readonly gpu: GpuContext;
  readonly trunk: Trunk;
  /** Of `manyRows`. */
  readonly calls: readonly KernelCall[];
  readonly x: GPUBuffer;
}

/** A forward of many rows and its pieces: the GPU's work with and without what is carried there and back, and what JavaScript does. */
export async function runRows(subject: Subject, hidden: number, runs: number): Promise<Row[]> {
  const { gpu, calls } = subject;
  const input = new Float32Array(seededInput(manyRows * hidden, 1));
  const gpuMs: number[] = [];
  for (let i = 0; i < 5; i++) gpuMs.push((await gpuTime(gpu, calls, 4)) ?? Number.NaN);
  return [
    { label: 'the dispatches on the GPU, by timestamps', halftoneMs: gpuMs.filter((ms) => ms > 0), peerMs: [] },
    ...(await runPieces(subject, input, runs)),
    ...(await runInARow(subject, input)),
  ];
}

async function runPieces({ gpu, trunk, calls, x }: Subject, input: Float32Array<ArrayBuffer>, runs: number) {
  const hidden = input.length / manyRows;
  const shape = [1, manyRows, hidden] as const;
  const plan = await buildPlan(gpu, calls, 'rows');
  const write = (): void => gpu.device.queue.writeBuffer(x, 0, input);
  const read = async (bytes: number): Promise<unknown> => {
    const slice = { buffer: x, byteOffset: 0, bytes };
    return (await gpu.enqueueRead('rows', (encoder) => plan.encode(encoder), [slice])).data;
  };
  const writeAndRead = (bytes: number): Promise<unknown> => {
    write();
    return read(bytes);
  };
  let begunMs = 0;
  const forward = async (): Promise<void> => {
    const start = performance.now();
    const { result } = await trunk.begin(input, shape);
    begunMs = performance.now() - start;
    await result;
  };
  const pieces: readonly (readonly [label: string, piece: () => unknown])[] = [
    ['forward', forward],
    ['checking the input', () => checkHiddenStates(input, shape, hidden, manyRows)],
    ['writeBuffer, until it returns', write],
    ['dispatches, 16 bytes back', () => read(16)],
    ['dispatches, all of the result back', () => read(input.byteLength)],
    ['writeBuffer, dispatches, 16 bytes back', () => writeAndRead(16)],
    ['writeBuffer, dispatches, all of the result back', () => writeAndRead(input.byteLength)],
  ];
  const samples = pieces.map(() => [] as number[]);
  const begun: number[] = [];
  for (let round = -2; round < runs; round++) {
    for (const [index, [, piece]] of pieces.entries()) {
      const ms = await timed(async () => piece());
      await gpu.settle();
      if (round >= 0) samples[index]?.push(ms);
    }
    if (round >= 0) begun.push(begunMs);
  }
  plan.dispose();
  const rows = pieces.map(([label], index): Row => ({ label, halftoneMs: samples[index] ?? [], peerMs: [] }));
  return [...rows, { label: 'forward, until the GPU has all work', halftoneMs: begun, peerMs: [] }];
}

async function runInARow({ gpu, trunk }: Subject, input: Float32Array): Promise<Row[]> {
  const [count, times] = [6, 5];
  const shape = [1, manyRows, input.length / manyRows] as const;
  const inARow = async (): Promise<number> =>
    (await timed(async () => {
      for (let i = 0; i < count; i++) await trunk.forward(input, shape);
    })) / count;
  const [wall, busy]: [number[], number[]] = [[], []];
  for (let i = 0; i < times; i++) {
    const timeline = gpu.info.features.timestamps ? Timeline.start(gpu) : undefined;
    wall.push(await inARow());
    if (timeline) busy.push(busyMs((await timeline.stop()).submits) / count);
  }
  return [
    { label: `${count} forwards in a row, each`, halftoneMs: wall, peerMs: [] },
    { label: '… on the GPU', halftoneMs: busy, peerMs: [] },
  ];
}
