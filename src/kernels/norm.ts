import inputLayerNorm from '../../shaders/lib/input_layer_norm.wgsl?raw';
import inputRmsNorm from '../../shaders/lib/input_rms_norm.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import rowSum from '../../shaders/lib/row_sum.wgsl?raw';
import source from '../../shaders/norm.wgsl?raw';
import registersSource from '../../shaders/norm_registers.wgsl?raw';
import type { ElementType } from '../core/dtype.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { elementAxis, reduceAxis } from './wgslParts.ts';

const bindings = { x: 'read', y: 'read_write', norm: 'read' } as const;
const params = {
  rows: 'u32',
  first_row: 'u32',
  in_dim: 'u32',
  in4: 'u32',
  eps: 'f32',
  out_row4: 'u32',
  out_start4: 'u32',
} as const;

export const normKernel = defineKernel({
  name: 'norm',
  wgsl: [invocation, rowSum, source],
  axes: { kind: { layerNorm: [inputLayerNorm], rmsNorm: [inputRmsNorm] }, element: elementAxis },
  bindings,
  params,
  overrides: ['WORKGROUP_SIZE', 'ROWS_PER_GROUP', 'RELU'],
});

/** The same on GPUs, for rows that a workgroup's registers hold. */
const normRegistersKernel = defineKernel({
  name: 'norm_registers',
  wgsl: [registersSource],
  axes: {
    kind: { layerNorm: ['const CENTRED = true;'], rmsNorm: ['const CENTRED = false;'] },
    held: {
      '1': ['const HELD = 1u;'],
      '2': ['const HELD = 2u;'],
      '4': ['const HELD = 4u;'],
      '8': ['const HELD = 8u;'],
    },
    element: elementAxis,
    reduce: reduceAxis,
  },
  bindings,
  params,
  overrides: ['WORKGROUP_SIZE', 'RELU'],
});

/** y[row] = norm(x[row]). `x`: f32 [rows, dim padded to 4]; `y`: the same in `element`, unless `place` says where its rows lie. */
export function norm(args: {
  readonly label: string;
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  readonly weight: { readonly kind: 'layerNorm' | 'rmsNorm'; readonly buffer: GPUBuffer; readonly eps: number };
  readonly element: ElementType;
  readonly rows: number;
  /** Row of x where to begin; y begins at its row 0. Default 0. */
  readonly firstRow?: number;
  readonly dim: number;
  /** y = max(norm(x), 0) */
  readonly relu?: boolean;
  /** In elements, multiples of 4: where the first row of y begins, and from one to the next. */
  readonly place?: { readonly offset: number; readonly rowStride: number };
  readonly device: DeviceInfo;
}): KernelCall {
  const in4 = Math.ceil(args.dim / 4);
  const { kind, buffer, eps } = args.weight;
  const common = {
    label: args.label,
    buffers: { x: args.x, y: args.y, norm: buffer },
    params: {
      rows: args.rows,
      first_row: args.firstRow ?? 0,
      in_dim: args.dim,
      in4,
      eps,
      out_row4: args.place ? args.place.rowStride / 4 : in4,
      out_start4: (args.place?.offset ?? 0) / 4,
    },
    workgroups: lineGrid(args.rows),
    cost: { flops: args.rows * args.dim * 8, bytes: args.rows * in4 * 4 * 6 },
  };
  const { software } = args.device.adapter;
  const relu = args.relu ? 1 : 0;
  // Two vec4s an invocation: few waits, and enough invocations to reach memory with.
  const workgroupSize = Math.min(256, Math.max(32, powerOfTwo(in4 / 2)));
  const held = heldFor(in4 / workgroupSize);
  if (!software && held) {
    const reduce = args.device.features.subgroups ? 'subgroups' : 'shared';
    return callKernel(normRegistersKernel, {
      ...common,
      choice: { kind, held, element: args.element, reduce },
      overrides: { WORKGROUP_SIZE: workgroupSize, RELU: relu },
    });
  }
  return callKernel(normKernel, {
    ...common,
    choice: { kind, element: args.element },
    // A CPU's barrier is free only inside one of its SIMD groups.
    overrides: { WORKGROUP_SIZE: software ? 4 : 64, ROWS_PER_GROUP: 1, RELU: relu },
  });
}

const powerOfTwo = (size: number): number => 2 ** Math.ceil(Math.log2(size));

/** None: more than registers should hold. */
const heldFor = (vectors: number): '1' | '2' | '4' | '8' | undefined =>
  (['1', '2', '4', '8'] as const).find((held) => vectors <= Number(held));
