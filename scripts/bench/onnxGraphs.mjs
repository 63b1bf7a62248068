// The same networks as ONNX graphs with the fused operators that onnxruntime-web's WebGPU backend is best at, weights as external data.
import { networkOf, outerTensors } from './networks.mjs';
import { GraphBuilder } from './onnxProto.mjs';
import { asBytes, asFloats, asHalfWords, dataSegment, VirtualFile } from './virtualFile.mjs';
import {
  fillQuantised,
  fillRows,
  fillScales,
  fillTransposed,
  groupColumns,
  halfBits,
  vectorValues,
} from './weights.mjs';

/** @typedef {import('./networks.mjs').Network} Network */
/** @typedef {import('./virtualFile.mjs').Segment} Segment */

/**
 * What the graph computes in: activations, and the weights' bits where they are quantised. Named as in a file's address:
 * f32, f16, int8, int4 (f16 activations), int8-f32, int4-f32 (for devices without f16).
 * @typedef {{ readonly element: 'float' | 'float16', readonly bits: 4 | 8 | undefined }} Mode
 */

/** @param {string} name @returns {Mode} */
export function modeOf(name) {
  const match = /^(?:(f32|f16)|int([48])(-f32)?)$/.exec(name);
  if (!match) throw new Error(`There is no mode '${name}'.`);
  const [, float, bits, wide] = match;
  const element = float === 'f32' || wide !== undefined ? 'float' : 'float16';
  return { element, bits: bits === '4' ? 4 : bits === '8' ? 8 : undefined };
}

/** A file of external data as it grows. */
class DataFile {
  /** @type {Segment[]} */
  #segments = [];
  #bytes = 0;
  location;

  /** @param {string} location */
  constructor(location) {
    this.location = location;
  }

  /** @param {Segment} segment @returns {{ location: string, offset: number, length: number }} */
  add(segment) {
    const padding = (64 - (this.#bytes % 64)) % 64;
    if (padding > 0) this.#segments.push(dataSegment(new Uint8Array(padding)));
    const offset = this.#bytes + padding;
    this.#segments.push(segment);
    this.#bytes = offset + segment.bytes;
    return { location: this.location, offset, length: segment.bytes };
  }

  finish() {
    return new VirtualFile(this.#segments);
  }
}

/** Rows of a tensor: q of the fused q, k, v. @typedef {{ name: string, firstRow: number, rows: number, columns: number }} Slice */

/** A graph of transformer parts, in one mode. */
class NetworkGraph extends GraphBuilder {
  /** @type {DataFile[]} */
  files = [];
  mode;

  /** @param {Mode} mode */
  constructor(mode) {
    super();
    this.mode = mode;
  }

  get elementBytes() {
    return this.mode.element === 'float' ? 4 : 2;
  }

  /** @param {Uint8Array} bytes */
  elements(bytes) {
    return this.mode.element === 'float' ? asFloats(bytes) : asHalfWords(bytes);
  }

  /** @param {string} location */
  startFile(location) {
    this.files.push(new DataFile(location));
  }

  /** @param {Segment} segment */
  #store(segment) {
    const file = this.files.at(-1);
    if (!file) throw new Error('startFile comes first.');
    return file.add(segment);
  }

  /** @param {Float32Array} values */
  elementData(values) {
    return asBytes(this.mode.element === 'float' ? values : Uint16Array.from(values, halfBits));
  }

  /** @param {string} name @param {number} length @param {'gamma' | 'beta'} kind */
  vector(name, length, kind) {
    return this.constant(name, this.mode.element, [length], this.elementData(vectorValues(name, length, kind)));
  }

  /** x · Wᵀ of rows of a tensor. @param {string} x @param {Slice} slice @param {string} y */
  matmul(x, slice, y) {
    const { rows, columns, firstRow } = slice;
    const { bits, element } = this.mode;
    const weight = `${y}.weight`;
    if (bits === undefined) {
      const place = this.#store({
        bytes: rows * columns * this.elementBytes,
        unitBytes: groupColumns * rows * this.elementBytes,
        fill: (out, firstGroup) => fillTransposed(slice, firstGroup, this.elements(out)),
      });
      return this.node('MatMul', [x, this.external(weight, element, [columns, rows], place)], [y]);
    }
    const groups = columns / groupColumns;
    const blockBytes = (groupColumns * bits) / 8;
    const quantised = this.#store({
      bytes: rows * groups * blockBytes,
      unitBytes: groups * blockBytes,
      fill: (out, row) => fillQuantised(slice, firstRow + row, bits, out),
    });
    const scales = this.#store({
      bytes: rows * groups * this.elementBytes,
      unitBytes: groups * this.elementBytes,
      fill: (out, row) => fillScales(slice, firstRow + row, bits, this.elements(out)),
    });
    const inputs = [
      x,
      this.external(weight, 'uint8', [rows, groups, blockBytes], quantised),
      this.external(`${y}.scales`, element, [rows * groups], scales),
    ];
    // Accuracy level 4: int8 activations, its fastest.
    return this.node('com.microsoft:MatMulNBits', inputs, [y], {
      K: columns,
      N: rows,
      bits,
      block_size: groupColumns,
      accuracy_level: 4,
    });
  }

  /** Rows as they are. @param {string} name @param {number} rows @param {number} columns @param {readonly number[]} [leading] dimensions before */
  table(name, rows, columns, leading = []) {
    const place = this.#store({
      bytes: rows * columns * this.elementBytes,
      unitBytes: columns * this.elementBytes,
      fill: (out, firstRow) => fillRows({ name, columns }, firstRow, this.elements(out)),
    });
    return this.external(name, this.mode.element, [...leading, rows, columns], place);
  }

  /** silu(gate) * up, down projection. @param {string} at @param {string} x @param {readonly [gate: Slice, up: Slice, down: Slice]} weights */
  feedForward(at, x, [gate, up, down]) {
    const activated = this.node('com.microsoft:QuickGelu', [this.matmul(x, gate, `${at}.gate`)], [`${at}.silu`], {
      'alpha!': 1,
    });
    const product = this.node('Mul', [activated, this.matmul(x, up, `${at}.up`)], [`${at}.gated`]);
    return this.matmul(product, down, `${at}.down`);
  }

  /** The model and its files, by name. @param {string} name @returns {Map<string, VirtualFile>} */
  finish(name) {
    const model = new VirtualFile([dataSegment(this.encode(name))]);
    return new Map([
      ['model.onnx', model],
      ...this.files.map((file) => /** @type {const} */ ([file.location, file.finish()])),
    ]);
  }
}

/** @param {string} name @param {number} rows @param {number} columns @param {number} [firstRow] @returns {Slice} */
const slice = (name, rows, columns, firstRow = 0) => ({ name, rows, columns, firstRow });

/**
 * The trunk: x [batch, seq, hidden] to y of the same shape.
 * @param {Network} network
 * @param {Mode} mode
 */
export function trunkGraph({ hidden, layers, heads, intermediate }, mode) {
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

/**
 * Products one behind the other, [rows, size] · [size, size] each: `weights` matrices, gone through `rounds` times.
 * @param {number} size
 * @param {number} weights
 * @param {number} rounds
 * @param {Mode} mode
 */
export function productsGraph(size, weights, rounds, mode) {
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
export function attentionGraph(hidden, heads, repeats, mode) {
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
export function cachesGraph(hidden, heads, keys, caches, mode) {
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
