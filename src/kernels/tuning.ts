import invocation from '../../shaders/lib/invocation.wgsl?raw';
import compareSource from '../../shaders/tune_compare.wgsl?raw';
import fillSource from '../../shaders/tune_fill.wgsl?raw';
import { type BufferSlice, callKernel, defineKernel, type KernelCall, lineGrid, type Operand } from '../gpu/kernel.ts';

/** Seeded numbers, or NaN: see the WGSL. */
export const tuneFill = defineKernel({
  name: 'tune_fill',
  wgsl: [invocation, fillSource],
  axes: {},
  bindings: { words: 'read_write' },
  params: { vec4s: 'u32', columns: 'u32', halves: 'u32', poison: 'u32', seed: 'u32', amplitude: 'f32' },
  overrides: ['WORKGROUP_SIZE'],
});

/** The largest difference of two buffers, and the largest number: see the WGSL. */
export const tuneCompare = defineKernel({
  name: 'tune_compare',
  wgsl: [invocation, compareSource],
  axes: {},
  bindings: { got: 'read', want: 'read', verdict: 'read_write' },
  params: { vec4s: 'u32', halves: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

const workgroupSize = 64;
/** Enough workgroups for any GPU; each walks on from there. */
const mostCompareGroups = 512;

/** Bytes that a kernel sees of an operand. */
export const operandBytes = ({ buffer }: Pick<Operand, 'buffer'>): number =>
  'buffer' in buffer ? (buffer.size ?? buffer.buffer.size - (buffer.offset ?? 0)) : buffer.size;

const vec4sOf = (operand: Operand): number => Math.floor(operandBytes(operand) / 16);
const halvesOf = ({ element }: Operand): number => (element === 'f16' ? 1 : 0);

function fill(
  operand: Operand,
  params: { readonly poison: number; readonly seed: number; readonly amplitude: number },
): KernelCall {
  const vec4s = vec4sOf(operand);
  return callKernel(tuneFill, {
    choice: {},
    overrides: { WORKGROUP_SIZE: workgroupSize },
    buffers: { words: operand.buffer },
    params: { vec4s, columns: operand.columns, halves: halvesOf(operand), ...params },
    workgroups: lineGrid(Math.ceil(vec4s / workgroupSize)),
  });
}

/** Numbers in ±amplitude in all rows, zeros in the padding. */
export const fillSeeded = (operand: Operand, seed: number, amplitude: number): KernelCall =>
  fill(operand, { poison: 0, seed, amplitude });

/** NaN everywhere: an element that nobody writes shows. */
export const fillPoison = (operand: Operand): KernelCall => fill(operand, { poison: 1, seed: 0, amplitude: 0 });

/** Into `verdict`, two words that were zero: the largest difference from `want`, and the largest number in it. */
export function compareWith(operand: Operand, want: GPUBuffer, verdict: GPUBuffer | BufferSlice): KernelCall {
  const vec4s = vec4sOf(operand);
  return callKernel(tuneCompare, {
    choice: {},
    overrides: { WORKGROUP_SIZE: workgroupSize },
    buffers: { got: operand.buffer, want, verdict },
    params: { vec4s, halves: halvesOf(operand) },
    workgroups: [Math.min(mostCompareGroups, Math.ceil(vec4s / workgroupSize)), 1, 1],
  });
}
