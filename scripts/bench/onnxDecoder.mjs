// The Llama layout with its cache as an ONNX graph, with the fused operators that onnxruntime-web decodes with.
import { outerTensors } from './networks.mjs';
import { NetworkGraph, slice } from './onnxNetwork.mjs';

/** @typedef {import('./networks.mjs').Network} Network */
/** @typedef {import('./onnxNetwork.mjs').Mode} Mode */

/** Rows of the rotary tables. @param {number} positions @param {number} headDim @param {(angle: number) => number} of */
const rotary = (positions, headDim, of) =>
  Float32Array.from({ length: (positions * headDim) / 2 }, (_, i) => {
    const pair = i % (headDim / 2);
    return of(Math.floor(i / (headDim / 2)) * 10_000 ** ((-2 * pair) / headDim));
  });

/** A decoder of the Llama layout, as it is put together layer by layer. */
class DecoderGraph extends NetworkGraph {
  #network;
  #capacity;
  /** The residual stream, and what is added to it next. */
  #x = '';
  #skip = '';

  /** @param {Network} network @param {Mode} mode @param {number} capacity */
  constructor(network, mode, capacity) {
    super(mode);
    this.#network = network;
    this.#capacity = capacity;
  }

  /** Token ids to rows; the inputs that tell the cache's length, and the rotary tables. @param {string} table */
  embed(table) {
    const { hidden, heads, vocab = 0 } = this.#network;
    const half = hidden / heads / 2;
    const ids = this.input('input_ids', 'int64', [1, 'seq']);
    this.#x = this.node('Gather', [this.table(table, vocab, hidden), ids], ['embedded']);
    const lengths = [this.input('seqlens_k', 'int32', [1]), this.input('total_sequence_length', 'int32', [])];
    const tables = ['cos', 'sin'].map((name) => {
      const values = rotary(this.#capacity, 2 * half, name === 'cos' ? Math.cos : Math.sin);
      return this.constant(name, this.mode.element, [this.#capacity, half], this.elementData(values));
    });
    return [...lengths, ...tables];
  }

  /** RMSNorm of the residual stream after adding what is to be added. @param {string} at @param {string} weight */
  norm(at, weight) {
    const gamma = this.vector(weight, this.#network.hidden, 'gamma');
    if (this.#skip === '')
      return this.node('SimplifiedLayerNormalization', [this.#x, gamma], [`${at}.normed`], {
        axis: -1,
        'epsilon!': 1e-6,
      });
    const inputs = [this.#x, this.#skip, gamma];
    const outputs = [`${at}.normed`, '', '', `${at}.sum`];
    this.#x = `${at}.sum`;
    return this.node('com.microsoft:SkipSimplifiedLayerNormalization', inputs, outputs, { 'epsilon!': 1e-6 });
  }

  /** @param {number} layer @param {readonly string[]} positions as `embed` returned them */
  layer(layer, positions) {
    const { hidden, heads, intermediate } = this.#network;
    const at = `model.layers.${layer}`;
    const shape = /** @type {const} */ ([1, heads, this.#capacity, hidden / heads]);
    const project = (/** @type {string} */ part, /** @type {string} */ from) =>
      this.matmul(from, slice(`${at}.self_attn.${part}_proj.weight`, hidden, hidden), `${at}.${part}`);
    const normed = this.norm(`${at}.in`, `${at}.input_layernorm.weight`);
    const past = ['key', 'value'].map((kind) => this.input(`past.${layer}.${kind}`, this.mode.element, shape));
    const present = ['key', 'value'].map((kind) => `present.${layer}.${kind}`);
    const attended = this.node(
      'com.microsoft:GroupQueryAttention',
      [...['q', 'k', 'v'].map((part) => project(part, normed)), ...past, ...positions],
      [`${at}.attended`, ...present],
      { num_heads: heads, kv_num_heads: heads, do_rotary: 1, rotary_interleaved: 0 },
    );
    for (const name of present) this.output(name, this.mode.element, shape);
    this.#skip = project('o', attended);
    this.#skip = this.feedForward(at, this.norm(`${at}.mlp`, `${at}.post_attention_layernorm.weight`), [
      slice(`${at}.mlp.gate_proj.weight`, intermediate, hidden),
      slice(`${at}.mlp.up_proj.weight`, intermediate, hidden),
      slice(`${at}.mlp.down_proj.weight`, hidden, intermediate),
    ]);
  }

  /** Logits of the last row and the most likely token. @param {string} normWeight @param {string} weight */
  head(normWeight, weight) {
    const { hidden, vocab = 0 } = this.#network;
    const last = this.constant('last', 'int64', [], new Uint8Array(new BigInt64Array([-1n]).buffer));
    const row = this.node('Gather', [this.norm('final', normWeight), last], ['last_row'], { axis: 1 });
    this.matmul(row, slice(weight, vocab, hidden), 'logits');
    this.node('ArgMax', ['logits'], ['token'], { axis: -1, keepdims: 0 });
    this.output('logits', this.mode.element, [1, vocab]);
    this.output('token', 'int64', [1]);
  }
}

/**
 * The decoder with its cache: input_ids [1, seq] and past keys and values [1, heads, capacity, headDim], which share their buffer with the
 * present ones; logits [1, vocab] of the last position and the most likely token [1].
 * @param {Network} network
 * @param {Mode} mode
 * @param {number} capacity positions of the cache
 */
export function decoderGraph(network, mode, capacity) {
  const [embedding, finalNorm, head] = outerTensors(network);
  if (!embedding || !finalNorm || !head) throw new Error('A decoder has an embedding, a norm and a head.');
  const graph = new DecoderGraph(network, mode, capacity);
  graph.startFile('embedding.bin');
  const positions = graph.embed(embedding.name);
  for (let layer = 0; layer < network.layers; layer++) {
    graph.startFile(`layer-${layer}.bin`);
    graph.layer(layer, positions);
  }
  graph.startFile('head.bin');
  graph.head(finalNorm.name, head.name);
  return graph.finish('decoder');
}
