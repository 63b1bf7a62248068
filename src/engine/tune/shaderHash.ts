import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Kernel } from '../../gpu/kernel.ts';
import * as kernels from '../../kernels/index.ts';

/** Raised when what a candidate's name stands for changes without its shader. */
const candidatesVersion = 1;

let known: string | undefined;

/** SHA-256 over the WGSL and the declarations of all kernels: what was measured with others is no longer true. */
export function shaderHash(): string {
  known ??= hashOf(Object.values<Kernel>(kernels));
  return known;
}

export const hashOf = (declarations: readonly Kernel[]): string =>
  bytesToHex(sha256(utf8ToBytes(JSON.stringify([candidatesVersion, declarations]))));
