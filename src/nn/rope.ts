import { configError, positiveInteger, positiveNumber } from './trunkConfig.ts';

/** Rotary position embedding with the scaling kinds that real checkpoints use. */
export interface RopeConfig {
  readonly theta: number;
  /** Of a head, in elements. */
  readonly dim: number;
  readonly scaling: RopeScaling;
}

export type RopeScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  | { readonly kind: 'dynamic'; readonly factor: number; readonly originalSeq: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalSeq: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly originalSeq: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Times cos and sin. */
      readonly attentionFactor: number;
    };

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads `rope_theta` and `rope_scaling`, or the newer `rope_parameters` that holds both.
 * @throws EngineError config-invalid
 */
export function parseRope(json: Json, dim: number, maxSeq: number): RopeConfig {
  const parameters = asJson(json['rope_parameters']);
  const scaling = parameters ?? asJson(json['rope_scaling']);
  const theta = positiveNumber(parameters?.['rope_theta'] === undefined ? json : parameters, 'rope_theta', 10_000);
  return { theta, dim, scaling: scaling ? parseScaling(scaling, maxSeq) : { kind: 'default' } };
}

const asJson = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null ? (value as Json) : undefined;

function parseScaling(json: Json, maxSeq: number): RopeScaling {
  const kind = json['rope_type'] ?? json['type'] ?? 'default';
  const originalSeq = (): number => positiveInteger(json, ['original_max_position_embeddings'], maxSeq);
  const factor = (): number => positiveNumber(json, 'factor', 1);
  switch (kind) {
    case 'default':
      return { kind: 'default' };
    case 'linear':
      return { kind: 'linear', factor: factor() };
    case 'dynamic':
      return { kind: 'dynamic', factor: factor(), originalSeq: originalSeq() };
    case 'llama3':
      return {
        kind: 'llama3',
        factor: factor(),
        lowFreqFactor: positiveNumber(json, 'low_freq_factor', 1),
        highFreqFactor: positiveNumber(json, 'high_freq_factor', 4),
        originalSeq: originalSeq(),
      };
    case 'yarn':
      return {
        kind: 'yarn',
        factor: factor(),
        originalSeq: originalSeq(),
        betaFast: positiveNumber(json, 'beta_fast', 32),
        betaSlow: positiveNumber(json, 'beta_slow', 1),
        attentionFactor: yarnAttentionFactor(json, factor()),
      };
    default:
      throw configError(
        `rope_scaling of the kind ${JSON.stringify(kind)} is unknown`,
        'Known kinds: default, linear, dynamic, llama3, yarn.',
      );
  }
}

/** YaRN's temperature, eq. 22 of Peng et al. 2023 (arXiv:2309.00071); DeepSeek's `mscale` pair scales it. */
function yarnAttentionFactor(json: Json, factor: number): number {
  if (typeof json['attention_factor'] === 'number') return json['attention_factor'];
  const temperature = (mscale: number): number => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const { mscale, mscale_all_dim: allDim } = json;
  if (typeof mscale === 'number' && typeof allDim === 'number' && mscale && allDim)
    return temperature(mscale) / temperature(allDim);
  return temperature(1);
}

/** Frequencies by pair, [dim / 2], for a sequence of `seqLen` (which only the dynamic kind minds). */
export function ropeFrequencies({ theta, dim, scaling }: RopeConfig, seqLen: number): Float64Array {
  const half = dim / 2;
  const plain = (base: number): Float64Array => Float64Array.from({ length: half }, (_, i) => base ** ((-2 * i) / dim));
  switch (scaling.kind) {
    case 'default':
      return plain(theta);
    case 'linear':
      return plain(theta).map((f) => f / scaling.factor);
    case 'dynamic': {
      const length = Math.max(seqLen, scaling.originalSeq);
      const stretch = (scaling.factor * length) / scaling.originalSeq - (scaling.factor - 1);
      return plain(theta * stretch ** (dim / (dim - 2)));
    }
    case 'llama3':
      return plain(theta).map((f) => llama3Frequency(f, scaling));
    case 'yarn':
      return yarnFrequencies(plain(theta), theta, dim, scaling);
  }
}

/** Long waves are slowed by the factor, short ones kept, those between blended (Llama 3.1). */
function llama3Frequency(frequency: number, s: Extract<RopeScaling, { kind: 'llama3' }>): number {
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > s.originalSeq / s.lowFreqFactor) return frequency / s.factor;
  if (wavelength < s.originalSeq / s.highFreqFactor) return frequency;
  const blend = (s.originalSeq / wavelength - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
  return ((1 - blend) * frequency) / s.factor + blend * frequency;
}

/** NTK by parts: pairs that turn often are kept, those that turn rarely are slowed (arXiv:2309.00071, section 3.2). */
function yarnFrequencies(
  plain: Float64Array,
  theta: number,
  dim: number,
  s: Extract<RopeScaling, { kind: 'yarn' }>,
): Float64Array {
  const pairOf = (turns: number): number =>
    (dim * Math.log(s.originalSeq / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(Math.floor(pairOf(s.betaFast)), 0);
  const high = Math.min(Math.ceil(pairOf(s.betaSlow)), dim - 1);
  const width = high === low ? 0.001 : high - low;
  return plain.map((f, i) => {
    const slowed = Math.min(Math.max((i - low) / width, 0), 1);
    return f * (1 - slowed) + (f / s.factor) * slowed;
  });
}

/**
 * (cos, sin) of every position and pair: f32 [positions, dim / 2, 2], worked out in float64.
 * `seqLen`: length of the prompt, for the dynamic kind: a later position counts its own length, as generation does.
 */
export function ropeTable(config: RopeConfig, positions: number, seqLen: number): Float32Array<ArrayBuffer> {
  const half = config.dim / 2;
  const table = new Float32Array(positions * half * 2);
  const amplitude = config.scaling.kind === 'yarn' ? config.scaling.attentionFactor : 1;
  let frequencies = ropeFrequencies(config, seqLen);
  for (let position = 0; position < positions; position++) {
    if (ropeDependsOnLength(config) && position >= seqLen) frequencies = ropeFrequencies(config, position + 1);
    for (let i = 0; i < half; i++) {
      const angle = position * (frequencies[i] ?? 0);
      table[(position * half + i) * 2] = Math.cos(angle) * amplitude;
      table[(position * half + i) * 2 + 1] = Math.sin(angle) * amplitude;
    }
  }
  return table;
}

/** Whether positions turn differently in a longer sequence: then nothing cached may be kept across prompts. */
export const ropeDependsOnLength = (config: RopeConfig): boolean => config.scaling.kind === 'dynamic';
