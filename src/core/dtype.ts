/** Element types that a checkpoint may hold. */
export type CheckpointDtype = 'F32' | 'F16' | 'BF16';
/** What the weights are kept as on the GPU. */
export const weightFormats = ['f32', 'f16', 'int8', 'int4'] as const;
export type WeightFormat = (typeof weightFormats)[number];
/** What activations between kernels are kept as; the residual stream is always f32. */
export type ElementType = 'f32' | 'f16';

export const checkpointDtypeBytes: Readonly<Record<CheckpointDtype, number>> = { F32: 4, F16: 2, BF16: 2 };
export const elementBytes: Readonly<Record<ElementType, number>> = { f32: 4, f16: 2 };
