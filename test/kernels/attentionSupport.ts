import type { ElementType } from '../../src/core/dtype.ts';
import type { DeviceInfo } from '../../src/gpu/device.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import {
  attention,
  type AttentionArgs,
  decodeAttention,
  decodeScratchBytes,
  type HeadsView,
} from '../../src/kernels/attention.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { sequenceRecords } from '../../src/kernels/sequences.ts';
import * as reference from '../reference/attention.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, poisoned, rounded, runCalls, upload, uploadElements } from '../support/gpu.ts';

export interface Case {
  readonly via: 'tiled' | 'decode' | 'split';
  readonly headDim: number;
  readonly queryLen: number;
  readonly keys: number;
  readonly batch?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly causal?: boolean;
  /** Keys that come from the state instead of keyLen. */
  readonly position?: number;
  readonly mask?: readonly ['b' | '1', 'h' | '1', 'q' | '1', 'k'];
  /** Query rows (of head 0) that no key is open for. */
  readonly closedRows?: readonly number[];
  /** Times the usual size of q. */
  readonly loud?: number;
  /** Rows of the cache that lie behind the last key, full of NaN. */
  readonly spare?: number;
  readonly capacity?: number;
}

/**
 * f32: softmax and its sums are good to some 1e-6, v is about 1. f16: inputs are exact, the output keeps 11 bits (half a
 * step of 2^-11 relative). Loud scores (±80) differ by their own rounding, 80 · 2^-23 · some terms, which exp passes on.
 */
const tolerances = { f32: { relative: 2e-5, absolute: 2e-5 }, f16: { relative: 6e-4, absolute: 6e-4 } } as const;

/** Runs one case on the GPU and holds it against the float64 reference. */
export async function check(
  gpu: GpuContext,
  element: ElementType,
  c: Case,
  device: DeviceInfo = gpu.info,
  attend: (args: AttentionArgs) => KernelCall[] = c.via === 'tiled' ? attention : decodeAttention,
): Promise<void> {
  const { headDim, queryLen, keys, batch = 1, heads = 2, kvHeads = heads, causal = false, spare = 3 } = c;
  const scale = 1 / Math.sqrt(headDim);
  const q = rounded(randomNumbers(batch * queryLen * heads * headDim, 1, c.loud ?? 1), element);
  const k = rounded(randomNumbers(batch * keys * kvHeads * headDim, 2), element);
  const v = rounded(randomNumbers(batch * keys * kvHeads * headDim, 3), element);
  const sizes = { batch, heads, kvHeads, queryLen, keys, headDim, scale, causal };
  const mask = c.mask ? makeMask(c, batch, heads) : undefined;
  const want = reference.attention(q, k, v, sizes, mask?.mayAttend);

  // The query's rows lie apart (as in a fused qkv), the caches hold garbage behind the last key.
  const qRow = heads * headDim + 8;
  const cacheRows = keys + spare;
  const kvRow = kvHeads * headDim;
  // A cache's slots are in another order than the batch.
  const slots = Array.from({ length: batch }, (_, item) => (c.position ? batch - 1 - item : item));
  const cache = (data: Float64Array): HeadsView => ({
    buffer: uploadElements(gpu, spread(inSlots(data, slots), batch, keys * kvRow, cacheRows * kvRow), element),
    offset: 0,
    batchStride: cacheRows * kvRow,
    rowStride: kvRow,
    headStride: headDim,
  });
  const outBytes = want.length * (element === 'f32' ? 4 : 2);
  const out = poisoned(gpu, outBytes);
  const capacity = c.capacity ?? keys + spare;
  // Enough for splits of 32 keys, which only prefill takes.
  const scratchBytes = Math.max(
    decodeScratchBytes({ batch, heads, queryLen, headDim, maxKeys: capacity }),
    Math.ceil(capacity / 32) * batch * heads * queryLen * (headDim + 4) * 4,
  );
  const args = {
    label: 'test',
    element,
    device,
    q: {
      buffer: uploadElements(
        gpu,
        [...new Float64Array(4), ...spread(q, batch * queryLen, heads * headDim, qRow)],
        element,
      ),
      offset: 4,
      batchStride: queryLen * qRow,
      rowStride: qRow,
      headStride: headDim,
    },
    k: cache(k),
    v: cache(v),
    out: {
      buffer: out,
      offset: 0,
      batchStride: queryLen * heads * headDim,
      rowStride: heads * headDim,
      headStride: headDim,
    },
    batch,
    heads,
    kvHeads,
    queryLen,
    headDim,
    scale,
    keyLen: keys - (c.position ?? 0),
    causal,
    ...(mask ? { mask: { buffer: upload(gpu, mask.bytes), strides: mask.strides } } : {}),
    ...(c.position
      ? { state: upload(gpu, sequenceRecords(slots.map((slot) => ({ position: c.position ?? 0, slot })))) }
      : {}),
    none: gpu.none,
    keyCapacity: capacity,
    maxKeys: () => capacity,
    ...(c.via === 'split' ? { scratch: poisoned(gpu, scratchBytes) } : {}),
  };
  await runCalls(gpu, attend(args));
  const got = await download(gpu, out, want.length, element);
  const { relative, absolute } = tolerances[element];
  const louder = (c.loud ?? 1) > 1 ? 10 : 1;
  expectClose(
    got,
    want,
    { relative: relative * louder, absolute: absolute * louder },
    `${element} ${JSON.stringify(c)}`,
  );
}

/** Items of the batch in the places that `slots` gives them. */
function inSlots(data: Float64Array, slots: readonly number[]): Float64Array {
  const out = new Float64Array(data.length);
  const size = data.length / slots.length;
  for (const [item, slot] of slots.entries()) out.set(data.subarray(item * size, (item + 1) * size), slot * size);
  return out;
}

/** Lines of `from` elements spread to a pitch of `to`, NaN between. */
function spread(data: Float64Array, lines: number, from: number, to: number): Float64Array {
  const out = new Float64Array(lines * to).fill(Number.NaN);
  for (let line = 0; line < lines; line++) out.set(data.subarray(line * from, (line + 1) * from), line * to);
  return out;
}

function makeMask(c: Case, batch: number, heads: number) {
  const [b, h, q] = c.mask ?? ['1', '1', '1', 'k'];
  const sizes = [b === '1' ? 1 : batch, h === '1' ? 1 : heads, q === '1' ? 1 : c.queryLen, c.keys] as const;
  const full = [sizes[1] * sizes[2] * sizes[3], sizes[2] * sizes[3], sizes[3], 1] as const;
  const strides = full.map((stride, axis) => (sizes[axis] === 1 ? 0 : stride)) as [number, number, number, number];
  const noise = randomNumbers(sizes[0] * full[0], 4);
  const bytes = Uint8Array.from(noise, (value) => (value > 0 ? 1 : 0));
  const at = (batchIndex: number, head: number, row: number, key: number): number =>
    batchIndex * strides[0] + head * strides[1] + row * strides[2] + key * strides[3];
  for (const row of c.closedRows ?? []) for (let key = 0; key < c.keys; key++) bytes[at(0, 0, row, key)] = 0;
  const mayAttend: reference.MayAttend = (...indices) => bytes[at(...indices)] === 1;
  return { bytes, strides, mayAttend };
}
