// Files that are made while they are read: weights of gigabytes need neither a disk nor memory.

/**
 * @typedef {object} Segment
 * @property {number} bytes
 * @property {number} unitBytes what `fill` makes at once, at least; divides `bytes`
 * @property {(out: Uint8Array, firstUnit: number) => void} fill `out` is whole units and aligned to 8
 */

/** Most bytes made at once. */
const pieceBytes = 4 * 2 ** 20;

/** @param {Uint8Array} data @returns {Segment} */
export const dataSegment = (data) => ({
  bytes: data.length,
  unitBytes: Math.max(1, data.length),
  fill: (out) => out.set(data),
});

export class VirtualFile {
  /** @type {readonly Segment[]} */
  #segments;
  bytes;

  /** @param {readonly Segment[]} segments */
  constructor(segments) {
    this.#segments = segments;
    this.bytes = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The content, in order. Each piece is the reader's own. @returns {Generator<Uint8Array>} */
  *pieces() {
    for (const { bytes, unitBytes, fill } of this.#segments) {
      const perPiece = Math.max(1, Math.floor(pieceBytes / unitBytes));
      for (let unit = 0; unit * unitBytes < bytes; unit += perPiece) {
        const out = new Uint8Array(Math.min(perPiece * unitBytes, bytes - unit * unitBytes));
        fill(out, unit);
        yield out;
      }
    }
  }

  /** The whole content. */
  read() {
    const whole = new Uint8Array(this.bytes);
    let at = 0;
    for (const piece of this.pieces()) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

/** @param {Uint8Array} bytes */
export const asHalfWords = (bytes) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
/** @param {Uint8Array} bytes */
export const asFloats = (bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
/** @param {Float32Array | Uint16Array} values */
export const asBytes = (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
