import { GpuContext } from '../../src/gpu/context.ts';
import type { DeviceInfo } from '../../src/gpu/device.ts';

/** The device under the rules for GPUs, also where a CPU pretends to be one. */
export const asHardware = (info: DeviceInfo): DeviceInfo => ({
  ...info,
  adapter: { ...info.adapter, software: false },
});

/** The same for all that is built on a context. It shares the device, which stays the other's to destroy. */
export const hardwareGpu = (gpu: GpuContext): GpuContext => new GpuContext(gpu.device, asHardware(gpu.info));
