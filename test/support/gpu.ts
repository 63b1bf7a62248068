import { afterAll } from 'vitest';
import { GpuContext } from '../../src/gpu/context.ts';
import { type FeatureOptions, requestDevice, type Tier } from '../../src/gpu/device.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';

/** How to force a strong adapter down to each tier. */
export const tierSwitches: Readonly<Record<'baseline' | 'f16' | 'subgroups', FeatureOptions>> = {
  baseline: { f16: false, subgroups: false, subgroupMatrix: false },
  f16: { subgroups: false, subgroupMatrix: false },
  subgroups: { subgroupMatrix: false },
};
export type TestTier = keyof typeof tierSwitches;

const inNode = typeof process !== 'undefined' && Boolean(process.versions?.node);
const gpuRequired = inNode && process.env['REQUIRE_GPU'] === '1';

/** The browser's GPU, or Dawn in Node. The object must stay referenced: Dawn dies with it. */
export const testGpu: GPU | undefined = await findGpu();

async function findGpu(): Promise<GPU | undefined> {
  if (!inNode) return navigator.gpu;
  return (await import('./dawn.ts')).createDawn();
}

/**
 * The tiers that this machine's adapter can show: baseline everywhere, f16 and subgroups where it has them. With
 * REQUIRE_GPU=1 (CI) Dawn in Node must show all three; without an adapter at all the list is empty and says so.
 */
export const testTiers: readonly TestTier[] = await findTiers();

async function findTiers(): Promise<TestTier[]> {
  const adapter = await testGpu?.requestAdapter();
  if (!adapter) {
    if (gpuRequired || !inNode) throw new Error('No WebGPU adapter, and these tests must not be skipped here.');
    console.warn(
      'NOTICE: no Vulkan adapter for Dawn in Node: GPU tests are skipped here (REQUIRE_GPU=1 makes this a failure).',
    );
    return [];
  }
  const tiers: TestTier[] = ['baseline'];
  const f16 = adapter.features.has('shader-f16');
  const subgroups = adapter.features.has('subgroups');
  if (f16) tiers.push('f16');
  // A device with subgroups but without f16 (SwiftShader) runs the subgroup kernels with f32 activations.
  if (subgroups) tiers.push('subgroups');
  if (gpuRequired && tiers.length < 3)
    throw new Error(`Adapter shows only the tiers ${tiers.join(', ')}; CI wants all three.`);
  return tiers;
}

/**
 * The weakest and the strongest, for what is put together of kernels: they differ from tier f16 in the type of activations or in how
 * lanes are summed, which know nothing of each other. The kernels themselves and the goldens run in all tiers.
 */
export const outerTiers: readonly TestTier[] = testTiers.filter((tier) => tier !== 'f16' || testTiers.at(-1) === tier);

const open: GpuContext[] = [];

/** A device of the tier. Its error scopes and uncaptured errors fail the test; destroyed at the end of the file. */
export async function openGpu(tier: TestTier): Promise<GpuContext> {
  const { device, info } = await requestDevice(testGpu, { features: tierSwitches[tier] });
  device.addEventListener('uncapturederror', (event) => {
    throw new Error(`Uncaptured GPU error: ${event.error.message}`);
  });
  const gpu = new GpuContext(device, info);
  open.push(gpu);
  return gpu;
}

afterAll(() => {
  for (const gpu of open.splice(0)) gpu.destroy();
});

export const expectedTier = (gpu: GpuContext): Tier => gpu.info.tier;

/** A storage buffer with these contents. */
export function upload(
  gpu: GpuContext,
  data: Float32Array | Uint32Array | Uint16Array | Uint8Array,
  minBytes = 16,
): GPUBuffer {
  const bytes = new Uint8Array(Math.max(minBytes, Math.ceil(data.byteLength / 16) * 16));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const buffer = gpu.device.createBuffer({ size: bytes.byteLength, usage: 0x80 | 0x04 | 0x08 });
  gpu.device.queue.writeBuffer(buffer, 0, bytes);
  return buffer;
}

/** A storage buffer full of NaN (f32 and f16 alike), so that an element nobody wrote shows. */
export function poisoned(gpu: GpuContext, bytes: number): GPUBuffer {
  return upload(gpu, new Uint32Array(Math.ceil(bytes / 4)).fill(0x7fc07fc0));
}

/** Activations as the element type keeps them. */
export function uploadElements(gpu: GpuContext, data: ArrayLike<number>, element: 'f32' | 'f16'): GPUBuffer {
  return upload(gpu, element === 'f32' ? Float32Array.from(data) : Uint16Array.from(data, numberToFloat16));
}

export async function download(
  gpu: GpuContext,
  buffer: GPUBuffer,
  count: number,
  element: 'f32' | 'f16' = 'f32',
): Promise<Float64Array> {
  const bytes = Math.ceil((count * (element === 'f32' ? 4 : 2)) / 4) * 4;
  const data = await gpu.read(buffer, 0, bytes);
  if (element === 'f32') return Float64Array.from(new Float32Array(data).subarray(0, count));
  return Float64Array.from(new Uint16Array(data).subarray(0, count), float16ToNumber);
}

/** What a number becomes when kept in the element type: inputs of references must be what the GPU really got. */
export const rounded = (data: ArrayLike<number>, element: 'f32' | 'f16'): Float64Array =>
  Float64Array.from(data, (value) =>
    element === 'f32' ? Math.fround(value) : float16ToNumber(numberToFloat16(value)),
  );

/** Runs the calls once, as one plan, and waits. */
export async function runCalls(gpu: GpuContext, calls: readonly KernelCall[]): Promise<void> {
  const plan = await buildPlan(gpu, calls, 'test');
  await gpu.submit('test', (encoder) => plan.encode(encoder));
  await gpu.settle();
  plan.dispose();
}
