import invocation from '../../shaders/lib/invocation.wgsl?raw';
import source from '../../shaders/norm_sums.wgsl?raw';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { type LinearWeight, weightAxis, weightChoice } from './weight.ts';

/** What a LayerNorm before a product needs of its matrix: see the WGSL. */
export const normSumsKernel = defineKernel({
  name: 'norm_sums',
  wgsl: [invocation, source],
  axes: { weight: weightAxis },
  bindings: { norm: 'read_write', weight: 'read' },
  params: { in4: 'u32', rows4: 'u32', first_row4: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/** Bytes behind a LayerNorm's gamma and beta for the sums of a matrix of so many rows, padded to whole fours: two f32 a row. */
export const normSumsBytes = (storedRows: number): number => storedRows * 8;

/** Devices whose kernels read the sums: elsewhere no LayerNorm is fused, and nobody makes them. */
export const usesNormSums = ({ adapter }: DeviceInfo): boolean => !adapter.software;

/** Writes Σ w·gamma and Σ w·beta of each row of W, as it is kept, behind the gamma and beta in `norm`: a dispatch for each part. */
export const normSums = (device: DeviceInfo, label: string, norm: GPUBuffer, weight: LinearWeight): KernelCall[] =>
  weight.parts.map((part) =>
    callKernel(normSumsKernel, {
      label,
      choice: { weight: weightChoice(weight.format, device) },
      overrides: { WORKGROUP_SIZE: 64 },
      buffers: { norm, weight: part.buffer },
      params: { in4: Math.ceil(weight.inDim / 4), rows4: part.rows / 4, first_row4: part.firstRow / 4 },
      workgroups: lineGrid(part.rows / 4),
    }),
  );
