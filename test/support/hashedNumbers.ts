/** The numbers of scripts/train/network_goldens.py, to the bit: weights and inputs that are not kept in files. */

/** Multiples of 2^-23 in [-1, 1): FNV-1a of the name, then lowbias32 of seed + index · φ. */
export function hashedNumbers(name: string, count: number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return new Float32Array(count).map((_, index) => {
    let value = (Math.imul(index, 0x9e3779b9) + seed) >>> 0;
    value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
    value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
    value ^= value >>> 16;
    return (value >>> 8) / 2 ** 23 - 1;
  });
}

function hashedTensor(name: string, shape: readonly number[]): Float32Array {
  const numbers = hashedNumbers(
    name,
    shape.reduce((a, b) => a * b, 1),
  );
  if (shape.length === 2) {
    const scale = name.endsWith('pos_encoding') ? 0.5 : Math.fround(Math.sqrt(3 / (shape[1] ?? 1)));
    return numbers.map((value) => value * scale);
  }
  const middle = name.endsWith('bias') ? 0 : 1;
  return numbers.map((value) => value * 0.25 + middle);
}

/** config.json and model.safetensors with these tensors, as PyTorch's script makes them. */
export function hashedCheckpoint(config: unknown, tensors: Readonly<Record<string, readonly number[]>>): File[] {
  const header: Record<string, unknown> = {};
  let offset = 0;
  const pieces = Object.entries(tensors).map(([name, shape]) => {
    const data = hashedTensor(name, shape);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    return data as Float32Array<ArrayBuffer>;
  });
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return [new File([JSON.stringify(config)], 'config.json'), new File([length, text, ...pieces], 'model.safetensors')];
}
