import weightF16 from '../../shaders/lib/weight_f16.wgsl?raw';
import weightF16Packed from '../../shaders/lib/weight_f16_packed.wgsl?raw';
import weightF32 from '../../shaders/lib/weight_f32.wgsl?raw';
import type { WeightFormat } from '../core/dtype.ts';
import type { DeviceInfo } from '../gpu/device.ts';

/** Rows `firstRow … firstRow + rows` of a weight, in a buffer of their own: a binding has a largest size. */
export interface WeightPart {
  readonly buffer: GPUBuffer;
  /** Multiples of 4 (8 where gate and up alternate), but for the last part's `rows`. */
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * W of `x · Wᵀ` on the GPU, [outDim, inDim]. Rows of `ceil(inDim / 4)` vec4s; rows padded to a multiple of 4; all padding
 * is zero. A gated weight has 2·outDim rows: 4 of gate, then 4 of up, and so on.
 */
export interface LinearWeight {
  readonly format: WeightFormat;
  readonly inDim: number;
  readonly outDim: number;
  readonly gated: boolean;
  readonly parts: readonly WeightPart[];
}

/** How a kernel reads the weight: by format, and for f16 by whether the device has shader-f16. */
export const weightAxis = { f32: [weightF32], f16: [weightF16], f16Packed: [weightF16Packed] } as const;

export const weightChoice = (format: WeightFormat, device: DeviceInfo): keyof typeof weightAxis =>
  format === 'f16' && !device.features.f16 ? 'f16Packed' : format;

export const weightFormatBytes: Readonly<Record<WeightFormat, number>> = { f32: 4, f16: 2 };
