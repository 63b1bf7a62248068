import sequencesSource from '../../shaders/lib/sequences.wgsl?raw';
import source from '../../shaders/rope_kv.wgsl?raw';
import type { ElementType } from '../core/dtype.ts';
import { elementBytes } from '../core/dtype.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import { elementAxis, reduceAxis } from './wgslParts.ts';

export const ropeKvKernel = defineKernel({
  name: 'rope_kv',
  wgsl: [sequencesSource, source],
  axes: { element: elementAxis, reduce: reduceAxis },
  bindings: {
    qkv: 'read',
    rope: 'read',
    norm: 'read',
    state: 'read',
    q: 'read_write',
    key_cache: 'read_write',
    value_cache: 'read_write',
  },
  params: { heads: 'u32', kv_heads: 'u32', head_dim: 'u32', eps: 'f32', rows_each: 'u32', capacity: 'u32' },
  overrides: ['WORKGROUP_SIZE', 'HAS_ROPE', 'QK_NORM'],
});

/** Rotates q and k of each row by its position and writes k and v into the cache: shapes are in the WGSL. */
export function ropeKv(args: {
  readonly label: string;
  readonly device: DeviceInfo;
  readonly element: ElementType;
  readonly qkv: GPUBuffer;
  /** (cos, sin) f32 [positions, headDim / 2]; none: no positions. */
  readonly rope: GPUBuffer | undefined;
  /** gamma of q [headDim], then of k; none: no q/k norm. */
  readonly qkNorm: { readonly buffer: GPUBuffer; readonly eps: number } | undefined;
  readonly state: GPUBuffer;
  readonly q: GPUBuffer;
  readonly keyCache: GPUBuffer;
  readonly valueCache: GPUBuffer;
  /** Of each sequence. */
  readonly rows: number;
  /** Default 1. */
  readonly sequences?: number;
  /** Positions of a slot of the cache. */
  readonly capacity: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly none: GPUBuffer;
}): KernelCall {
  const allHeads = args.heads + 2 * args.kvHeads;
  const rows = args.rows * (args.sequences ?? 1);
  return callKernel(ropeKvKernel, {
    label: args.label,
    choice: { element: args.element, reduce: args.device.features.subgroups ? 'subgroups' : 'shared' },
    overrides: {
      WORKGROUP_SIZE: args.headDim > 64 ? 64 : 32,
      HAS_ROPE: args.rope ? 1 : 0,
      QK_NORM: args.qkNorm ? 1 : 0,
    },
    buffers: {
      qkv: args.qkv,
      rope: args.rope ?? args.none,
      norm: args.qkNorm?.buffer ?? args.none,
      state: args.state,
      q: args.q,
      key_cache: args.keyCache,
      value_cache: args.valueCache,
    },
    params: {
      heads: args.heads,
      kv_heads: args.kvHeads,
      head_dim: args.headDim,
      eps: args.qkNorm?.eps ?? 0,
      rows_each: args.rows,
      capacity: args.capacity,
    },
    workgroups: [allHeads, rows, 1],
    cost: {
      flops: rows * allHeads * args.headDim * 3,
      bytes: rows * allHeads * args.headDim * 2 * elementBytes[args.element],
    },
  });
}
