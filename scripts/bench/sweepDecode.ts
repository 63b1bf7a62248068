import type { KernelCall } from '../../src/gpu/kernel.ts';
import {
  type AttentionArgs,
  decodeAttention,
  decodeLanesAttention,
  decodeTileAttention,
  type HeadsView,
} from '../../src/kernels/attention.ts';
import { mergeTreeCall } from '../../src/kernels/attentionMerge.ts';
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
const splitsOf = (keys: number): number[] =>
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
  if (!hasSubgroups) return all;
  const splits = splitsOf(keys);
  for (const workgroupSize of [128, 256])
    for (const splitKeys of splits) {
      const lanes: Attend = (a) => decodeLanesAttention(a, { workgroupSize, keys: '2', splitKeys });
      const name = `lanes w${workgroupSize} k2 s${splitKeys}`;
      all[name] = lanes;
      all[`${name} by heads`] = inHeads(lanes);
    }
  for (const workgroupSize of [64, 128, 256])
    for (const [name, options] of wideShapes)
      for (const splitKeys of splits) {
        const shape: WideShape = { workgroupSize, ...options, splitKeys };
        const full = `wide w${workgroupSize} ${name} s${splitKeys}`;
        all[`${full} by heads`] = inHeads((a) => decodeWideAttention(a, shape));
        // One size shows what the layout is worth, and what the merge.
        if (workgroupSize !== 128) continue;
        all[full] = (a) => decodeWideAttention(a, shape);
        if (keys > 128) all[`${full} by heads old merge`] = inHeads((a) => decodeWideAttention(a, shape, 'one pass'));
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
    const walks = args.flatMap((a) =>
      inHeads((b) => decodeWideAttention(b, { workgroupSize: 128, keys: '4', prefetch: false, splitKeys }))(a).slice(
        0,
        1,
      ),
    );
    await timed(`walking w128 k4 s${splitKeys}`, walks);
    const old = args.flatMap((a) => decodeLanesAttention(a, { workgroupSize: 128, keys: '2', splitKeys }));
    await timed(
      `one-pass merge of s${splitKeys}`,
      old.filter((_, i) => i % 2 === 1),
    );
    const trees = args.map((a) => mergeTreeCall(a, scratch, splitKeys, () => a.keyLen));
    await timed(`tree merge of s${splitKeys}`, trees);
  }
}
