import weightF16 from '../../shaders/lib/weight_f16.wgsl?raw';
import weightF16Packed from '../../shaders/lib/weight_f16_packed.wgsl?raw';
import weightF32 from '../../shaders/lib/weight_f32.wgsl?raw';
import weightInt4 from '../../shaders/lib/weight_int4.wgsl?raw';
import weightInt8 from '../../shaders/lib/weight_int8.wgsl?raw';
import type { WeightFormat } from '../core/dtype.ts';
import { roundUp } from '../core/shape.ts';
import type { DeviceInfo } from '../gpu/device.ts';

/** Rows `firstRow … firstRow + rows` of a weight, in a buffer of their own: a binding has a largest size. */
export interface WeightPart {
  readonly buffer: GPUBuffer;
  /** Multiples of 4 (8 where gate and up alternate), but for the last part's `rows`. */
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * W of `x · Wᵀ` on the GPU, [outDim, inDim]; rows padded to a multiple of 4; all padding is zero. A gated weight has
 * 2·outDim rows: 4 of gate, then 4 of up, and so on. How a row is stored, by format:
 *
 * f32, f16: ceil(inDim / 4) vec4s.
 *
 * int8, int4: in groups of 32 along k; `groups = ceil(inDim / 32)`. A row is its codes, then its scales, and a multiple of
 * 16 bytes, so that everything of a row follows from where it begins, also in a part, and that a vec4<u32> is always
 * consecutive k of one row: neighbouring lanes read neighbouring vec4s.
 *
 *     int8   codes: 2 vec4<u32> a group; a u32 has 4 consecutive k, lowest byte first; a code is −127 … 127.
 *            scales: an f16 a group, two in a u32, padded to a vec4; W = code · scale / 128.
 *     int4   codes: 1 vec4<u32> a group; a u32 has 8 consecutive k: byte b has k = b in its low half and k = 4 + b in its
 *            high half, so that one mask gives 4 neighbours; a code is 0 … 15.
 *            scales: a u32 a group, padded to a vec4: f16 scale below, f16 zero above; W = (code − zero) · scale / 16.
 *
 * The 128 and the 16 keep scales as large as the weights: subnormal halves, which some devices flush, are never stored.
 * Codes of columns past inDim mean exactly zero.
 */
export interface LinearWeight {
  readonly format: WeightFormat;
  readonly inDim: number;
  readonly outDim: number;
  readonly gated: boolean;
  readonly parts: readonly WeightPart[];
}

/** How a kernel reads the weight: by format, and for f16 by whether the device has shader-f16. */
export const weightAxis = {
  f32: [weightF32],
  f16: [weightF16],
  f16Packed: [weightF16Packed],
  int8: [weightInt8],
  int4: [weightInt4],
} as const;

export const weightChoice = (format: WeightFormat, device: DeviceInfo): keyof typeof weightAxis =>
  format === 'f16' && !device.features.f16 ? 'f16Packed' : format;

/** Elements along k that share a scale. */
export const groupSize = 32;

/** Bytes of a stored row; see LinearWeight. */
export function weightRowBytes(format: WeightFormat, inDim: number): number {
  const groups = Math.ceil(inDim / groupSize);
  switch (format) {
    case 'f32':
      return roundUp(inDim, 4) * 4;
    case 'f16':
      return roundUp(inDim, 4) * 2;
    case 'int8':
      return groups * 32 + roundUp(groups * 2, 16);
    case 'int4':
      return groups * 16 + roundUp(groups * 4, 16);
  }
}
