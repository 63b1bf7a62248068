import { describe, expect, test } from 'vitest';
import type { DeviceCeilings, ProfiledRun } from '../../../src/engine/profileApi.ts';
import { chromeTrace, type TraceParts } from '../../../src/engine/profile/chromeTrace.ts';
import { summarise } from '../../../src/engine/profile/summarise.ts';
import { checkChromeTrace } from '../../support/chromeTrace.ts';

const ceilings: DeviceCeilings = { streamGBps: 1, fmaTflops: { f32: 1, f16: 2 }, dispatchUs: 3 };
const run: ProfiledRun = {
  name: 'forward',
  rows: 16,
  keys: 0,
  rounds: 3,
  ...summarise(
    [
      { kernel: 'norm', label: 'layers.0.qkv.norm', ms: 0.25 },
      { kernel: 'linear_tile', label: 'layers.0.qkv', ms: 1.5, cost: { flops: 3e6, bytes: 1e6 } },
      { kernel: 'linear_tile', label: 'layers.1.qkv', ms: 0.1 },
    ],
    ceilings,
  ),
  plain: { runs: 3, submits: 3, wallMs: 6, gpuBusyMs: 3, utilisation: 0.5 },
};

const parts: TraceParts = {
  timelines: [
    {
      submits: [
        { label: 'trunk', recordStartMs: 500, recordEndMs: 501, submitEndMs: 501.5, gpu: { startMs: 0, endMs: 2 } },
        { label: 'trunk', recordStartMs: 510, recordEndMs: 511, submitEndMs: 511.25, gpu: undefined },
      ],
      waits: [{ label: 'readback', startMs: 501.5, endMs: 504 }],
      clock: { resolutionMs: 0.001, coarse: false },
      gpuOffsetMs: 501.5,
    },
  ],
  runs: [{ run, startMs: 600 }],
  memory: [
    { timeMs: 10, byOwner: { weights: 5 }, pooledBytes: 0, peakBytes: 5 },
    { timeMs: 400, byOwner: { weights: 8, activations: 2 }, pooledBytes: 1, peakBytes: 11 },
    { timeMs: 420, byOwner: { weights: 8 }, pooledBytes: 3, peakBytes: 11 },
  ],
  memoryOriginMs: 95,
  about: { model: 'brandkit' },
};

describe('a trace', () => {
  const trace = chromeTrace(parts);
  const { complete, counters, names } = checkChromeTrace(JSON.parse(JSON.stringify(trace)));
  const onTrack = (name: string) =>
    complete.filter(({ tid }) => names.get(tid)?.startsWith(name)).map(({ name, ts, dur }) => [name, ts, dur]);

  test('every track has a name', () => {
    for (const { tid } of complete) expect(names.has(tid)).toBe(true);
    expect(trace.otherData).toEqual({ model: 'brandkit' });
  });

  test('what the CPU did for each submit, in µs from the first', () => {
    expect(onTrack('CPU: record')).toEqual([
      ['record trunk', 0, 1000],
      ['submit trunk', 1000, 500],
      ['record trunk', 10_000, 1000],
      ['submit trunk', 11_000, 250],
    ]);
    expect(onTrack('CPU: waiting')).toEqual([['wait for readback', 1500, 2500]]);
  });

  test('submits on the GPU, brought to the same clock; one without times is left out', () => {
    expect(onTrack('GPU: submits')).toEqual([['trunk', 1500, 2000]]);
  });

  test('dispatches end to end inside their layers inside their run', () => {
    expect(
      onTrack('GPU: dispatches').toSorted((a, b) => Number(a[1]) - Number(b[1]) || Number(b[2]) - Number(a[2])),
    ).toEqual([
      ['forward', 100_000, 1850],
      ['layers.0', 100_000, 1750],
      ['norm', 100_000, 250],
      ['linear_tile', 100_250, 1500],
      ['layers.1', 101_750, 100],
      ['linear_tile', 101_750, 100],
    ]);
    const product = complete.find(({ ts }) => ts === 100_250);
    expect(product?.['args']).toMatchObject({ label: 'layers.0.qkv', flops: 3e6, gflopPerSecond: 2 });
  });

  test('memory by owner: the state before the first event, then each change', () => {
    expect(counters.map(({ ts, args }) => [ts, args])).toEqual([
      [0, { weights: 8, activations: 2, 'kept for reuse': 1 }],
      [15_000, { weights: 8, activations: 0, 'kept for reuse': 3 }],
    ]);
  });

  test('waits that overlap lie on threads of their own', () => {
    const wait = (startMs: number, endMs: number) => ({ label: 'decode', startMs, endMs });
    const [timeline] = parts.timelines;
    if (!timeline) throw new Error('No timeline.');
    const overlapping = { ...timeline, waits: [wait(501, 504), wait(503, 506), wait(504, 507)] };
    const checked = checkChromeTrace(chromeTrace({ ...parts, timelines: [overlapping] }));
    const waits = checked.complete.filter(({ name }) => name === 'wait for decode');
    expect(waits.map(({ ts, tid }) => [ts, checked.names.get(tid)])).toEqual([
      [1000, 'CPU: waiting for results'],
      [3000, 'CPU: waiting for results (2)'],
      [4000, 'CPU: waiting for results'],
    ]);
  });

  test('of nothing is still a file', () => {
    const empty = chromeTrace({ timelines: [], runs: [], memory: [], memoryOriginMs: 0, about: {} });
    expect(checkChromeTrace(empty).complete).toEqual([]);
  });
});

describe('the check of a trace', () => {
  test.each<[string, unknown]>([
    ['no array', { traceEvents: {} }],
    ['no dur', { traceEvents: [{ ph: 'X', name: 'a', cat: 'a', ts: 1, pid: 1, tid: 1, args: {} }] }],
    ['a text as a counter', { traceEvents: [{ ph: 'C', name: 'a', ts: 1, pid: 1, tid: 1, args: { a: '1' } }] }],
    [
      'events that cross',
      {
        traceEvents: [
          { ph: 'X', name: 'a', cat: 'a', ts: 0, dur: 5, pid: 1, tid: 1, args: {} },
          { ph: 'X', name: 'b', cat: 'a', ts: 3, dur: 5, pid: 1, tid: 1, args: {} },
        ],
      },
    ],
  ])('refuses %s', (_, file) => expect(() => checkChromeTrace(file)).toThrow());
});
