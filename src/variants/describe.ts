import { EngineError } from '../core/errors.ts';
import { type BrandConfig, parseBrandConfig } from '../nn/brandConfig.ts';
import { brandSpecs } from '../nn/brandWeights.ts';
import { type ClipConfig, parseClipConfig } from '../nn/clipConfig.ts';
import { clipSpecs } from '../nn/clipWeights.ts';
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
  | { readonly kind: 'clipper'; readonly config: ClipConfig }
  | { readonly kind: 'brand'; readonly config: BrandConfig }
);

/**
 * Reads a config.json for a variant. A ViralClipper or Brandkit checkpoint with all the tensors around the trunk is the whole
 * network, any other one its trunk. `present`: names of the tensors that the checkpoint has.
 * @throws EngineError config-invalid, unknown-architecture, not-supported
 */
export function describeModel(
  variant: VariantName,
  json: unknown,
  present: ReadonlySet<string> = new Set(),
): ModelDescription {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new EngineError('config-invalid', 'config.json is not a JSON object.', 'Pass the folder of a checkpoint.');
  }
  const config = json as Readonly<Record<string, unknown>>;
  const architecture: unknown = Array.isArray(config['architectures']) ? config['architectures'][0] : undefined;
  if (architecture === 'UltraOptimizedModel') {
    return describeTrunk(variant, config, present);
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

function describeTrunk(
  variant: VariantName,
  json: Readonly<Record<string, unknown>>,
  present: ReadonlySet<string>,
): ModelDescription {
  const trunk = parseTrunkConfig(json);
  const specs = trunkSpecs(trunk);
  if (variant === 'viral-clipper') {
    const config = parseClipConfig(json);
    const around = clipSpecs(config);
    if (missingOf(around, present).length === 0)
      return { variant, json, kind: 'clipper', config, specs: [...specs, ...around] };
  }
  if (variant === 'brandkit') {
    const config = parseBrandConfig(json);
    const around = brandSpecs(config);
    if (missingOf(around, present).length === 0)
      return { variant, json, kind: 'brand', config, specs: [...specs, ...around] };
  }
  return { variant, json, kind: 'trunk', config: trunk, specs };
}

const missingOf = (specs: readonly WeightSpec[], present: ReadonlySet<string>): string[] =>
  specs.flatMap(({ sources }) => sources.map(({ tensor }) => tensor)).filter((name) => !present.has(name));

/**
 * The rejection of a variant's own method where the checkpoint has a trunk only; it names what is not there. `present`: names
 * of the tensors that it has.
 */
export function weightsMissing(
  { variant, json }: Pick<ModelDescription, 'variant' | 'json'>,
  present: ReadonlySet<string>,
): EngineError {
  const { method, missing } = {
    deepseek: () => ({
      method: 'generate()',
      missing: ['model.embed_tokens.weight', 'model.norm.weight', 'lm_head.weight'].filter(
        (name) => !present.has(name),
      ),
    }),
    'viral-clipper': () => ({
      method: 'clip()',
      missing: missingOf(clipSpecs(parseClipConfig(json)), present),
    }),
    brandkit: () => ({ method: 'analyze()', missing: missingOf(brandSpecs(parseBrandConfig(json)), present) }),
  }[variant]();
  return new EngineError(
    'weights-missing',
    `${method} needs more than the trunk; this checkpoint lacks ${missing.join(', ')}.`,
    'Load a checkpoint that has them; forward() works with this one.',
  );
}
