import inputLayerNorm from '../../shaders/lib/input_layer_norm.wgsl?raw';
import inputRmsNorm from '../../shaders/lib/input_rms_norm.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import rowSum from '../../shaders/lib/row_sum.wgsl?raw';
import source from '../../shaders/norm.wgsl?raw';
import type { ElementType } from '../core/dtype.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { elementAxis } from './wgslParts.ts';

export const normKernel = defineKernel({
  name: 'norm',
  wgsl: [invocation, rowSum, source],
  axes: { kind: { layerNorm: [inputLayerNorm], rmsNorm: [inputRmsNorm] }, element: elementAxis },
  bindings: { x: 'read', y: 'read_write', norm: 'read' },
  params: {
    rows: 'u32',
    first_row: 'u32',
    in_dim: 'u32',
    in4: 'u32',
    eps: 'f32',
    out_row4: 'u32',
    out_start4: 'u32',
  },
  overrides: ['WORKGROUP_SIZE', 'ROWS_PER_GROUP', 'RELU'],
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
  return callKernel(normKernel, {
    label: args.label,
    choice: { kind: args.weight.kind, element: args.element },
    // A CPU's barrier is free only inside one of its SIMD groups.
    overrides: { WORKGROUP_SIZE: args.device.adapter.software ? 4 : 64, ROWS_PER_GROUP: 1, RELU: args.relu ? 1 : 0 },
    buffers: { x: args.x, y: args.y, norm: args.weight.buffer },
    params: {
      rows: args.rows,
      first_row: args.firstRow ?? 0,
      in_dim: args.dim,
      in4,
      eps: args.weight.eps,
      out_row4: args.place ? args.place.rowStride / 4 : in4,
      out_start4: (args.place?.offset ?? 0) / 4,
    },
    workgroups: lineGrid(args.rows),
    cost: { flops: args.rows * args.dim * 8, bytes: args.rows * in4 * 4 * 6 },
  });
}
