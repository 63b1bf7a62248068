import { EngineError } from '../core/errors.ts';
import type { PoolOptions } from '../gpu/pool.ts';
import type { EngineInfo, EngineOptions, Level, Optimizations } from './api.ts';

type Flag = keyof Optimizations;

const standard: Record<Flag, boolean> = {
  ultraFusion: true,
  computeOverlap: true,
  memoryPooling: true,
  caching: true,
  dynamicBatching: true,
  adaptivePrecision: false,
  kernelOptimization: true,
};

export const flagNames = Object.keys(standard) as readonly Flag[];

/** What a level means: flags, and what those that are on are set to unless told otherwise. */
interface Preset {
  readonly flags: Readonly<Record<Flag, boolean>>;
  readonly trimAfterMs: number;
  readonly results: CacheLimits;
  readonly maxBatch: number;
  readonly tune: boolean;
}

const preset: Preset = {
  flags: standard,
  trimAfterMs: 30_000,
  // An hour of video is 40 windows, each remembered five times where it is explained.
  results: { maxEntries: 256, maxBytes: 16 * 2 ** 20 },
  maxBatch: 4,
  tune: false,
};

const presets: Readonly<Record<Level, Preset>> = {
  default: preset,
  // Nothing is kept that could be made again, and one thing is done at a time.
  memory: {
    ...preset,
    flags: { ...standard, memoryPooling: false, caching: false, computeOverlap: false, dynamicBatching: false },
    trimAfterMs: 1000,
    results: { maxEntries: 32, maxBytes: 2 ** 20 },
    maxBatch: 2,
  },
  // What costs memory, or time at the start, is spent.
  aggressive: {
    ...preset,
    trimAfterMs: Number.POSITIVE_INFINITY,
    results: { maxEntries: 2048, maxBytes: 64 * 2 ** 20 },
    maxBatch: 8,
    tune: true,
  },
};

const presetOf = ({ level }: EngineOptions): Preset => presets[level ?? 'default'];

const settingNames: Partial<Record<Flag, readonly string[]>> = {
  memoryPooling: ['maxBytes', 'trimAfterMs'],
  caching: ['maxEntries', 'maxBytes'],
  dynamicBatching: ['maxBatch', 'memoryThresholdBytes'],
  adaptivePrecision: ['errorBudget', 'memoryBudgetBytes'],
  kernelOptimization: ['tune', 'tuneBudgetMs'],
};

const optionNames = [
  'level',
  'optimizations',
  'features',
  'memoryBudgetBytes',
  'powerPreference',
  'worker',
  'gpu',
  'onEvent',
];

/** Rejects a name that is not in `known`, with what was probably meant. */
export function checkNames(given: object, known: readonly string[], what: string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw new EngineError('unknown-option', `${what} has no '${name}'.`, `Known: ${known.join(', ')}.`);
  }
}

/** Rejects a value that `valid` refuses. */
export function checkValue(name: string, value: unknown, valid: boolean, wanted: string): void {
  if (!valid) throw new EngineError('invalid-option', `${name} is ${describe(value)}.`, `It must be ${wanted}.`);
}

const describe = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** @throws EngineError unknown-option, invalid-option */
export function checkEngineOptions(options: EngineOptions): void {
  checkNames(options, optionNames, 'createEngine');
  const { level, features, memoryBudgetBytes, powerPreference, worker } = options;
  checkValue('level', level, level === undefined || Object.hasOwn(presets, level), Object.keys(presets).join(', '));
  checkNames(features ?? {}, ['f16', 'subgroups', 'subgroupMatrix'], 'features');
  for (const [name, value] of Object.entries(features ?? {}))
    checkValue(`features.${name}`, value, typeof value === 'boolean', 'true or false');
  checkValue(
    'memoryBudgetBytes',
    memoryBudgetBytes,
    memoryBudgetBytes === undefined || (typeof memoryBudgetBytes === 'number' && memoryBudgetBytes > 0),
    'a number of bytes over 0',
  );
  const powers = [undefined, 'low-power', 'high-performance'];
  checkValue('powerPreference', powerPreference, powers.includes(powerPreference), powers.slice(1).join(' or '));
  checkValue('worker', worker, worker === undefined || typeof worker === 'boolean', 'true or false');
  checkOptimizations(options.optimizations ?? {});
}

function checkOptimizations(optimizations: Optimizations): void {
  checkNames(optimizations, Object.keys(standard), 'optimizations');
  for (const [flag, value] of Object.entries(optimizations)) {
    const settings = settingNames[flag as Flag];
    const isSettings = typeof value === 'object' && value !== null && settings !== undefined;
    checkValue(
      `optimizations.${flag}`,
      value,
      typeof value === 'boolean' || value === undefined || isSettings,
      'true, false or its settings',
    );
    if (!isSettings) continue;
    checkNames(value, settings, `optimizations.${flag}`);
    for (const [name, number] of Object.entries(value as Record<string, unknown>)) {
      if (name === 'tune')
        checkValue(`optimizations.${flag}.${name}`, number, typeof number === 'boolean', 'true or false');
      else
        checkValue(
          `optimizations.${flag}.${name}`,
          number,
          number === undefined || (typeof number === 'number' && number > 0),
          'a number over 0',
        );
    }
  }
}

/** The level's flags with the single ones over them: what is in force. */
export function resolveFlags(options: EngineOptions): EngineInfo['flags'] {
  const over = Object.entries(options.optimizations ?? {}).filter(([, value]) => value !== undefined);
  return {
    ...presetOf(options).flags,
    ...Object.fromEntries(over.map(([flag, value]) => [flag, value !== false])),
  };
}

/** What the pool keeps of released buffers. */
export function poolingSettings(options: EngineOptions): PoolOptions {
  const given = options.optimizations?.memoryPooling;
  const { maxBytes, trimAfterMs = presetOf(options).trimAfterMs } = typeof given === 'object' ? given : {};
  return { recycles: resolveFlags(options).memoryPooling, maxPooledBytes: maxBytes, trimAfterMs };
}

export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What a model may remember. */
export interface CachingSettings {
  /** Results, in JavaScript's memory. */
  readonly results: CacheLimits;
  /** Keys and values of sequences that have ended: their memory is the KV cache's, which is there anyway. */
  readonly prefixes: CacheLimits;
}

/** undefined: nothing is remembered. */
export function cachingSettings(options: EngineOptions): CachingSettings | undefined {
  if (!resolveFlags(options).caching) return undefined;
  const given = options.optimizations?.caching;
  const { maxEntries, maxBytes } = typeof given === 'object' ? given : {};
  const within = (limits: CacheLimits): CacheLimits => ({
    maxEntries: maxEntries ?? limits.maxEntries,
    maxBytes: maxBytes ?? limits.maxBytes,
  });
  const unlimited = { maxEntries: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  return { results: within(presetOf(options).results), prefixes: within(unlimited) };
}

/**
 * How many generations of one model run at once (a batch grows to it only when so many come), and the GPU memory in use
 * behind which no more are let in.
 */
export interface BatchingSettings {
  readonly maxBatch: number;
  readonly memoryThresholdBytes: number | undefined;
}

export function batchingSettings(options: EngineOptions): BatchingSettings {
  const given = options.optimizations?.dynamicBatching;
  const { maxBatch = presetOf(options).maxBatch, memoryThresholdBytes } = typeof given === 'object' ? given : {};
  return { maxBatch: resolveFlags(options).dynamicBatching ? maxBatch : 1, memoryThresholdBytes };
}

/** Whether and how long kernels are measured against each other. */
export interface KernelSettings {
  /** false: what was measured before is used, and nothing is measured. */
  readonly tune: boolean;
  readonly tuneBudgetMs: number;
}

/** Milliseconds of one warm-up's tuning, unless told otherwise. */
const defaultTuneBudgetMs = 2000;

/** undefined: kernels are chosen by fixed rules alone. */
export function kernelSettings(options: EngineOptions): KernelSettings | undefined {
  if (!resolveFlags(options).kernelOptimization) return undefined;
  const given = options.optimizations?.kernelOptimization;
  const { tune = presetOf(options).tune, tuneBudgetMs = defaultTuneBudgetMs } = typeof given === 'object' ? given : {};
  return { tune, tuneBudgetMs };
}
