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

/** What each level means, flag by flag. */
const levels: Readonly<Record<Level, Record<Flag, boolean>>> = {
  default: standard,
  // Nothing is kept that could be made again.
  memory: { ...standard, memoryPooling: false, caching: false, computeOverlap: false, dynamicBatching: false },
  aggressive: standard,
};

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
  checkValue('level', level, level === undefined || Object.hasOwn(levels, level), Object.keys(levels).join(', '));
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
    ...levels[options.level ?? 'default'],
    ...Object.fromEntries(over.map(([flag, value]) => [flag, value !== false])),
  };
}

/** Milliseconds behind which a pooled buffer is given back, unless told otherwise. */
const defaultTrimAfterMs: Readonly<Record<Level, number>> = {
  default: 30_000,
  memory: 30_000,
  aggressive: Number.POSITIVE_INFINITY,
};

/** What the pool keeps of released buffers. */
export function poolingSettings(options: EngineOptions): PoolOptions {
  const given = options.optimizations?.memoryPooling;
  const { maxBytes, trimAfterMs = defaultTrimAfterMs[options.level ?? 'default'] } =
    typeof given === 'object' ? given : {};
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

/** Unless told otherwise. An hour of video is 40 windows, each remembered five times where it is explained. */
const defaultResults: Readonly<Record<Level, CacheLimits>> = {
  default: { maxEntries: 256, maxBytes: 16 * 2 ** 20 },
  memory: { maxEntries: 256, maxBytes: 16 * 2 ** 20 },
  aggressive: { maxEntries: 2048, maxBytes: 64 * 2 ** 20 },
};

/** undefined: nothing is remembered. */
export function cachingSettings(options: EngineOptions): CachingSettings | undefined {
  if (!resolveFlags(options).caching) return undefined;
  const given = options.optimizations?.caching;
  const limits = typeof given === 'object' ? given : {};
  const unlimited = { maxEntries: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  return {
    results: { ...defaultResults[options.level ?? 'default'], ...limits },
    prefixes: { ...unlimited, ...limits },
  };
}

/** How many generations of one model run at once, and the GPU memory in use behind which no more are let in. */
export interface BatchingSettings {
  readonly maxBatch: number;
  readonly memoryThresholdBytes: number | undefined;
}

/** Generations at once unless told otherwise; a batch grows to it only when so many come. */
const defaultBatch: Readonly<Record<Level, number>> = { default: 4, memory: 1, aggressive: 8 };

export function batchingSettings(options: EngineOptions): BatchingSettings {
  const given = options.optimizations?.dynamicBatching;
  const { maxBatch, memoryThresholdBytes } = typeof given === 'object' ? given : {};
  const most = resolveFlags(options).dynamicBatching
    ? (maxBatch ?? Math.max(defaultBatch[options.level ?? 'default'], 2))
    : 1;
  return { maxBatch: most, memoryThresholdBytes };
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
  const { tune = options.level === 'aggressive', tuneBudgetMs = defaultTuneBudgetMs } =
    typeof given === 'object' ? given : {};
  return { tune, tuneBudgetMs };
}
