import { attentionSpecs, headSpecs, layerNormSpec, projectionSpecs, tableSpec } from './blockWeights.ts';
import { type ClipConfig, clipModalities } from './clipConfig.ts';
import type { WeightSpec } from './weightSpec.ts';

/** What ViralClipper has around its trunk, by the names of its PyTorch state dict (scripts/train/networks.py). */
export const clipSpecs = (config: ClipConfig): WeightSpec[] => {
  const { hidden, widths, maxSeq, headHidden } = config;
  return [
    ...clipModalities.flatMap((modality) => projectionSpecs(`encoder.${modality}_proj`, widths[modality], hidden)),
    ...attentionSpecs('encoder.fusion_attention', hidden),
    tableSpec('encoder.pos_encoding', maxSeq, hidden),
    layerNormSpec('encoder.layer_norm', hidden),
    layerNormSpec('layer_norm', hidden),
    ...headSpecs('virality_head', hidden, headHidden, 1),
    ...headSpecs('segment_head', hidden, headHidden, 2),
  ];
};
