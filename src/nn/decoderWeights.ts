import type { DecoderConfig } from './decoderConfig.ts';
import {
  biasSpec,
  gatedBiasSpec,
  gatedSpec,
  linearSpec,
  normSpec,
  vocabularySpec,
  type WeightSpec,
} from './weightSpec.ts';

/** The decoder's tensors, by the names of Hugging Face's checkpoints. */
export function decoderSpecs(config: DecoderConfig): WeightSpec[] {
  const { hidden, vocab } = config;
  return [
    vocabularySpec('embedding', hidden, 'model.embed_tokens.weight', vocab),
    ...Array.from({ length: config.layers }, (_, index) => layerSpecs(config, `layers.${index}`)).flat(),
    normSpec('finalNorm', hidden, 'model.norm.weight'),
    ...(config.tiedEmbeddings ? [] : [vocabularySpec('head', hidden, 'lm_head.weight', vocab)]),
  ];
}

function layerSpecs(config: DecoderConfig, id: string): WeightSpec[] {
  const { hidden, heads, kvHeads, headDim, intermediate } = config;
  const attention = `model.${id}.self_attn`;
  const mlp = `model.${id}.mlp`;
  const queryRows = heads * headDim;
  const keyRows = kvHeads * headDim;
  const specs = [
    normSpec(`${id}.inputNorm`, hidden, `model.${id}.input_layernorm.weight`),
    linearSpec(`${id}.qkv`, hidden, [
      [`${attention}.q_proj.weight`, queryRows],
      [`${attention}.k_proj.weight`, keyRows],
      [`${attention}.v_proj.weight`, keyRows],
    ]),
    linearSpec(`${id}.output`, queryRows, [[`${attention}.o_proj.weight`, hidden]]),
    normSpec(`${id}.mlpNorm`, hidden, `model.${id}.post_attention_layernorm.weight`),
    gatedSpec(`${id}.gateUp`, hidden, intermediate, `${mlp}.gate_proj.weight`, `${mlp}.up_proj.weight`),
    linearSpec(`${id}.down`, intermediate, [[`${mlp}.down_proj.weight`, hidden]]),
  ];
  if (config.qkvBias) {
    specs.push(
      biasSpec(`${id}.qkvBias`, [
        [`${attention}.q_proj.bias`, queryRows],
        [`${attention}.k_proj.bias`, keyRows],
        [`${attention}.v_proj.bias`, keyRows],
      ]),
    );
  }
  if (config.outputBias) specs.push(biasSpec(`${id}.outputBias`, [[`${attention}.o_proj.bias`, hidden]]));
  if (config.mlpBias) {
    specs.push(gatedBiasSpec(`${id}.gateUpBias`, intermediate, `${mlp}.gate_proj.bias`, `${mlp}.up_proj.bias`));
    specs.push(biasSpec(`${id}.downBias`, [[`${mlp}.down_proj.bias`, hidden]]));
  }
  // gamma of q, then of k: two rows of one buffer, as a LayerNorm's gamma and beta are.
  if (config.qkNorm)
    specs.push(normSpec(`${id}.qkNorm`, headDim, `${attention}.q_norm.weight`, `${attention}.k_norm.weight`));
  return specs;
}
