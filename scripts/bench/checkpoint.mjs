// The checkpoint that Halftone loads: config.json and safetensors in F16, one file a layer, made while it is read.
import { configJson, tensorGroups } from './networks.mjs';
import { asBytes, asHalfWords, dataSegment, VirtualFile } from './virtualFile.mjs';
import { fillRows, halfBits, vectorValues } from './weights.mjs';

/** @typedef {import('./networks.mjs').Network} Network */
/** @typedef {import('./networks.mjs').TensorShape} TensorShape */

/** @param {TensorShape} tensor @returns {import('./virtualFile.mjs').Segment} */
function tensorSegment({ name, rows, columns, kind }) {
  if (kind !== 'matrix') return dataSegment(asBytes(Uint16Array.from(vectorValues(name, columns, kind), halfBits)));
  return {
    bytes: rows * columns * 2,
    unitBytes: columns * 2,
    fill: (out, firstRow) => fillRows({ name, columns }, firstRow, asHalfWords(out)),
  };
}

/** A matrix alone, without a header: [rows, columns] in F16. @param {string} name @param {number} rows @param {number} columns */
export const matrixFile = (name, rows, columns) =>
  new VirtualFile([tensorSegment({ name, rows, columns, kind: 'matrix' })]);

/** @param {readonly TensorShape[]} tensors */
function safetensorsFile(tensors) {
  let at = 0;
  const directory = Object.fromEntries(
    tensors.map(({ name, rows, columns, kind }) => {
      const start = at;
      at += rows * columns * 2;
      return [
        name,
        { dtype: 'F16', shape: kind === 'matrix' ? [rows, columns] : [columns], data_offsets: [start, at] },
      ];
    }),
  );
  const json = new TextEncoder().encode(JSON.stringify(directory));
  // Padded with spaces to a multiple of 8, as the format asks for.
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return new VirtualFile([dataSegment(header), ...tensors.map(tensorSegment)]);
}

/** @param {unknown} value */
const jsonFile = (value) => new VirtualFile([dataSegment(new TextEncoder().encode(JSON.stringify(value)))]);

/**
 * The checkpoint's files by name.
 * @param {Network} network
 * @returns {Map<string, VirtualFile>}
 */
export function checkpointFiles(network) {
  const groups = tensorGroups(network);
  const nameOf = (/** @type {number} */ index) =>
    `model-${String(index + 1).padStart(5, '0')}-of-${String(groups.length).padStart(5, '0')}.safetensors`;
  const weightMap = Object.fromEntries(
    groups.flatMap((group, index) => group.map(({ name }) => [name, nameOf(index)])),
  );
  /** @type {Map<string, VirtualFile>} */
  const files = new Map([
    ['config.json', jsonFile(configJson(network))],
    ['model.safetensors.index.json', jsonFile({ metadata: {}, weight_map: weightMap })],
  ]);
  groups.forEach((group, index) => files.set(nameOf(index), safetensorsFile(group)));
  if (network.vocab !== undefined) files.set('tokenizer.json', jsonFile(wordTokenizer(network.vocab)));
  return files;
}

/** Token n is the word `tn`: prompts of an exact number of tokens. @param {number} vocab */
function wordTokenizer(vocab) {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(Array.from({ length: vocab }, (_, id) => [`t${id}`, id])),
      unk_token: 't0',
    },
  };
}
