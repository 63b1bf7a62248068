import { gatedSpecOfOne, linearSpec, normSpec, type WeightSpec } from './weightSpec.ts';
import type { TrunkConfig } from './trunkConfig.ts';

/** The trunk's tensors, by the names of its PyTorch state dict. */
export function trunkSpecs(config: TrunkConfig): WeightSpec[] {
  const { hidden, intermediate, layers } = config;
  return Array.from({ length: layers }, (_, index) => `layers.${index}`).flatMap((layer) => [
    normSpec(`${layer}.inputNorm`, hidden, `${layer}.input_layernorm.weight`, `${layer}.input_layernorm.bias`),
    linearSpec(`${layer}.qkv`, hidden, [[`${layer}.self_attn.qkv_proj.weight`, 3 * hidden]]),
    linearSpec(`${layer}.output`, hidden, [[`${layer}.self_attn.o_proj.weight`, hidden]]),
    normSpec(
      `${layer}.mlpNorm`,
      hidden,
      `${layer}.post_attention_layernorm.weight`,
      `${layer}.post_attention_layernorm.bias`,
    ),
    gatedSpecOfOne(`${layer}.gateUp`, hidden, intermediate, `${layer}.mlp.gate_up_proj.weight`),
    linearSpec(`${layer}.down`, intermediate, [[`${layer}.mlp.down_proj.weight`, hidden]]),
  ]);
}
