import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * SHA-256 over parts, in hexadecimal. Each part's name and length go before it, so that no two lists of parts are the same bytes. Without crypto.subtle,
 * which pages without HTTPS do not have.
 */
export async function contentHash(parts: Readonly<Record<string, string | Blob | undefined>>): Promise<string> {
  const hash = sha256.create();
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined) continue;
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : new Uint8Array(await part.arrayBuffer());
    hash.update(new TextEncoder().encode(`${name} ${typeof part} ${bytes.length}\n`)).update(bytes);
  }
  return bytesToHex(hash.digest());
}
