import { GpuContext } from '../gpu/context.ts';
import { type DeviceFeatures, type DeviceInfo, kernelFamilies, type KernelFamily, tierOf } from '../gpu/device.ts';
import { wrongKernels } from '../kernels/selfTest.ts';
import { adapterKey } from './tune/kernelChoices.ts';
import { shaderHash } from './tune/shaderHash.ts';
import type { TuneStore } from './tune/tuneStore.ts';

/** A step down: a feature that stays unused from then on, or kernels that others stand in for. */
export interface StepDown {
  readonly what: 'subgroup-matrix' | 'subgroups' | 'f16' | KernelFamily;
  readonly reason: string;
}

/** In the order in which they are tried: what costs least first. */
const stepNames: readonly StepDown['what'][] = ['subgroup-matrix', 'subgroups', 'f16', ...kernelFamilies];

export interface SelfTested {
  readonly info: DeviceInfo;
  readonly steps: readonly StepDown[];
  /** Kernels that stay wrong: nothing is left that could stand in for them. */
  readonly hopeless: readonly KernelFamily[];
}

/**
 * Runs the kernels that this device's rules choose against float64 and steps down until they are right: without matrix
 * units, without subgroups, without f16, with the kernels that CPU adapters use; a step that mends nothing is not taken. What was found out is kept
 * by adapter, features, browser and shaders; only the first engine there takes the time.
 * @throws EngineError device-lost, out-of-memory
 */
export async function selfTest(device: GPUDevice, info: DeviceInfo, store?: TuneStore): Promise<SelfTested> {
  const key = `self-test ${adapterKey(info)} ${typeof navigator === 'undefined' ? '' : navigator.userAgent}`;
  const shaders = shaderHash();
  const known = await store?.get(key).catch(() => undefined);
  if (isRemembered(known) && known.shaders === shaders)
    return { info: known.steps.reduce(stepped, info), steps: known.steps, hopeless: [] };
  const tested = await stepDown(device, info);
  // What nothing could mend is tried again: the next driver may do better.
  if (tested.hopeless.length === 0) await store?.set(key, { shaders, steps: tested.steps }).catch(() => undefined);
  return tested;
}

async function stepDown(device: GPUDevice, start: DeviceInfo): Promise<SelfTested> {
  let info = start;
  let wrong = await wrongOn(device, info);
  const steps: StepDown[] = [];
  for (const what of stepNames) {
    if (wrong.length === 0) break;
    if (!mayMend(what, info, wrong)) continue;
    const step = { what, reason: `wrong results of ${wrong.join(', ')} on this device` };
    const next = stepped(info, step);
    const still = await wrongOn(device, next);
    if (still.length >= wrong.length) continue;
    steps.push(step);
    info = next;
    wrong = still;
  }
  return { info, steps, hopeless: wrong };
}

function mayMend(what: StepDown['what'], { features }: DeviceInfo, wrong: readonly KernelFamily[]): boolean {
  if (what === 'subgroup-matrix') return features.subgroupMatrix;
  return what === 'subgroups' || what === 'f16' ? features[what] : wrong.includes(what);
}

/** In a context of its own, whose buffers go with it. */
async function wrongOn(device: GPUDevice, info: DeviceInfo): Promise<KernelFamily[]> {
  const context = new GpuContext(device, info);
  try {
    return await wrongKernels(context);
  } finally {
    context.pool.destroy();
  }
}

/** The device after a step down. */
function stepped(info: DeviceInfo, { what }: StepDown): DeviceInfo {
  if (what === 'subgroup-matrix') return without(info, { subgroupMatrix: false });
  if (what === 'subgroups') return without(info, { subgroups: false, subgroupMatrix: false });
  if (what === 'f16') return without(info, { f16: false, subgroupMatrix: false });
  return { ...info, avoided: [...(info.avoided ?? []), what] };
}

export function without(info: DeviceInfo, off: Partial<DeviceFeatures>): DeviceInfo {
  const { matrixSyntax, ...rest } = info;
  const features = { ...info.features, ...off };
  const units = features.subgroupMatrix && matrixSyntax ? { matrixSyntax } : {};
  return { ...rest, ...units, features, tier: tierOf(features) };
}

interface Remembered {
  readonly shaders: string;
  readonly steps: readonly StepDown[];
}

const isRemembered = (value: unknown): value is Remembered =>
  isRecord(value) &&
  typeof value['shaders'] === 'string' &&
  Array.isArray(value['steps']) &&
  value['steps'].every(
    (step) => isRecord(step) && stepNames.some((name) => name === step['what']) && typeof step['reason'] === 'string',
  );

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
