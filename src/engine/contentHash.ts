import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

export type ContentPart = string | Blob | Float32Array | undefined;

/**
 * SHA-256 over parts, in hexadecimal. Each part's name, kind and length go before it, so that no two lists of parts are the same bytes.
 */
export async function contentHash(parts: Readonly<Record<string, ContentPart>>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined) continue;
    const bytes = await bytesOf(part);
    const kind = part instanceof Float32Array ? 'f32' : typeof part;
    pieces.push(new TextEncoder().encode(`${name} ${kind} ${bytes.length}\n`), bytes);
  }
  return bytesToHex(await digest(pieces));
}

async function bytesOf(part: string | Blob | Float32Array): Promise<Uint8Array> {
  if (typeof part === 'string') return new TextEncoder().encode(part);
  if (part instanceof Blob) return new Uint8Array(await part.arrayBuffer());
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
}

/** By the browser, which is some five times as fast, or where it has no `crypto.subtle` (a page without HTTPS) by our own code. */
async function digest(pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) {
    const hash = sha256.create();
    for (const piece of pieces) hash.update(piece);
    return hash.digest();
  }
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return new Uint8Array(await subtle.digest('SHA-256', all));
}
