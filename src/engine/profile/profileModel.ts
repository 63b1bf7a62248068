import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { GpuContext } from '../../gpu/context.ts';
import type { DispatchTimes } from '../../gpu/profiler.ts';
import { clockOfTimelines, timed, type TimedWork } from './timedWork.ts';
import type { Decoder } from '../../nn/decoder.ts';
import { checkNames, checkValue } from '../flags.ts';
import type { ModelSetup } from '../modelCore.ts';
import type { DeviceCeilings, Profile, ProfiledRun, ProfileOptions } from '../profileApi.ts';
import type { Runtime } from '../runtime.ts';
import { chromeTrace } from './chromeTrace.ts';
import { measureCeilings } from './measureCeilings.ts';
import { decodeSequence } from './decodeSequence.ts';
import { summarise } from './summarise.ts';

const defaultSeq = 128;
const defaultTokens = 32;
/** Time and number of the plain runs that the busy share is measured over. */
const plainMs = 400;
const mostPlainRuns = 64;
const leastPlainRuns = 3;

/** @throws EngineError unknown-option, invalid-option */
export function checkProfileOptions(options: ProfileOptions): void {
  checkNames(options, ['seq', 'tokens', 'rounds', 'signal'], 'profile');
  for (const name of ['seq', 'tokens', 'rounds'] as const) {
    const value = options[name];
    checkValue(name, value, value === undefined || (Number.isSafeInteger(value) && value > 0), 'a whole number over 0');
  }
}

/** One kind of run as measured: its dispatches, the same plainly, and when each was. */
interface MeasuredRun {
  readonly run: ProfiledRun;
  readonly startMs: number;
  readonly work: TimedWork;
  readonly dispatches: DispatchTimes;
}

/** Profiles a model that nothing else uses meanwhile. What a KV cache holds is lost. */
export async function profileModel(
  runtime: Runtime,
  { description, format, flags }: Pick<ModelSetup, 'description' | 'format' | 'flags'>,
  options: ProfileOptions,
): Promise<Profile> {
  const { gpu } = runtime;
  requireTimestamps(gpu);
  throwIfAborted(options.signal);
  const ceilings = await measureCeilings(gpu, options.signal);
  const runs =
    runtime.kind === 'decoder'
      ? await profileDecoder(runtime.gpu, runtime.decoder, ceilings, flags.computeOverlap, options)
      : [await profileNetwork(runtime, ceilings, options)];
  const { history } = gpu.pool;
  const { adapter } = gpu.info;
  return {
    runs: runs.map(({ run }) => run),
    ceilings,
    clock: clockOfTimelines([
      ...runs.map(({ dispatches }) => dispatches.clock),
      ...runs.map(({ work }) => work.timeline.clock),
    ]),
    trace: chromeTrace({
      timelines: runs.map(({ work }) => work.timeline),
      runs,
      memory: history.samples(),
      memoryOriginMs: history.originMs,
      about: {
        model: description.variant,
        precision: format,
        adapter:
          adapter.description || [adapter.vendor, adapter.architecture, adapter.device].filter(Boolean).join(' '),
      },
    }),
  };
}

function requireTimestamps({ info }: GpuContext): void {
  if (info.features.timestamps) return;
  throw new EngineError(
    'not-supported',
    'This device has no timestamp-query, the WebGPU feature by which GPU time is measured.',
    'Use a browser that has it (Chrome or Edge), or time the calls as a whole; memory() and metrics() work without it.',
  );
}

function rowsWithin(options: ProfileOptions, most: number): number {
  const rows = options.seq ?? Math.min(defaultSeq, most);
  if (rows <= most) return rows;
  throw new EngineError('input-too-long', `seq is ${rows}.`, `This model takes up to ${most} here.`);
}

async function profileNetwork(
  { gpu, kind, network }: Exclude<Runtime, { readonly kind: 'decoder' }>,
  ceilings: DeviceCeilings,
  options: ProfileOptions,
): Promise<MeasuredRun> {
  const rows = rowsWithin(options, network.config.maxSeq);
  await network.warmUp(rows);
  const work = await timedRuns(gpu, () => network.warmUp(rows), options.signal);
  const startMs = performance.now();
  const dispatches = await network.profile(rows, options);
  const name = kind === 'trunk' ? 'forward' : 'score';
  return { run: describeRun(name, rows, 0, dispatches, work, ceilings), startMs, work, dispatches };
}

/** A prompt of `seq` tokens, then `tokens` behind it. */
async function profileDecoder(
  gpu: GpuContext,
  decoder: Decoder,
  ceilings: DeviceCeilings,
  overlap: boolean,
  options: ProfileOptions,
): Promise<MeasuredRun[]> {
  const keys = rowsWithin(options, decoder.capacity - 1);
  const tokens = Math.min(options.tokens ?? defaultTokens, decoder.capacity - keys);
  const { signal } = options;
  const sequence = (promptLength: number, count: number) =>
    decodeSequence(decoder, { promptLength, count, overlap, signal });
  // Compiles what the timed ones need.
  await sequence(keys, tokens);
  const rows = Math.min(keys, decoder.chunkRows);
  const prompt = await timedRuns(gpu, () => sequence(rows, 1), signal);
  const prefillStart = performance.now();
  const prefill = await decoder.profilePrefill(rows, options);

  let firstTokenMs = 0;
  const answer = await timed(gpu, 1, async () => {
    firstTokenMs = (await sequence(keys, tokens)).firstTokenMs;
  });
  // What came before the first token is the prompt's.
  const decoding = answer.only('decode', answer.wallMs - firstTokenMs, Math.max(1, tokens - 1));
  const decodeStart = performance.now();
  const decode = await decoder.profile(keys, options);
  return [
    {
      run: describeRun('prefill', rows, 0, prefill, prompt, ceilings),
      startMs: prefillStart,
      work: prompt,
      dispatches: prefill,
    },
    {
      run: describeRun('decode', 1, keys, decode, decoding, ceilings),
      startMs: decodeStart,
      work: decoding,
      dispatches: decode,
    },
  ];
}

/** Plain runs one behind the other, as many as some time has room for. */
async function timedRuns(
  gpu: GpuContext,
  run: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<TimedWork> {
  const start = performance.now();
  await run();
  const count = Math.floor(plainMs / Math.max(performance.now() - start, 0.1));
  const runs = Math.max(leastPlainRuns, Math.min(mostPlainRuns, count));
  return timed(gpu, runs, async () => {
    for (let index = 0; index < runs; index++) {
      throwIfAborted(signal);
      await run();
    }
  });
}

function describeRun(
  name: ProfiledRun['name'],
  rows: number,
  keys: number,
  { times, rounds }: DispatchTimes,
  { runs, submits, wallMs, gpuBusyMs }: TimedWork,
  ceilings: DeviceCeilings,
): ProfiledRun {
  // A coarse clock may show a little more than there was.
  const utilisation = wallMs > 0 ? Math.min(1, gpuBusyMs / wallMs) : 0;
  return {
    name,
    rows,
    keys,
    rounds,
    ...summarise(times, ceilings),
    plain: { runs, submits, wallMs, gpuBusyMs, utilisation },
  };
}
