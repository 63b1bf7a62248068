// What every graph of the bench is made of: weights as external data, products in one of the modes, the gated feed-forward.
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
export class NetworkGraph extends GraphBuilder {
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
export const slice = (name, rows, columns, firstRow = 0) => ({ name, rows, columns, firstRow });
