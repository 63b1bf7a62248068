import { EngineError } from '../core/errors.ts';

/** The highest step of which a device has every feature, weakest first; `features` says each one by itself. */
export type Tier = 'baseline' | 'f16' | 'subgroups' | 'subgroup-matrix';

/** What an app may switch off (`false` keeps a feature unused although the device has it). */
export interface FeatureOptions {
  readonly f16?: boolean;
  readonly subgroups?: boolean;
  readonly subgroupMatrix?: boolean;
}

export interface DeviceFeatures {
  readonly f16: boolean;
  readonly subgroups: boolean;
  readonly subgroupMatrix: boolean;
  readonly timestamps: boolean;
  /** WGSL's dot4I8Packed: products of four bytes in one instruction, where the hardware has it. */
  readonly integerDot: boolean;
}

/** How WGSL writes the loads of subgroup matrices: with template parameters since August 2026, before with booleans. */
export type MatrixSyntax = 'templates' | 'booleans';

/** Kernels that the start-up self-test tells apart. */
export const kernelFamilies = [
  'norm',
  'vector product',
  'tiled product',
  'int8 product',
  'decode attention',
  'prefill attention',
] as const;
export type KernelFamily = (typeof kernelFamilies)[number];

/** One line of the negotiation: what was asked for and why. */
export interface Negotiated {
  readonly name: string;
  readonly value: number | boolean;
  readonly reason: string;
}

export interface DeviceInfo {
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** A CPU pretends to be a GPU (SwiftShader, lavapipe). */
    readonly software: boolean;
  };
  readonly features: DeviceFeatures;
  readonly limits: Readonly<Record<(typeof wantedLimits)[number]['name'], number>>;
  readonly tier: Tier;
  readonly subgroupSize: readonly [min: number, max: number];
  /** The one that was found to work here; none: no kernel uses matrix units. */
  readonly matrixSyntax?: MatrixSyntax;
  /** Kernels that gave wrong results here (kernels/selfTest.ts): others stand in for them. */
  readonly avoided?: readonly KernelFamily[];
  readonly negotiation: readonly Negotiated[];
}

export const avoids = ({ avoided }: DeviceInfo, family: KernelFamily): boolean => avoided?.includes(family) ?? false;

const matrixFeature = 'chromium-experimental-subgroup-matrix';

/** Limits taken up to what the adapter has (never above `cap`), each with its one reason. */
const wantedLimits = [
  { name: 'maxBufferSize', cap: 2 ** 32, reason: 'a weight matrix or a KV cache is one buffer' },
  { name: 'maxStorageBufferBindingSize', cap: 2 ** 32, reason: 'a matrix over this is split into several bindings' },
  { name: 'maxComputeWorkgroupStorageSize', cap: 49152, reason: 'tiles of matmul and attention' },
  { name: 'maxComputeInvocationsPerWorkgroup', cap: 256, reason: 'no kernel uses more invocations' },
  { name: 'maxComputeWorkgroupSizeX', cap: 256, reason: 'workgroups are one-dimensional' },
  { name: 'maxStorageBuffersPerShaderStage', cap: 10, reason: 'linear with fused norm, bias and residual' },
] as const;

/** WebGPU's guaranteed minimum for the limits above: what the baseline tier runs in. */
const defaultLimits: Readonly<Record<string, number>> = {
  maxBufferSize: 268_435_456,
  maxStorageBufferBindingSize: 134_217_728,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxStorageBuffersPerShaderStage: 8,
};

/**
 * Asks for an adapter and a device.
 * With `features: { f16: false, subgroups: false }` the device is the baseline tier's: default limits too, so that a
 * strong machine shows what the weakest one does.
 * @throws EngineError webgpu-unavailable, adapter-unavailable
 */
export async function requestDevice(
  gpu: GPU | undefined,
  options: { readonly features?: FeatureOptions; readonly powerPreference?: GPUPowerPreference },
): Promise<{ readonly device: GPUDevice; readonly info: DeviceInfo }> {
  if (!gpu) {
    throw new EngineError(
      'webgpu-unavailable',
      'This environment has no WebGPU (navigator.gpu is missing).',
      'Use Chrome or Edge 113+, Safari 26+ or Firefox 141+, over https or localhost; in Node pass `gpu`.',
    );
  }
  const adapter = await gpu.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' });
  if (!adapter) {
    throw new EngineError(
      'adapter-unavailable',
      'WebGPU is here but gives no adapter.',
      'Enable hardware acceleration in the browser settings, or update the graphics driver.',
    );
  }
  const switches = options.features ?? {};
  const features: DeviceFeatures = {
    f16: switches.f16 !== false && adapter.features.has('shader-f16'),
    subgroups: switches.subgroups !== false && adapter.features.has('subgroups'),
    subgroupMatrix:
      switches.subgroupMatrix !== false &&
      switches.subgroups !== false &&
      adapter.features.has(matrixFeature) &&
      multipliesHalves(adapter.info),
    timestamps: adapter.features.has('timestamp-query'),
    integerDot: gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product') ?? false,
  };
  const forcedBaseline = switches.f16 === false && switches.subgroups === false;
  const limits = chooseLimits(adapter.limits, forcedBaseline);
  const descriptor = { label: 'halftone', requiredFeatures: featureNames(features), requiredLimits: limits };
  const device = await adapter.requestDevice(descriptor).catch((error: unknown) => {
    throw new EngineError(
      'adapter-unavailable',
      `The adapter gives no device: ${String(error)}.`,
      'Update the graphics driver, or restart the browser.',
      error,
    );
  });
  return { device, info: describe(adapter, features, limits, switches) };
}

/** Whether matrix units multiply 16 × 16 halves with sums in f32; where the browser does not list its units, the probe finds out. */
function multipliesHalves(info: GPUAdapterInfo): boolean {
  const { subgroupMatrixConfigs } = info as { subgroupMatrixConfigs?: Iterable<Readonly<Record<string, unknown>>> };
  if (!subgroupMatrixConfigs) return true;
  const wanted = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
  return [...subgroupMatrixConfigs].some((config) =>
    Object.entries(wanted).every(([name, value]) => config[name] === value),
  );
}

function featureNames(features: DeviceFeatures): GPUFeatureName[] {
  const names: string[] = [];
  if (features.f16) names.push('shader-f16');
  if (features.subgroups) names.push('subgroups');
  if (features.subgroupMatrix) names.push(matrixFeature);
  if (features.timestamps) names.push('timestamp-query');
  return names as GPUFeatureName[];
}

function chooseLimits(available: GPUSupportedLimits, forcedBaseline: boolean): DeviceInfo['limits'] {
  const chosen = wantedLimits.map(({ name, cap }) => {
    const most = Math.min(available[name], cap);
    return [name, forcedBaseline ? Math.min(most, defaultLimits[name] ?? most) : most] as const;
  });
  return Object.fromEntries(chosen) as DeviceInfo['limits'];
}

/** The highest tier of which every feature is there. */
export function tierOf(features: DeviceFeatures): Tier {
  if (!features.f16) return 'baseline';
  if (!features.subgroups) return 'f16';
  return features.subgroupMatrix ? 'subgroup-matrix' : 'subgroups';
}

/** Whether shaders become code for a CPU, whatever rules the device is under. */
export const compilesForCpu = (info: {
  readonly adapter: Pick<DeviceInfo['adapter'], 'architecture' | 'device' | 'description'>;
}): boolean =>
  /swiftshader|llvmpipe|lavapipe|software/i.test(
    `${info.adapter.architecture} ${info.adapter.device} ${info.adapter.description}`,
  );

/**
 * Whether products of four bytes are worth taking: `dot4I8Packed` is there wherever WGSL has it, but Apple's GPUs have no instruction
 * for it, and Metal gets it written out (llama.cpp leaves its integer products alone there).
 */
export const multipliesBytes = ({ adapter, features }: Pick<DeviceInfo, 'adapter' | 'features'>): boolean =>
  features.integerDot && !/apple/i.test(adapter.vendor);

/** Whether a CPU adapter runs four invocations as a subgroup (SwiftShader), so that a quad's swaps are single instructions. */
export const runsInQuads = ({ adapter, features, subgroupSize }: DeviceInfo): boolean =>
  adapter.software && features.subgroups && subgroupSize[0] === 4 && subgroupSize[1] === 4;

function describe(
  adapter: GPUAdapter,
  features: DeviceFeatures,
  limits: DeviceInfo['limits'],
  switches: FeatureOptions,
): DeviceInfo {
  const { vendor, architecture, device, description } = adapter.info;
  const subgroupInfo = adapter.info as {
    subgroupMinSize?: number;
    subgroupMaxSize?: number;
    isFallbackAdapter?: boolean;
  };
  const names = { vendor, architecture, device, description };
  const software = subgroupInfo.isFallbackAdapter === true || compilesForCpu({ adapter: names });
  const why = (has: boolean, asked: boolean | undefined, use: string): string =>
    has ? use : asked === false ? 'switched off by the features option' : 'the adapter does not offer it';
  const negotiation: Negotiated[] = [
    {
      name: 'shader-f16',
      value: features.f16,
      reason: why(features.f16, switches.f16, 'weights and activations in half the bytes'),
    },
    {
      name: 'subgroups',
      value: features.subgroups,
      reason: why(features.subgroups, switches.subgroups, 'reductions without shared memory'),
    },
    {
      name: 'subgroup-matrix',
      value: features.subgroupMatrix,
      reason: why(features.subgroupMatrix, switches.subgroupMatrix, 'products of many rows in f16, int8 and int4'),
    },
    {
      name: 'timestamp-query',
      value: features.timestamps,
      reason: why(features.timestamps, undefined, 'GPU time by kernel in metrics()'),
    },
    {
      name: 'packed_4x8_integer_dot_product',
      value: features.integerDot,
      reason: features.integerDot
        ? 'int8 activations in the matrix products of int8 and int4'
        : 'the WGSL of this browser does not have it',
    },
    ...wantedLimits.map(({ name, reason }) => ({ name, value: limits[name], reason })),
  ];
  return {
    adapter: { ...names, software },
    features,
    limits,
    tier: tierOf(features),
    subgroupSize: [subgroupInfo.subgroupMinSize ?? 4, subgroupInfo.subgroupMaxSize ?? 128],
    negotiation,
  };
}
