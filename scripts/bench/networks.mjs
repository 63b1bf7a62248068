// The networks that both engines compute, and the names, shapes and order of their tensors. Depends on nothing.

/**
 * @typedef {object} Network
 * @property {'trunk' | 'decoder'} kind trunk: hidden states in and out; decoder: Llama layout, tokens in, logits out
 * @property {'deepseek' | 'viral-clipper' | 'brandkit'} variant as which Halftone loads it
 * @property {number} hidden
 * @property {number} layers
 * @property {number} heads
 * @property {number} intermediate
 * @property {number} maxSeq
 * @property {number} [vocab] of a decoder
 *
 * @typedef {object} TensorShape
 * @property {string} name as in the PyTorch state dict
 * @property {number} rows 1: a vector
 * @property {number} columns
 * @property {'matrix' | 'gamma' | 'beta'} kind
 */

/** @type {Readonly<Record<string, Network>>} */
export const networks = {
  brandkit: trunk('brandkit', 512, 4, 8, 1024, 512),
  'viral-clipper': trunk('viral-clipper', 512, 6, 8, 2048, 1024),
  deepseek: trunk('deepseek', 2048, 16, 16, 5504, 4096),
  // For tests: seconds on a CPU.
  tiny: trunk('brandkit', 64, 2, 4, 96, 128),
  // deepseek-coder-1.3b's shape: 941,688,832 parameters.
  'deepseek-lm': { ...trunk('deepseek', 2048, 16, 16, 5504, 8192), kind: 'decoder', vocab: 32_256 },
  'tiny-lm': { ...trunk('deepseek', 64, 2, 4, 96, 128), kind: 'decoder', vocab: 320 },
};

/**
 * @param {Network['variant']} variant
 * @param {number} hidden
 * @param {number} layers
 * @param {number} heads
 * @param {number} intermediate
 * @param {number} maxSeq
 * @returns {Network}
 */
function trunk(variant, hidden, layers, heads, intermediate, maxSeq) {
  return { kind: 'trunk', variant, hidden, layers, heads, intermediate, maxSeq };
}

/** @param {string} name @returns {Network} */
export function networkOf(name) {
  const network = networks[name];
  if (!network) throw new Error(`There is no network '${name}'; there are ${Object.keys(networks).join(', ')}.`);
  return network;
}

/** @param {string} name @param {number} rows @param {number} columns @returns {TensorShape} */
const matrix = (name, rows, columns) => ({ name, rows, columns, kind: 'matrix' });
/** @param {string} name @param {number} columns @param {'gamma' | 'beta'} kind @returns {TensorShape} */
const vector = (name, columns, kind) => ({ name, rows: 1, columns, kind });

/**
 * Tensors of one layer. The trunk has LayerNorm, and q, k, v and gate, up in one tensor each; the decoder has RMSNorm and single ones.
 * @param {Network} network
 * @param {number} layer
 * @returns {TensorShape[]}
 */
function layerTensors({ kind, hidden, intermediate }, layer) {
  if (kind === 'trunk') {
    const at = `layers.${layer}`;
    return [
      vector(`${at}.input_layernorm.weight`, hidden, 'gamma'),
      vector(`${at}.input_layernorm.bias`, hidden, 'beta'),
      matrix(`${at}.self_attn.qkv_proj.weight`, 3 * hidden, hidden),
      matrix(`${at}.self_attn.o_proj.weight`, hidden, hidden),
      vector(`${at}.post_attention_layernorm.weight`, hidden, 'gamma'),
      vector(`${at}.post_attention_layernorm.bias`, hidden, 'beta'),
      matrix(`${at}.mlp.gate_up_proj.weight`, 2 * intermediate, hidden),
      matrix(`${at}.mlp.down_proj.weight`, hidden, intermediate),
    ];
  }
  const at = `model.layers.${layer}`;
  return [
    vector(`${at}.input_layernorm.weight`, hidden, 'gamma'),
    ...['q', 'k', 'v', 'o'].map((part) => matrix(`${at}.self_attn.${part}_proj.weight`, hidden, hidden)),
    vector(`${at}.post_attention_layernorm.weight`, hidden, 'gamma'),
    matrix(`${at}.mlp.gate_proj.weight`, intermediate, hidden),
    matrix(`${at}.mlp.up_proj.weight`, intermediate, hidden),
    matrix(`${at}.mlp.down_proj.weight`, hidden, intermediate),
  ];
}

/**
 * Tensors outside the layers: none for a trunk.
 * @param {Network} network
 * @returns {TensorShape[]}
 */
export function outerTensors({ kind, hidden, vocab = 0 }) {
  if (kind === 'trunk') return [];
  return [
    matrix('model.embed_tokens.weight', vocab, hidden),
    vector('model.norm.weight', hidden, 'gamma'),
    matrix('lm_head.weight', vocab, hidden),
  ];
}

/** All tensors, in groups that become one file each. @param {Network} network @returns {TensorShape[][]} */
export function tensorGroups(network) {
  const layers = Array.from({ length: network.layers }, (_, layer) => layerTensors(network, layer));
  const outer = outerTensors(network);
  return outer.length > 0 ? [...layers, outer] : layers;
}

/** @param {Network} network */
export const parameterCount = (network) =>
  tensorGroups(network)
    .flat()
    .reduce((sum, { rows, columns }) => sum + rows * columns, 0);

/** The checkpoint's config.json. @param {Network} network */
export function configJson({ kind, hidden, layers, heads, intermediate, maxSeq, vocab }) {
  if (kind === 'trunk') {
    return {
      architectures: ['UltraOptimizedModel'],
      hidden_size: hidden,
      num_layers: layers,
      num_heads: heads,
      intermediate_size: intermediate,
      max_sequence_length: maxSeq,
      layer_norm_eps: 1e-5,
    };
  }
  return {
    architectures: ['LlamaForCausalLM'],
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    intermediate_size: intermediate,
    max_position_embeddings: maxSeq,
    vocab_size: vocab,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    hidden_act: 'silu',
    tie_word_embeddings: false,
  };
}
