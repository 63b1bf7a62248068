/**
 * Halftone: transformers inside a browser tab on WebGPU. `createEngine` is where everything starts.
 */
import type { Engine, EngineOptions } from './engine/api.ts';
import { checkEngineOptions } from './engine/flags.ts';
import { createWorkerEngine } from './worker/client.ts';
import { mediaFile } from './worker/mediaFile.ts';

export { EngineError, type EngineErrorCode } from './core/errors.ts';
export { brandTones } from './variants/brandTones.ts';
export { publishedParameterCounts } from './variants/published.ts';
export type * from './engine/api.ts';
export type { DeviceFeatures, DeviceInfo, FeatureOptions, Negotiated, Tier } from './gpu/device.ts';

/**
 * Starts an engine: in a module worker, or with `worker: false` in the calling thread (in Node with `gpu`, Dawn's).
 * @throws EngineError unknown-option, invalid-option, webgpu-unavailable, adapter-unavailable, worker-failed
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  checkEngineOptions(options);
  if (options.worker !== false) return createWorkerEngine(options);
  const { createLocalEngine } = await import('./engine/createLocalEngine.ts');
  return createLocalEngine(options, mediaFile);
}
