// Seeded weights that every precision holds exactly, so that all engines compute the same network in f32, f16 and int4.
// A group of 32 neighbours in a row is (code - 8) * step: codes 0 to 15 with both ends present, so that a quantiser which goes by the group's
// smallest and largest value finds the step and the zero point again, and 8 on average, so that products keep a mean of zero; steps 6 to 10 times 2^-11 (standard deviation about 0.018, as trained weights have).
// int8 is symmetric: scale = largest / 127 in f16. Everything is a function of (seed, row, group): any part is made by itself.

export const groupColumns = 32;
const zeroPoint = 8;
const stepUnit = 2 ** -11;
const smallestStep = 6;
const steps = 5;

/** Bits of the nearest f16, ties to even; for numbers in f16's range. @param {number} value */
export function halfBits(value) {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === 0) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const scaled = size / 2 ** (exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const mantissa = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A mantissa that rounds up to 2048 carries into the exponent by itself; below 1024 the number is subnormal.
  return sign | (mantissa < 1024 ? mantissa : ((exponent + 15) << 10) + mantissa - 1024);
}

/** The f16 nearest to a number. @param {number} value */
export function halfRound(value) {
  const bits = halfBits(value);
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const size = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const stepValues = Array.from({ length: steps }, (_, index) => (smallestStep + index) * stepUnit);
/** By step and code. */
const floatOf = Float32Array.from(
  stepValues.flatMap((step) => Array.from({ length: 16 }, (_, c) => (c - zeroPoint) * step)),
);
const halfOf = Uint16Array.from(floatOf, halfBits);
const int8Scales = stepValues.map((step) => halfRound((zeroPoint * step) / 127));
const int8Of = Uint8Array.from(floatOf, (value, index) => {
  const scale = int8Scales[index >> 4] ?? 1;
  return 128 + Math.min(127, Math.round(value / scale));
});

/** @param {number} x */
function mix(x) {
  // Finaliser of 'lowbias32' by Chris Wellons, 'Prospecting for Hash Functions' (2018).
  x = Math.imul(x ^ (x >>> 16), 0x21f0_aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a_2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** A tensor's own seed. @param {string} name */
function seedOf(name) {
  let hash = 2_166_136_261;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return mix(hash);
}

/**
 * Writes a group's 32 codes; returns its step's index.
 * @param {number} seed
 * @param {number} row
 * @param {number} group
 * @param {Uint8Array} codes
 * @param {number} at
 */
function groupCodes(seed, row, group, codes, at) {
  let counter = mix(seed ^ mix(Math.imul(row, 0x9e37_79b9) ^ (group << 1)));
  const head = counter;
  for (let word = 0; word < 4; word++) {
    counter = (counter + 0x9e37_79b9) | 0;
    let bits = mix(counter);
    const base = at + word * 8;
    for (let nibble = 0; nibble < 8; nibble++) {
      // 0 becomes 8: the other codes are symmetric about it.
      codes[base + nibble] = bits & 15 || zeroPoint;
      bits >>>= 4;
    }
  }
  const low = head & 31;
  codes[at + low] = 0;
  codes[at + ((low + 1 + ((head >>> 5) % 31)) & 31)] = 15;
  return (head >>> 16) % steps;
}

/** Norm weights: near 1 (gamma) or near 0 (beta), exact in f16. @param {string} name @param {number} length @param {'gamma' | 'beta'} kind */
export function vectorValues(name, length, kind) {
  const seed = seedOf(name);
  const centre = kind === 'gamma' ? 1 : 0;
  return Float32Array.from({ length }, (_, index) => centre + ((mix(seed + index) & 15) - 8) / 64);
}

const codes = new Uint8Array(32 * groupColumns);
const rowSteps = new Uint8Array(32);

/**
 * Rows [count, columns] as they are, in f16 or f32.
 * @param {{ name: string, columns: number }} tensor
 * @param {number} firstRow
 * @param {Uint16Array | Float32Array} out
 */
export function fillRows({ name, columns }, firstRow, out) {
  const seed = seedOf(name);
  const table = out instanceof Uint16Array ? halfOf : floatOf;
  const rows = out.length / columns;
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group * groupColumns < columns; group++) {
      const step = groupCodes(seed, firstRow + row, group, codes, 0) * 16;
      const base = row * columns + group * groupColumns;
      for (let i = 0; i < groupColumns; i++) out[base + i] = table[step + (codes[i] ?? 0)] ?? 0;
    }
  }
}

/**
 * Columns of the rows `firstRow … firstRow + rows` as ONNX's MatMul wants them: [32 · groups, rows], from `firstGroup`.
 * @param {{ name: string, firstRow: number, rows: number }} slice
 * @param {number} firstGroup
 * @param {Uint16Array | Float32Array} out
 */
export function fillTransposed({ name, firstRow, rows }, firstGroup, out) {
  const seed = seedOf(name);
  const table = out instanceof Uint16Array ? halfOf : floatOf;
  const groups = out.length / rows / groupColumns;
  for (let group = 0; group < groups; group++) {
    // Blocks of 32 rows: whole cache lines are written.
    for (let block = 0; block < rows; block += 32) {
      const count = Math.min(32, rows - block);
      for (let row = 0; row < count; row++)
        rowSteps[row] = groupCodes(seed, firstRow + block + row, firstGroup + group, codes, row * groupColumns);
      for (let column = 0; column < groupColumns; column++) {
        const base = (group * groupColumns + column) * rows + block;
        for (let row = 0; row < count; row++)
          out[base + row] = table[(rowSteps[row] ?? 0) * 16 + (codes[row * groupColumns + column] ?? 0)] ?? 0;
      }
    }
  }
}

/**
 * Rows as MatMulNBits wants them: [count, columns / 32, 32 · bits / 8] bytes, for 4 bits the first of two in the low half.
 * @param {{ name: string, columns: number }} tensor
 * @param {number} firstRow
 * @param {4 | 8} bits
 * @param {Uint8Array} out
 */
export function fillQuantised({ name, columns }, firstRow, bits, out) {
  const seed = seedOf(name);
  const groupBytes = (groupColumns * bits) / 8;
  const groups = columns / groupColumns;
  const rows = out.length / groupBytes / groups;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++, at += groupBytes) {
      const step = groupCodes(seed, firstRow + row, group, codes, 0) * 16;
      if (bits === 8) for (let i = 0; i < 32; i++) out[at + i] = int8Of[step + (codes[i] ?? 0)] ?? 0;
      else for (let i = 0; i < 16; i++) out[at + i] = (codes[2 * i] ?? 0) | ((codes[2 * i + 1] ?? 0) << 4);
    }
  }
}

/**
 * The scales beside them, [count, columns / 32]; zero points are ONNX's own, 8 and 128.
 * @param {{ name: string, columns: number }} tensor
 * @param {number} firstRow
 * @param {4 | 8} bits
 * @param {Uint16Array | Float32Array} out
 */
export function fillScales({ name, columns }, firstRow, bits, out) {
  const seed = seedOf(name);
  const groups = columns / groupColumns;
  const values = bits === 8 ? int8Scales : stepValues;
  const table = out instanceof Uint16Array ? values.map(halfBits) : values;
  for (let i = 0; i < out.length; i++)
    out[i] = table[groupCodes(seed, firstRow + Math.floor(i / groups), i % groups, codes, 0)] ?? 0;
}
