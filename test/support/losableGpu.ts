import { testGpu } from './gpu.ts';

/** The GPU object with a switch that loses the newest device, as a driver reset would. */
export function losableGpu(): { readonly gpu: GPU; readonly lose: () => void; readonly devices: () => number } {
  const devices: GPUDevice[] = [];
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await testGpu?.requestAdapter(options);
    if (!adapter) return null;
    const { features, limits, info } = adapter;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return { features, limits, info, requestDevice } as GPUAdapter;
  };
  return { gpu: { requestAdapter } as GPU, lose: () => devices.at(-1)?.destroy(), devices: () => devices.length };
}
