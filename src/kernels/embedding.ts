import source from '../../shaders/embedding.wgsl?raw';
import sequences from '../../shaders/lib/sequences.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { type LinearWeight, weightAxis, weightChoice } from './weight.ts';

export const embeddingKernel = defineKernel({
  name: 'embedding',
  wgsl: [invocation, sequences, source],
  axes: { weight: weightAxis },
  bindings: { tokens: 'read', weight: 'read', state: 'read', y: 'read_write' },
  params: { rows: 'u32', in4: 'u32', first_row: 'u32', part_rows: 'u32', rows_each: 'u32', token_stride: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/**
 * y[r] = W[token of row r], `rows` of each sequence: a dispatch for each part of the vocabulary.
 * `tokens`: u32 [slots, tokenStride] by position; `state`: a record for each sequence (sequences.ts); `y`: f32 [sequences · rows,
 * hidden padded to 4].
 */
export function embedding(args: {
  readonly label: string;
  readonly device: DeviceInfo;
  readonly weight: LinearWeight;
  readonly tokens: GPUBuffer;
  readonly state: GPUBuffer;
  readonly y: GPUBuffer;
  /** Of each sequence. */
  readonly rows: number;
  /** Default 1. */
  readonly sequences?: number;
  /** Words between the tokens of two slots; default 0, for the first slot alone. */
  readonly tokenStride?: number;
}): KernelCall[] {
  const rows = args.rows * (args.sequences ?? 1);
  const in4 = Math.ceil(args.weight.inDim / 4);
  return args.weight.parts.map((part) =>
    callKernel(embeddingKernel, {
      label: args.label,
      choice: { weight: weightChoice(args.weight.format, args.device) },
      overrides: { WORKGROUP_SIZE: 64 },
      buffers: { tokens: args.tokens, weight: part.buffer, state: args.state, y: args.y },
      params: {
        rows,
        in4,
        first_row: part.firstRow,
        part_rows: part.rows,
        rows_each: args.rows,
        token_stride: args.tokenStride ?? 0,
      },
      workgroups: lineGrid(Math.ceil((rows * in4) / 64)),
      cost: { flops: 0, bytes: rows * in4 * 4 * 6 },
    }),
  );
}
