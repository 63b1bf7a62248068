import type * as Ort from 'onnxruntime-web';
import type { BenchCase, BenchPrecision, CaseResult } from './protocol.ts';

type OrtModule = typeof Ort;

let loaded: Promise<OrtModule> | undefined;

/** The build that scripts/bench serves; its WebAssembly lies beside it. */
function loadOrt(build: 'jspi' | 'asyncify'): Promise<OrtModule> {
  const file = build === 'jspi' ? 'ort.jspi.bundle.min.mjs' : 'ort.webgpu.bundle.min.mjs';
  loaded ??= import(/* @vite-ignore */ new URL(`/ort/${file}`, location.href).href).then((module: OrtModule) => {
    // Kernels run on the GPU; threads of the CPU backend would only wait.
    module.env.wasm.numThreads = 1;
    module.env.logLevel = 'error';
    module.env.webgpu.powerPreference = 'high-performance';
    return module;
  });
  return loaded;
}

/** The graph's mode: quantised weights with the activations that the device has. */
export const peerMode = (precision: BenchPrecision, f16: boolean): string =>
  precision.startsWith('int') && !f16 ? `${precision}-f32` : precision;

const modeElement = (mode: string): 'float32' | 'float16' =>
  mode === 'f32' || mode.endsWith('-f32') ? 'float32' : 'float16';

/** How the peer is set up: of every case. */
export type PeerSetup = Pick<BenchCase, 'ortBuild' | 'peerSubgroups'>;

let withoutSubgroups: Promise<GPUDevice> | undefined;

/** A device with all that the adapter has but subgroups, for the peer: it takes one device for the whole page. */
function plainDevice(): Promise<GPUDevice> {
  withoutSubgroups ??= (async () => {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('There is no adapter.');
    const requiredFeatures = ([...adapter.features] as GPUFeatureName[]).filter((name) => !name.includes('subgroup'));
    const requiredLimits: Record<string, number> = {};
    for (const name of limitNames) requiredLimits[name] = adapter.limits[name];
    return adapter.requestDevice({ requiredFeatures, requiredLimits });
  })();
  return withoutSubgroups;
}

const limitNames = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxStorageBuffersPerShaderStage',
] as const;

interface Prepared {
  readonly kept: boolean;
  readonly bytes: number;
  readonly files: Readonly<Record<string, number>>;
}

/** Has the server make a folder's files before they are asked for, where it has the memory. */
export async function prepare(folder: string): Promise<Prepared> {
  const response = await fetch(`/prepare/${folder}/`, { method: 'POST' });
  if (!response.ok) throw new Error(`${folder}: ${await response.text()}`);
  return (await response.json()) as Prepared;
}

export const releasePrepared = (): Promise<unknown> => fetch('/release/', { method: 'POST' });

/** A session of onnxruntime-web on WebGPU. */
export class PeerSession {
  readonly ort: OrtModule;
  readonly session: Ort.InferenceSession;
  readonly element: 'float32' | 'float16';
  readonly device: GPUDevice;

  private constructor(
    ort: OrtModule,
    session: Ort.InferenceSession,
    element: 'float32' | 'float16',
    device: GPUDevice,
  ) {
    this.device = device;
    this.ort = ort;
    this.session = session;
    this.element = element;
  }

  /** `graph` as scripts/bench/onnxGraphs.mjs names it. Nothing may fall back to the CPU. */
  static async load(
    setup: PeerSetup,
    graph: string,
    mode: string,
    files: readonly string[],
    options: Ort.InferenceSession.SessionOptions = {},
  ): Promise<PeerSession> {
    const ort = await loadOrt(setup.ortBuild);
    const device = setup.peerSubgroups ? undefined : await plainDevice();
    const folder = new URL(`/onnx/${graph}/${mode}/`, location.href).href;
    const model = new Uint8Array(await (await fetch(`${folder}model.onnx`)).arrayBuffer());
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [{ name: 'webgpu', validationMode: 'wgpuOnly', ...(device && { device }) }],
      externalData: files.filter((name) => name !== 'model.onnx').map((path) => ({ path, data: `${folder}${path}` })),
      logSeverityLevel: 3,
      extra: { session: { disable_cpu_ep_fallback: '1' } },
      ...options,
    });
    return new PeerSession(ort, session, modeElement(mode), device ?? (await ort.env.webgpu.device));
  }

  /** A tensor on the CPU in the session's element type. */
  tensor(values: Float32Array, dims: readonly number[]): Ort.Tensor {
    if (this.element === 'float32') return new this.ort.Tensor('float32', values, dims);
    return new this.ort.Tensor('float16', new Float16Array(values) as unknown as Uint16Array, dims);
  }

  /** Runs with one input and reads its one output back. */
  async run(input: Ort.Tensor): Promise<Ort.Tensor> {
    const { y } = await this.session.run({ x: input });
    if (!y) throw new Error('The session has no output y.');
    return y;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** A tensor's values in f32. */
export function tensorFloats(tensor: Ort.Tensor): Float32Array {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (ArrayBuffer.isView(data)) {
    return Float32Array.from(new Float16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2));
  }
  throw new TypeError(`A tensor of ${tensor.type} has no floats.`);
}

/** Why the peer does not take part. */
export const peerProblem = (error: unknown): Pick<CaseResult, 'peerUnavailable'> => ({
  peerUnavailable: error instanceof Error ? error.message : String(error),
});
