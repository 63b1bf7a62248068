import { expect } from 'vitest';
import { safetensorsFormat } from '../../../src/formats/safetensorsFormat.ts';
import type { TensorEntry } from '../../../src/formats/safetensors.ts';
import { openCheckpoint, type Checkpoint } from '../../../src/storage/checkpointReader.ts';
import { EngineError } from '../../../src/core/errors.ts';
import type { CheckpointSource } from '../../../src/storage/source.ts';

/** A safetensors file of U8-like rows: each tensor F32 of the given bytes. */
export function makeSafetensors(tensors: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, bytes] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape: [bytes.length / 4], data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const bytes of Object.values(tensors)) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** Bytes that differ along the tensor and between tensors. */
export const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 255);

export const file = (name: string, content: Uint8Array<ArrayBuffer> | string, path?: string): File =>
  Object.assign(new File([content], name), path === undefined ? {} : { webkitRelativePath: path });

export const open = (source: CheckpointSource, signal?: AbortSignal): Promise<Checkpoint<TensorEntry>> =>
  openCheckpoint<TensorEntry>(source, safetensorsFormat, signal);

export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Reads the wanted tensors in full. */
export async function readAll(
  checkpoint: Checkpoint<TensorEntry>,
  wanted: readonly string[],
  rowBytes = 4,
  maxBytes = 1 << 16,
  onProgress?: (loadedBytes: number) => void,
): Promise<Record<string, Uint8Array>> {
  const result: Record<string, Uint8Array> = {};
  for await (const { entry, rows } of checkpoint.tensors(new Set(wanted), { onProgress })) {
    const bytes = new Uint8Array(entry.byteLength);
    let offset = 0;
    for await (const piece of rows(rowBytes, maxBytes)) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    result[entry.name] = bytes;
  }
  return result;
}

/** `toEqual` on typed arrays of this size takes seconds. */
export function expectSame(actual: Readonly<Record<string, Uint8Array>>, expected: typeof actual): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, bytes] of Object.entries(expected)) {
    expect([name, Buffer.compare(actual[name] ?? new Uint8Array(0), bytes)]).toEqual([name, 0]);
  }
}
