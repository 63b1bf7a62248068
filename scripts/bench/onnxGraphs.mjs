// The same networks as ONNX graphs with the fused operators that onnxruntime-web's WebGPU backend is best at, weights as external data.
import { networkOf } from './networks.mjs';
import { decoderGraph } from './onnxDecoder.mjs';
import { modeOf, NetworkGraph, slice } from './onnxNetwork.mjs';

/** @typedef {import('./networks.mjs').Network} Network */
/** @typedef {import('./onnxNetwork.mjs').Mode} Mode */

/**
 * The trunk: x [batch, seq, hidden] to y of the same shape.
 * @param {Network} network
 * @param {Mode} mode
 */
function trunkGraph({ hidden, layers, heads, intermediate }, mode) {
  const graph = new NetworkGraph(mode);
  const norm = (/** @type {string} */ name) => [
    graph.vector(`${name}.weight`, hidden, 'gamma'),
    graph.vector(`${name}.bias`, hidden, 'beta'),
  ];
  const skipNorm = (
    /** @type {string} */ x,
    /** @type {string} */ skip,
    /** @type {string} */ name,
    /** @type {string} */ sum,
  ) =>
    graph.node('com.microsoft:SkipLayerNormalization', [x, skip, ...norm(name)], [`${name}.out`, '', '', sum], {
      'epsilon!': 1e-5,
    });
  let x = graph.input('x', mode.element, ['batch', 'seq', hidden]);
  let skip = '';
  for (let layer = 0; layer < layers; layer++) {
    const at = `layers.${layer}`;
    graph.startFile(`layer-${layer}.bin`);
    let normed;
    if (skip === '') {
      normed = graph.node('LayerNormalization', [x, ...norm(`${at}.input_layernorm`)], [`${at}.normed`], {
        axis: -1,
        'epsilon!': 1e-5,
      });
    } else {
      normed = skipNorm(x, skip, `${at}.input_layernorm`, `${at}.residual`);
      x = `${at}.residual`;
    }
    const qkv = ['q', 'k', 'v'].map((part, index) =>
      graph.matmul(normed, slice(`${at}.self_attn.qkv_proj.weight`, hidden, hidden, index * hidden), `${at}.${part}`),
    );
    const attended = graph.node('com.microsoft:MultiHeadAttention', qkv, [`${at}.attended`], { num_heads: heads });
    const output = graph.matmul(attended, slice(`${at}.self_attn.o_proj.weight`, hidden, hidden), `${at}.output`);
    const mlpNormed = skipNorm(x, output, `${at}.post_attention_layernorm`, `${at}.middle`);
    x = `${at}.middle`;
    skip = graph.feedForward(at, mlpNormed, [
      slice(`${at}.mlp.gate_up_proj.weight`, intermediate, hidden),
      slice(`${at}.mlp.gate_up_proj.weight`, intermediate, hidden, intermediate),
      slice(`${at}.mlp.down_proj.weight`, hidden, intermediate),
    ]);
  }
  graph.node('Add', [x, skip], ['y']);
  graph.output('y', mode.element, ['batch', 'seq', hidden]);
  return graph.finish('trunk');
}

/**
 * Products one behind the other, [rows, size] · [size, size] each: `weights` matrices, gone through `rounds` times.
 * @param {number} size
 * @param {number} weights
 * @param {number} rounds
 * @param {Mode} mode
 */
function productsGraph(size, weights, rounds, mode) {
  const graph = new NetworkGraph(mode);
  graph.startFile('weights.bin');
  let x = graph.input('x', mode.element, ['rows', size]);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < weights; i++) {
      const last = round === rounds - 1 && i === weights - 1;
      x = graph.matmul(x, slice(`products.${i}`, size, size), last ? 'y' : `y.${round}.${i}`);
    }
  }
  graph.output('y', mode.element, ['rows', size]);
  return graph.finish('products');
}

/**
 * Attention, `repeats` times one behind the other: the queries are the result before, the keys and values always x.
 * @param {number} hidden
 * @param {number} heads
 * @param {number} repeats
 * @param {Mode} mode
 */
function attentionGraph(hidden, heads, repeats, mode) {
  const graph = new NetworkGraph(mode);
  const x = graph.input('x', mode.element, [1, 'seq', hidden]);
  let query = x;
  for (let i = 0; i < repeats; i++)
    query = graph.node('com.microsoft:MultiHeadAttention', [query, x, x], [i === repeats - 1 ? 'y' : `y${i}`], {
      num_heads: heads,
    });
  graph.output('y', mode.element, [1, 'seq', hidden]);
  return graph.finish('attention');
}

/**
 * Queries over stored keys and values, one cache behind the other: x [1, queries, hidden].
 * @param {number} hidden
 * @param {number} heads
 * @param {number} keys
 * @param {number} caches
 * @param {Mode} mode
 */
function cachesGraph(hidden, heads, keys, caches, mode) {
  const graph = new NetworkGraph(mode);
  let query = graph.input('x', mode.element, [1, 'queries', hidden]);
  for (let i = 0; i < caches; i++) {
    graph.startFile(`cache-${i}.bin`);
    const stored = ['keys', 'values'].map((part) => graph.table(`caches.${i}.${part}`, keys, hidden, [1]));
    query = graph.node('com.microsoft:MultiHeadAttention', [query, ...stored], [i === caches - 1 ? 'y' : `y${i}`], {
      num_heads: heads,
    });
  }
  graph.output('y', mode.element, [1, 'queries', hidden]);
  return graph.finish('caches');
}

/**
 * A graph's files by the address's part behind `/onnx/`: `trunk-NAME/MODE`, `decoder-NAME-CAPACITY/MODE`,
 * `products-SIZE-WEIGHTS-ROUNDS/MODE`, `attention-HIDDEN-HEADS-REPEATS/MODE`, `caches-HIDDEN-HEADS-KEYS-CACHES/MODE`.
 * @param {string} graph
 * @param {string} modeName
 */
export function graphFiles(graph, modeName) {
  const mode = modeOf(modeName);
  const numbers = graph.split('-').map(Number);
  const [, one = 0, two = 0, three = 0, four = 0] = numbers;
  if (graph.startsWith('trunk-')) return trunkGraph(networkOf(graph.slice('trunk-'.length)), mode);
  if (graph.startsWith('products-')) return productsGraph(one, two, three, mode);
  if (graph.startsWith('attention-')) return attentionGraph(one, two, three, mode);
  if (graph.startsWith('caches-')) return cachesGraph(one, two, three, four, mode);
  const decoder = /^decoder-(.+)-(\d+)$/.exec(graph);
  if (decoder) return decoderGraph(networkOf(decoder[1] ?? ''), mode, Number(decoder[2]));
  throw new Error(`There is no graph '${graph}'.`);
}
