import { EngineError } from '../core/errors.ts';
import { type DecoderConfig, decoderArchitectures, parseDecoderConfig } from '../nn/decoderConfig.ts';
import { decoderSpecs } from '../nn/decoderWeights.ts';
import { parseTrunkConfig, type TrunkConfig } from '../nn/trunkConfig.ts';
import { trunkSpecs } from '../nn/trunkWeights.ts';
import type { WeightSpec } from '../nn/weightSpec.ts';
import type { VariantName } from './published.ts';

/** What a config.json makes of a variant: a network and the weights that it needs. Nothing is allocated yet. */
export type ModelDescription = {
  readonly variant: VariantName;
  readonly json: Readonly<Record<string, unknown>>;
  readonly specs: readonly WeightSpec[];
} & (
  | { readonly kind: 'trunk'; readonly config: TrunkConfig }
  | { readonly kind: 'decoder'; readonly config: DecoderConfig }
);

/**
 * Reads a config.json for a variant.
 * @throws EngineError config-invalid, unknown-architecture, not-supported
 */
export function describeModel(variant: VariantName, json: unknown): ModelDescription {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new EngineError('config-invalid', 'config.json is not a JSON object.', 'Pass the folder of a checkpoint.');
  }
  const config = json as Readonly<Record<string, unknown>>;
  const architecture: unknown = Array.isArray(config['architectures']) ? config['architectures'][0] : undefined;
  if (architecture === 'UltraOptimizedModel') {
    const trunk = parseTrunkConfig(config);
    return { variant, json: config, kind: 'trunk', config: trunk, specs: trunkSpecs(trunk) };
  }
  const decoder = decoderArchitectures.find((name) => name === architecture);
  if (decoder && variant === 'deepseek') {
    const parsed = parseDecoderConfig(config, decoder);
    return { variant, json: config, kind: 'decoder', config: parsed, specs: decoderSpecs(parsed) };
  }
  const known = variant === 'deepseek' ? ['UltraOptimizedModel', ...decoderArchitectures] : ['UltraOptimizedModel'];
  throw new EngineError(
    'unknown-architecture',
    `config.json asks for the architecture ${JSON.stringify(architecture) ?? 'undefined'}, which '${variant}' does not run.`,
    `It runs ${known.join(', ')}.`,
  );
}

/** What each variant's own method needs beside the trunk, by tensor name or a pattern of names. */
const beyondTrunk: Readonly<Record<VariantName, { readonly method: string; readonly tensors: readonly string[] }>> = {
  deepseek: { method: 'generate', tensors: ['model.embed_tokens.weight', 'model.norm.weight', 'lm_head.weight'] },
  'viral-clipper': {
    method: 'clip',
    tensors: [
      ...['visual', 'audio', 'text', 'engagement'].flatMap((modality) =>
        ['0.weight', '0.bias', '1.weight', '1.bias'].map((name) => `encoder.${modality}_proj.${name}`),
      ),
      ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => `encoder.fusion_attention.${name}.weight`),
      'encoder.pos_encoding',
      'encoder.layer_norm.weight',
      'encoder.layer_norm.bias',
      'layer_norm.weight',
      'layer_norm.bias',
      ...['virality_head', 'segment_head'].flatMap((head) =>
        ['0.weight', '0.bias', '3.weight', '3.bias'].map((name) => `${head}.${name}`),
      ),
    ],
  },
  brandkit: {
    method: 'analyze',
    tensors: ['color', 'typography', 'layout', 'text']
      .map((name) => `encoder.${name}_proj`)
      .concat('cross_attention', 'profile_head', 'consistency_head', 'tone_head', 'sentiment_head', 'style_head')
      .map((name) => `${name}.*`),
  },
};

/** The rejection of a method whose tensors the checkpoint lacks; it names them. `present`: names of the tensors it has. */
export function weightsMissing(variant: VariantName, present: ReadonlySet<string>): EngineError {
  const { method, tensors } = beyondTrunk[variant];
  const names = [...present];
  const has = (wanted: string): boolean =>
    wanted.endsWith('*') ? names.some((name) => name.startsWith(wanted.slice(0, -1))) : present.has(wanted);
  const missing = tensors.filter((wanted) => !has(wanted));
  if (missing.length === 0) {
    return new EngineError(
      'not-supported',
      `${method}() is not in this version.`,
      'forward() works with this checkpoint.',
    );
  }
  return new EngineError(
    'weights-missing',
    `${method}() needs more than the trunk; this checkpoint lacks ${missing.join(', ')}.`,
    'Load a checkpoint that has them; forward() works with this one.',
  );
}
