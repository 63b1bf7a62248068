import type { KernelTime } from '../../gpu/profiler.ts';
import type { DeviceCeilings, KernelProfile, KernelTotal, LayerProfile, WorkTime } from '../profileApi.ts';

/** `layers.3.qkv.norm` → `layers.3`; `head.norm` → `head`. */
export const layerOf = (label: string): string => /^layers\.\d+/.exec(label)?.[0] ?? label.split('.')[0] ?? label;

interface Summary {
  readonly gpuMs: number;
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
  readonly kernels: readonly KernelProfile[];
  readonly layers: readonly LayerProfile[];
  readonly byKernel: readonly KernelTotal[];
}

/** Where the time of a run went: by dispatch (parts of one product together), by layer, by kernel. */
export function summarise(times: readonly KernelTime[], ceilings: DeviceCeilings): Summary {
  const total = sumOf(times);
  const work = (part: readonly KernelTime[]): WorkTime => achieved(sumOf(part), total.ms, part.length, ceilings);
  return {
    gpuMs: total.ms,
    flops: total.flops,
    bytes: total.bytes,
    dispatches: times.length,
    kernels: grouped(times, ({ label, kernel }) => `${label} ${kernel}`).map(([first, part]) => ({
      kernel: first.kernel,
      label: first.label,
      layer: layerOf(first.label),
      ...work(part),
    })),
    layers: grouped(times, ({ label }) => layerOf(label)).map(([first, part]) => ({
      layer: layerOf(first.label),
      ...work(part),
    })),
    byKernel: grouped(times, ({ kernel }) => kernel)
      .map(([{ kernel }, part]) => ({ kernel, ...work(part) }))
      .sort((a, b) => b.ms - a.ms),
  };
}

interface Sum {
  readonly ms: number;
  readonly flops: number;
  readonly bytes: number;
}

const sumOf = (times: readonly KernelTime[]): Sum => ({
  ms: times.reduce((sum, { ms }) => sum + ms, 0),
  flops: times.reduce((sum, { cost }) => sum + (cost?.flops ?? 0), 0),
  bytes: times.reduce((sum, { cost }) => sum + (cost?.bytes ?? 0), 0),
});

function achieved({ ms, flops, bytes }: Sum, totalMs: number, dispatches: number, ceilings: DeviceCeilings): WorkTime {
  const perSecond = (amount: number): number | undefined => (ms > 0 ? (amount / ms) * 1000 : undefined);
  const of = (rate: number | undefined, ceiling: number | undefined): number | undefined =>
    rate === undefined || !ceiling ? undefined : rate / ceiling;
  const bytesPerSecond = perSecond(bytes);
  const flopPerSecond = perSecond(flops);
  const { streamGBps, fmaTflops } = ceilings;
  return {
    ms,
    share: totalMs > 0 ? ms / totalMs : 0,
    dispatches,
    flops,
    bytes,
    gbPerSecond: bytesPerSecond === undefined ? undefined : bytesPerSecond / 1e9,
    flopPerSecond,
    shareOfStream: of(bytesPerSecond, streamGBps === undefined ? undefined : streamGBps * 1e9),
    shareOfFma: of(flopPerSecond, fmaTflops.f32 * 1e12),
  };
}

/** In the order in which each key first comes, with the first of each. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): (readonly [T, readonly T[]])[] {
  const groups = new Map<string, [T, T[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group[1].push(item);
    else groups.set(keyOf(item), [item, [item]]);
  }
  return [...groups.values()];
}
