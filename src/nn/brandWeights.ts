import { attentionSpecs, headSpecs, layerNormSpec, projectionSpecs } from './blockWeights.ts';
import { type BrandConfig, brandHeads } from './brandConfig.ts';
import type { WeightSpec } from './weightSpec.ts';

/** What Brandkit has around its trunk, by the names of its PyTorch state dict (scripts/train/networks.py). */
export const brandSpecs = ({ hidden, widths, headHidden, outputs }: BrandConfig): WeightSpec[] => [
  ...Object.entries(widths).flatMap(([kind, width]) => projectionSpecs(`encoder.${kind}_proj`, width, hidden)),
  layerNormSpec('layer_norm', hidden),
  ...attentionSpecs('cross_attention', hidden),
  ...brandHeads.flatMap((head) => headSpecs(`${head}_head`, 2 * hidden, headHidden, outputs[head])),
];
