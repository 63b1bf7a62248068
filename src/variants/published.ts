import { parameterCount } from '../nn/weightSpec.ts';
import { parseTrunkConfig } from '../nn/trunkConfig.ts';
import { trunkSpecs } from '../nn/trunkWeights.ts';

/** The three variants as published; the counts of their parameters are exact and part of what they are. */
export const publishedConfigs = {
  deepseek: trunkJson(2048, 16, 16, 5504, 4096),
  'viral-clipper': trunkJson(512, 6, 8, 2048, 1024),
  brandkit: trunkJson(512, 4, 8, 1024, 512),
} as const;

export type VariantName = keyof typeof publishedConfigs;

export const variantNames = Object.keys(publishedConfigs) as readonly VariantName[];

function trunkJson(hidden: number, layers: number, heads: number, intermediate: number, maxSeq: number) {
  return {
    architectures: ['UltraOptimizedModel'],
    hidden_size: hidden,
    num_layers: layers,
    num_heads: heads,
    intermediate_size: intermediate,
    max_sequence_length: maxSeq,
    layer_norm_eps: 1e-5,
  } as const;
}

/** Parameters of each published variant, counted from its configuration: nothing is loaded. */
export function publishedParameterCounts(): Record<VariantName, number> {
  const count = (variant: VariantName): number =>
    parameterCount(trunkSpecs(parseTrunkConfig(publishedConfigs[variant])));
  return { deepseek: count('deepseek'), 'viral-clipper': count('viral-clipper'), brandkit: count('brandkit') };
}
