import { EngineError } from '../core/errors.ts';

/** The trunk that the three published variants share (`UltraOptimizedModel`). */
export interface TrunkConfig {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly intermediate: number;
  /** Longest sequence. */
  readonly maxSeq: number;
  readonly normEps: number;
}

type Json = Readonly<Record<string, unknown>>;

/** A whole number ≥ 1 under the first of the names that is there. */
export function positiveInteger(json: Json, names: readonly string[], fallback?: number): number {
  const name = names.find((candidate) => json[candidate] !== undefined && json[candidate] !== null);
  const value = name === undefined ? fallback : json[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31) return value;
  throw configError(
    `${names[0]} is ${value === undefined ? 'missing' : JSON.stringify(value)}`,
    'It must be a whole number of at least 1.',
  );
}

export function positiveNumber(json: Json, name: string, fallback: number): number {
  const value = json[name] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw configError(`${name} is ${JSON.stringify(value)}`, 'It must be a number over 0.');
}

export const configError = (what: string, remedy: string): EngineError =>
  new EngineError('config-invalid', `config.json: ${what}.`, remedy);

/** Attention kernels take head dimensions that are multiples of 8, to 256. */
export function checkHeadDim(headDim: number): void {
  if (headDim % 8 !== 0 || headDim < 8 || headDim > 256) {
    throw configError(`the head dimension is ${headDim}`, 'Halftone runs multiples of 8 up to 256.');
  }
}

/** @throws EngineError config-invalid */
export function parseTrunkConfig(json: Json): TrunkConfig {
  const hidden = positiveInteger(json, ['hidden_size']);
  const heads = positiveInteger(json, ['num_heads', 'num_attention_heads']);
  if (hidden % heads !== 0)
    throw configError(`hidden_size ${hidden} is no multiple of num_heads ${heads}`, 'Correct one of them.');
  checkHeadDim(hidden / heads);
  return {
    hidden,
    layers: positiveInteger(json, ['num_layers', 'num_hidden_layers']),
    heads,
    headDim: hidden / heads,
    intermediate: positiveInteger(json, ['intermediate_size']),
    maxSeq: positiveInteger(json, ['max_sequence_length', 'max_position_embeddings'], 4096),
    normEps: positiveNumber(json, 'layer_norm_eps', 1e-5),
  };
}

/** Heads of an attention beside the trunk's; the trunk's number unless the config says another. */
export function headsOf(json: Json, name: string, trunk: TrunkConfig): number {
  const heads = positiveInteger(json, [name], trunk.heads);
  if (trunk.hidden % heads !== 0) {
    throw configError(`hidden_size ${trunk.hidden} is no multiple of ${name} ${heads}`, 'Correct one of them.');
  }
  checkHeadDim(trunk.hidden / heads);
  return heads;
}

/** Width inside a head of two layers. */
export const headHiddenOf = (json: Json, { hidden }: TrunkConfig): number =>
  positiveInteger(json, ['head_hidden_size'], hidden / 2);
