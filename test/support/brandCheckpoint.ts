import { makeSafetensors, type TensorMap } from './safetensors.ts';

const hidden = 16;
const intermediate = 12;
const headHidden = 8;
const config = {
  architectures: ['UltraOptimizedModel'],
  hidden_size: hidden,
  num_layers: 1,
  num_heads: 2,
  intermediate_size: intermediate,
  max_sequence_length: 64,
  cross_attention_heads: 2,
  head_hidden_size: headHidden,
};

const matrix = (name: string, rows: number, columns: number): TensorMap => ({
  [`${name}.weight`]: { shape: [rows, columns] },
});
const withBias = (name: string, rows: number, columns: number): TensorMap => ({
  ...matrix(name, rows, columns),
  [`${name}.bias`]: { shape: [rows] },
});
const norm = (name: string): TensorMap => ({
  [`${name}.weight`]: { shape: [hidden] },
  [`${name}.bias`]: { shape: [hidden] },
});
const joined = (maps: readonly TensorMap[]): TensorMap => Object.assign({}, ...maps) as TensorMap;

/** By the names of the PyTorch state dict (scripts/train/networks.py). */
const tensors = joined([
  matrix('layers.0.self_attn.qkv_proj', 3 * hidden, hidden),
  matrix('layers.0.self_attn.o_proj', hidden, hidden),
  matrix('layers.0.mlp.gate_up_proj', 2 * intermediate, hidden),
  matrix('layers.0.mlp.down_proj', hidden, intermediate),
  norm('layers.0.input_layernorm'),
  norm('layers.0.post_attention_layernorm'),
  ...Object.entries({ color: 8, typography: 64, layout: 128, text: 768 }).flatMap(([kind, width]) => [
    withBias(`encoder.${kind}_proj.0`, hidden, width),
    norm(`encoder.${kind}_proj.1`),
  ]),
  norm('layer_norm'),
  ...['q', 'k', 'v', 'out'].map((part) => matrix(`cross_attention.${part}_proj`, hidden, hidden)),
  ...Object.entries({ profile: 512, consistency: 1, tone: 10, sentiment: 32, style: 64 }).flatMap(([head, outputs]) => [
    withBias(`${head}_head.0`, headHidden, 2 * hidden),
    withBias(`${head}_head.3`, outputs, headHidden),
  ]),
]);

/** A whole Brandkit of 64 positions, too small to know anything. `more` goes into its config. */
export const brandCheckpoint = (more: object = {}): File[] => [
  new File([JSON.stringify({ ...config, ...more })], 'config.json'),
  new File([makeSafetensors(tensors)], 'model.safetensors'),
];
