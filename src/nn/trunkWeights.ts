import { gatedSpecOfOne, linearSpec, normSpec, type WeightSpec } from './weightSpec.ts';
import type { TrunkConfig } from './trunkConfig.ts';

/** The trunk's tensors, by the names of its PyTorch state dict. */
export function trunkSpecs(config: TrunkConfig): WeightSpec[] {
  const { hidden, intermediate, layers } = config;
  return Array.from({ length: layers }, (_, index) => `layers.${index}`).flatMap((layer) => {
    const qkv = linearSpec(`${layer}.qkv`, hidden, [[`${layer}.self_attn.qkv_proj.weight`, 3 * hidden]]);
    const gateUp = gatedSpecOfOne(`${layer}.gateUp`, hidden, intermediate, `${layer}.mlp.gate_up_proj.weight`);
    const norm = (id: string, tensor: string, before: WeightSpec): WeightSpec =>
      normSpec(`${layer}.${id}`, hidden, `${layer}.${tensor}.weight`, `${layer}.${tensor}.bias`, before);
    return [
      norm('inputNorm', 'input_layernorm', qkv),
      qkv,
      linearSpec(`${layer}.output`, hidden, [[`${layer}.self_attn.o_proj.weight`, hidden]]),
      norm('mlpNorm', 'post_attention_layernorm', gateUp),
      gateUp,
      linearSpec(`${layer}.down`, intermediate, [[`${layer}.mlp.down_proj.weight`, hidden]]),
    ];
  });
}
