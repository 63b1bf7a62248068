import source from '../../shaders/embedding.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { type LinearWeight, weightAxis, weightChoice } from './weight.ts';

export const embeddingKernel = defineKernel({
  name: 'embedding',
  wgsl: [invocation, source],
  axes: { weight: weightAxis },
  bindings: { tokens: 'read', weight: 'read', state: 'read', y: 'read_write' },
  params: { rows: 'u32', in4: 'u32', first_row: 'u32', part_rows: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/**
 * y[r] = W[tokens[position + r]]: a dispatch for each part of the vocabulary.
 * `tokens`: u32 by position; `state`: u32, [0] = position; `y`: f32 [rows, hidden padded to 4].
 */
export function embedding(args: {
  readonly label: string;
  readonly device: DeviceInfo;
  readonly weight: LinearWeight;
  readonly tokens: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
  readonly rows: number;
}): KernelCall[] {
  const in4 = Math.ceil(args.weight.inDim / 4);
  return args.weight.parts.map((part) =>
    callKernel(embeddingKernel, {
      label: args.label,
      choice: { weight: weightChoice(args.weight.format, args.device) },
      overrides: { WORKGROUP_SIZE: 64 },
      buffers: { tokens: args.tokens, weight: part.buffer, state: args.state, y: args.y },
      params: { rows: args.rows, in4, first_row: part.firstRow, part_rows: part.rows },
      workgroups: lineGrid(Math.ceil((args.rows * in4) / 64)),
      cost: { flops: 0, bytes: args.rows * in4 * 4 * 6 },
    }),
  );
}
