import { testGpu } from './gpu.ts';
import { watchedGpu } from './watchedGpu.ts';

/** A GPU whose compiler gets some kernels wrong. */
export interface SabotagedGpu {
  readonly gpu: GPU;
  /** Modules that were compiled wrongly so far. */
  readonly spoilt: () => number;
}

/** `spoil` gets a module's label, kernel and choice, and its code, and gives the code that is compiled instead. */
export function sabotagedGpu(spoil: (label: string, code: string) => string, { hardware = false } = {}): SabotagedGpu {
  const inner = hardware ? watchedGpu({ hardware }).gpu : testGpu;
  let spoilt = 0;
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await inner?.requestAdapter(options);
    if (!adapter) return null;
    const { features, limits, info } = adapter;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      const create = device.createShaderModule.bind(device);
      device.createShaderModule = (module) => {
        const code = spoil(module.label ?? '', module.code);
        if (code !== module.code) spoilt++;
        return create({ ...module, code });
      };
      return device;
    };
    return { features, limits, info, requestDevice } as GPUAdapter;
  };
  return { gpu: { requestAdapter, wgslLanguageFeatures: inner?.wgslLanguageFeatures } as GPU, spoilt: () => spoilt };
}
