import invocation from '../../shaders/lib/invocation.wgsl?raw';
import source from '../../shaders/mean_rows.wgsl?raw';
import { type ElementType, elementBytes } from '../core/dtype.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { elementAxis } from './wgslParts.ts';

export const meanRowsKernel = defineKernel({
  name: 'mean_rows',
  wgsl: [invocation, source],
  axes: { element: elementAxis },
  bindings: { x: 'read', y: 'read_write' },
  params: { rows: 'u32', in4: 'u32', group: 'u32', period: 'u32', first_row: 'u32', out_row: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/** y[outRow + r] = mean of the `group` rows of x from firstRow + (r mod period) · group on. Rows are dim padded to 4. */
export function meanRows(args: {
  readonly label: string;
  readonly element: ElementType;
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  /** Rows of y. */
  readonly rows: number;
  readonly dim: number;
  readonly group: number;
  /** Default: x does not begin again. */
  readonly period?: number;
  /** Of x. Default 0. */
  readonly firstRow?: number;
  /** Of y. Default 0. */
  readonly outRow?: number;
}): KernelCall {
  const in4 = Math.ceil(args.dim / 4);
  const { rows, group } = args;
  return callKernel(meanRowsKernel, {
    label: args.label,
    choice: { element: args.element },
    overrides: { WORKGROUP_SIZE: 64 },
    buffers: { x: args.x, y: args.y },
    params: {
      rows,
      in4,
      group,
      period: args.period ?? rows,
      first_row: args.firstRow ?? 0,
      out_row: args.outRow ?? 0,
    },
    workgroups: lineGrid(Math.ceil((rows * in4) / 64)),
    cost: { flops: rows * group * args.dim, bytes: rows * (group + 1) * in4 * 4 * elementBytes[args.element] },
  });
}
