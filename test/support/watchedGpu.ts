import { testGpu } from './gpu.ts';

/** Calls of a device that take something or hand work over. */
const watched = [
  'createBuffer',
  'createTexture',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createShaderModule',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createQuerySet',
] as const;

export type DeviceCalls = Record<(typeof watched)[number] | 'submit' | 'dispatch' | 'wait', number>;

export interface WatchedGpu {
  readonly gpu: GPU;
  /** How often each was called so far. */
  readonly calls: DeviceCalls;
  /** Most compilations that were under way at once. */
  readonly mostCompiling: () => number;
  /** Most submits, with a buffer to be mapped, that had not been read yet. */
  readonly mostReading: () => number;
  /** Begins the two counts above anew. */
  readonly reset: () => void;
}

/**
 * The GPU object with devices that count what is asked of them. `hardware`: an adapter that calls itself a GPU, so that a CPU adapter
 * runs the kernels that are chosen for GPUs.
 */
export function watchedGpu({ hardware = false } = {}): WatchedGpu {
  const calls = Object.fromEntries([...watched, 'submit', 'dispatch', 'wait'].map((name) => [name, 0])) as DeviceCalls;
  const compiling = { now: 0, most: 0 };
  const reading = { now: 0, most: 0 };
  const during = async <T>(count: { now: number; most: number }, work: Promise<T>): Promise<T> => {
    count.most = Math.max(count.most, ++count.now);
    try {
      return await work;
    } finally {
      count.now--;
    }
  };
  const watch = (device: GPUDevice): void => {
    const methods = device as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of watched) {
      const own = methods[name]?.bind(device);
      methods[name] = (...args) => {
        calls[name]++;
        const made = own?.(...args);
        if (name === 'createBuffer') {
          const buffer = made as GPUBuffer;
          const map = buffer.mapAsync.bind(buffer);
          buffer.mapAsync = (...where) => during(reading, map(...where));
        }
        return name === 'createComputePipelineAsync' ? during(compiling, made as Promise<unknown>) : made;
      };
    }
    const { queue } = device;
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      const commands = [...buffers];
      // An empty one only asks the GPU's process to look for finished work.
      if (commands.length > 0) calls.submit++;
      return submit(commands);
    };
    const done = queue.onSubmittedWorkDone.bind(queue);
    queue.onSubmittedWorkDone = () => {
      calls.wait++;
      return done();
    };
    const encoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const made = encoder(descriptor);
      const begin = made.beginComputePass.bind(made);
      made.beginComputePass = (pass) => {
        const begun = begin(pass);
        const dispatch = begun.dispatchWorkgroups.bind(begun);
        begun.dispatchWorkgroups = (...grid) => {
          calls.dispatch++;
          return dispatch(...grid);
        };
        return begun;
      };
      return made;
    };
  };
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await testGpu?.requestAdapter(options);
    if (!adapter) return null;
    const { features, limits } = adapter;
    const info = hardware ? disguised(adapter.info) : adapter.info;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      watch(device);
      return device;
    };
    return { features, limits, info, requestDevice } as GPUAdapter;
  };
  const { wgslLanguageFeatures } = testGpu ?? {};
  return {
    gpu: { requestAdapter, wgslLanguageFeatures } as GPU,
    calls,
    mostCompiling: () => compiling.most,
    mostReading: () => reading.most,
    reset: () => {
      compiling.most = 0;
      reading.most = 0;
    },
  };
}

/** The subgroup sizes are the adapter's own. */
function disguised(info: GPUAdapterInfo): GPUAdapterInfo {
  const { subgroupMinSize, subgroupMaxSize } = info as { subgroupMinSize?: number; subgroupMaxSize?: number };
  const named = { vendor: 'test', architecture: 'test', device: 'test', description: 'test', isFallbackAdapter: false };
  return { ...named, subgroupMinSize, subgroupMaxSize } as unknown as GPUAdapterInfo;
}
