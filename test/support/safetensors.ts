export type TensorMap = Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype?: string }>>;

const bytesOf: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8 };

/** A well-formed safetensors file whose F32 values are small and differ. */
export function makeSafetensors(tensors: TensorMap): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, { shape, dtype = 'F32' }] of Object.entries(tensors)) {
    const bytes = shape.reduce((product, size) => product * size, 1) * (bytesOf[dtype] ?? 4);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json + ' '.repeat((8 - (json.length % 8)) % 8));
  const file = new Uint8Array(8 + text.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  const values = new DataView(file.buffer, 8 + text.length);
  for (let at = 0; at + 4 <= offset; at += 4) values.setFloat32(at, Math.sin(at) / 4, true);
  return file;
}
