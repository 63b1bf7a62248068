import type { KernelCall } from '../../src/gpu/kernel.ts';
import {
  type AttentionArgs,
  decodeAttention,
  decodeTileAttention,
  type HeadsView,
} from '../../src/kernels/attention.ts';
import { mergeCall, splitsOf } from '../../src/kernels/attentionMerge.ts';
import { decodeWideAttention, type WideShape } from '../../src/kernels/attentionWide.ts';
import { streamCall } from '../../src/kernels/ceilings.ts';
import type { Bench } from './harness.ts';
import type { SweepOptions } from './sweepOptions.ts';

/** Attention of few rows over many keys: kernel, cut and merge, and how the cache lies. */

/** Beside k and v as [position, kv head, dim] the same as [kv head, position, dim]. */
export interface DecodeArgs extends AttentionArgs {
  readonly byHeads: { readonly k: HeadsView; readonly v: HeadsView };
}
type Attend = (args: DecodeArgs) => KernelCall[];

/** Rows [key, head, dim] as [head, key, dim]. */
export function byHeads<T extends Float32Array | Uint16Array>(data: T, heads: number, headDim: number): T {
  const turned = data.slice() as T;
  const keys = data.length / heads / headDim;
  for (let head = 0; head < heads; head++)
    for (let key = 0; key < keys; key++)
      turned.set(
        data.subarray((key * heads + head) * headDim, (key * heads + head + 1) * headDim),
        (head * keys + key) * headDim,
      );
  return turned;
}

const inHeads =
  (attend: Attend): Attend =>
  (args) =>
    attend({ ...args, ...args.byHeads });

const wideShapes = [
  ['k4', { keys: '4', prefetch: false }],
  ['k4p', { keys: '4', prefetch: true }],
  ['k2p', { keys: '2', prefetch: true }],
] as const;

/** Keys of a split by those that there are; none where one workgroup walks them all. */
const splitSizes = (keys: number): number[] =>
  keys > 1024 ? [64, 128, 256, 512] : keys > 128 ? [32, 64, 128] : [0x7fff_ffff];

/** Both layouts of the kernels as they are, the wide one with heads apart; each with its merge. */
export function decodeRace(keys: number, hasSubgroups: boolean): Record<string, Attend> {
  const all: Record<string, Attend> = {};
  const withoutSubgroups = (a: DecodeArgs): DecodeArgs => ({
    ...a,
    device: { ...a.device, features: { ...a.device.features, subgroups: false } },
  });
  all['old decode'] = (a) => decodeTileAttention(a);
  all['old decode shared'] = (a) => decodeTileAttention(withoutSubgroups(a));
  all['decode by heads'] = inHeads((a) => decodeTileAttention(a));
  all['by the rules'] = decodeAttention;
  all['by the rules, by heads'] = inHeads(decodeAttention);
  if (!hasSubgroups) return all;
  const splits = splitSizes(keys);
  // Beside the fixed splits those that grow with the keys.
  for (const workgroupSize of [64, 128])
    for (const [name, options] of wideShapes)
      for (const most of keys > 128 ? [16, 32, 64] : [])
        all[`wide w${workgroupSize} ${name} n${most} by heads`] = inHeads((a) =>
          decodeWideAttention(a, { workgroupSize, ...options }, { unit: 32, most }),
        );
  for (const workgroupSize of [64, 128, 256])
    for (const [name, options] of wideShapes)
      for (const splitKeys of splits) {
        const shape: WideShape = { workgroupSize, ...options };
        const full = `wide w${workgroupSize} ${name} s${splitKeys}`;
        all[`${full} by heads`] = inHeads((a) => decodeWideAttention(a, shape, splitsOf(splitKeys)));
        // One size shows what the layout is worth.
        if (workgroupSize === 128) all[full] = (a) => decodeWideAttention(a, shape, splitsOf(splitKeys));
      }
  return all;
}

/** What decoding is made of, each part alone and one behind the other: reading as much, walking the keys, merging. */
export async function decodeParts(
  bench: Bench,
  report: SweepOptions['report'],
  name: string,
  args: readonly DecodeArgs[],
  bytes: number,
): Promise<void> {
  const timed = async (part: string, calls: readonly KernelCall[]): Promise<void> => {
    await bench.run(calls);
    const { us, min, clock } = await bench.time(calls);
    const gbs = Number((bytes / us / 1e3).toPrecision(4));
    report({ p: `${name}.parts`, part, us: Number(us.toPrecision(4)), min: Number(min.toPrecision(4)), gbs, clock });
  };
  const sources = args.map(() => bench.buffer(bytes));
  for (const workgroups of [528, 1056, 2112]) {
    const sums = bench.buffer(workgroups * 4);
    const calls = sources.map((source) => streamCall({ source, bytes, sums, workgroups, workgroupSize: 256 }));
    await timed(`reading by ${workgroups}`, calls);
  }
  const { scratch } = args[0] ?? {};
  if (!scratch) return;
  for (const splitKeys of [64, 128, 256, 512]) {
    const shape: WideShape = { workgroupSize: 128, keys: '4', prefetch: true };
    const walks = args.flatMap((a) =>
      inHeads((b) => decodeWideAttention(b, shape, splitsOf(splitKeys)))(a).slice(0, 1),
    );
    await timed(`walking w128 k4p s${splitKeys}`, walks);
    const merges = args.map((a) => mergeCall(a, scratch, splitsOf(splitKeys), () => Math.ceil(a.keyLen / splitKeys)));
    await timed(`merge of s${splitKeys}`, merges);
  }
}
