import { testGpu } from './gpu.ts';

/**
 * The GPU object with a switch that loses the newest device, as a driver reset would. `named`: what the adapter calls itself, for
 * the rules for GPUs where a CPU pretends to be one.
 */
export function losableGpu(named?: string): {
  readonly gpu: GPU;
  readonly lose: () => void;
  readonly devices: () => number;
} {
  const devices: GPUDevice[] = [];
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await testGpu?.requestAdapter(options);
    if (!adapter) return null;
    const { features, limits } = adapter;
    const { subgroupMinSize, subgroupMaxSize } = adapter.info;
    const names = { vendor: '', architecture: '', device: '', description: named ?? '' };
    const info = named === undefined ? adapter.info : { ...names, subgroupMinSize, subgroupMaxSize };
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return { features, limits, info, requestDevice } as GPUAdapter;
  };
  return { gpu: { requestAdapter } as GPU, lose: () => devices.at(-1)?.destroy(), devices: () => devices.length };
}
