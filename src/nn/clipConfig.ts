import type { ClipModality } from '../core/features.ts';
import { headHiddenOf, headsOf, parseTrunkConfig, positiveInteger, type TrunkConfig } from './trunkConfig.ts';

/** ViralClipper: an encoder of four modalities, the trunk, two heads. */
export interface ClipConfig extends TrunkConfig {
  /** Features of a step, by modality; the order is that of the fusion's tokens. */
  readonly widths: Readonly<Record<ClipModality, number>>;
  readonly fusionHeads: number;
  readonly headHidden: number;
}

export const clipModalities = ['visual', 'audio', 'text', 'engagement'] as const satisfies readonly ClipModality[];

/** @throws EngineError config-invalid */
export function parseClipConfig(json: Readonly<Record<string, unknown>>): ClipConfig {
  const trunk = parseTrunkConfig(json);
  return {
    ...trunk,
    widths: {
      visual: positiveInteger(json, ['visual_size'], 2048),
      audio: positiveInteger(json, ['audio_size'], 512),
      text: positiveInteger(json, ['text_size'], 768),
      engagement: positiveInteger(json, ['engagement_size'], 64),
    },
    fusionHeads: headsOf(json, 'fusion_heads', trunk),
    headHidden: headHiddenOf(json, trunk),
  };
}
