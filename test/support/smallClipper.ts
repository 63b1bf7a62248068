import { hashedCheckpoint } from './hashedNumbers.ts';

const hidden = 32;
const intermediate = 32;
const headHidden = 16;

/** A small ViralClipper over the features that this engine extracts, with made-up weights and so many positions. */
export function smallClipper(positions: number): File[] {
  const norm = (name: string): Record<string, number[]> => ({
    [`${name}.weight`]: [hidden],
    [`${name}.bias`]: [hidden],
  });
  const tensors: Record<string, readonly number[]> = {
    'layers.0.self_attn.qkv_proj.weight': [3 * hidden, hidden],
    'layers.0.self_attn.o_proj.weight': [hidden, hidden],
    'layers.0.mlp.gate_up_proj.weight': [2 * intermediate, hidden],
    'layers.0.mlp.down_proj.weight': [hidden, intermediate],
    ...norm('layers.0.input_layernorm'),
    ...norm('layers.0.post_attention_layernorm'),
    'encoder.pos_encoding': [positions, hidden],
    ...norm('encoder.layer_norm'),
    ...norm('layer_norm'),
  };
  for (const [modality, width] of Object.entries({ visual: 2048, audio: 512, text: 768, engagement: 64 })) {
    tensors[`encoder.${modality}_proj.0.weight`] = [hidden, width];
    tensors[`encoder.${modality}_proj.0.bias`] = [hidden];
    Object.assign(tensors, norm(`encoder.${modality}_proj.1`));
  }
  for (const name of ['q_proj', 'k_proj', 'v_proj', 'out_proj'])
    tensors[`encoder.fusion_attention.${name}.weight`] = [hidden, hidden];
  for (const [head, outputs] of Object.entries({ virality_head: 1, segment_head: 2 })) {
    tensors[`${head}.0.weight`] = [headHidden, hidden];
    tensors[`${head}.0.bias`] = [headHidden];
    tensors[`${head}.3.weight`] = [outputs, headHidden];
    tensors[`${head}.3.bias`] = [outputs];
  }
  const config = {
    architectures: ['UltraOptimizedModel'],
    hidden_size: hidden,
    num_layers: 1,
    num_heads: 4,
    intermediate_size: intermediate,
    max_sequence_length: positions,
    layer_norm_eps: 1e-5,
    fusion_heads: 4,
    head_hidden_size: headHidden,
  };
  return hashedCheckpoint(config, tensors);
}
