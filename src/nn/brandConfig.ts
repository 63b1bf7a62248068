import { headHiddenOf, headsOf, parseTrunkConfig, positiveInteger, type TrunkConfig } from './trunkConfig.ts';

/** Brandkit: encoders of four kinds of tokens, the trunk, cross-attention, five heads. */
export interface BrandConfig extends TrunkConfig {
  /** Features of a token, by kind. */
  readonly widths: Readonly<Record<'color' | 'typography' | 'layout' | 'text', number>>;
  readonly crossHeads: number;
  readonly headHidden: number;
  /** Outputs of each head. */
  readonly outputs: Readonly<Record<BrandHead, number>>;
}

export const brandHeads = ['profile', 'consistency', 'tone', 'sentiment', 'style'] as const;
export type BrandHead = (typeof brandHeads)[number];

/** @throws EngineError config-invalid */
export function parseBrandConfig(json: Readonly<Record<string, unknown>>): BrandConfig {
  const trunk = parseTrunkConfig(json);
  return {
    ...trunk,
    widths: {
      color: positiveInteger(json, ['color_size'], 8),
      typography: positiveInteger(json, ['typography_size'], 64),
      layout: positiveInteger(json, ['layout_size'], 128),
      text: positiveInteger(json, ['text_size'], 768),
    },
    crossHeads: headsOf(json, 'cross_attention_heads', trunk),
    headHidden: headHiddenOf(json, trunk),
    outputs: {
      profile: positiveInteger(json, ['profile_size'], 512),
      consistency: 1,
      tone: 10,
      sentiment: 32,
      style: 64,
    },
  };
}
