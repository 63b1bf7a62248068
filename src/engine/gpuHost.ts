import { EngineError } from '../core/errors.ts';
import { GpuContext } from '../gpu/context.ts';
import { type DeviceInfo, requestDevice, tierOf } from '../gpu/device.ts';
import { probeMatrixUnits } from '../kernels/subgroupMatrixProbe.ts';
import { probeSubgroups } from '../kernels/subgroupProbe.ts';
import type { EngineEvent, EngineInfo, EngineOptions } from './api.ts';
import { kernelSettings, poolingSettings, resolveFlags } from './flags.ts';
import { adapterKey, KernelChoices } from './tune/kernelChoices.ts';
import type { TuneSurroundings, Tuning } from './tune/tuneModel.ts';

/** The engine's device, which may be lost and is then made anew. */
export class GpuHost {
  readonly #options: EngineOptions;
  /** Of tuning; what an engine measured serves others that have the same. */
  readonly surroundings: TuneSurroundings;
  readonly #choices = new Map<string, KernelChoices>();
  #context: GpuContext | undefined;
  #opening: Promise<GpuContext> | undefined;
  #disposed = false;

  constructor(options: EngineOptions, tuning: TuneSurroundings = {}) {
    this.#options = options;
    this.surroundings = tuning;
  }

  emit(event: EngineEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      // An app's listener must not break the engine.
      console.error('halftone: onEvent threw', error);
    }
  }

  /** A live device: the one there is, or after a loss a new one. */
  async alive(): Promise<GpuContext> {
    if (this.#disposed) throw disposedError('engine');
    if (this.#context && !this.#context.lost) return this.#context;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  info(context: GpuContext): EngineInfo {
    return { ...context.info, level: this.#options.level ?? 'default', flags: resolveFlags(this.#options) };
  }

  /** How kernels are chosen on this device; undefined: by fixed rules alone. */
  tuning({ info }: GpuContext): Tuning | undefined {
    const settings = kernelSettings(this.#options);
    const choices = this.#choices.get(adapterKey(info));
    const warn = (message: string): void => this.emit({ type: 'warning', message });
    return settings && choices && { ...this.surroundings, settings, choices, warn };
  }

  dispose(): void {
    this.#disposed = true;
    this.#context?.destroy();
  }

  async #open(): Promise<GpuContext> {
    const recovering = this.#context !== undefined;
    const start = performance.now();
    this.#context?.pool.destroy();
    const gpu = this.#options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
    const { device, info } = await requestDevice(gpu, {
      features: this.#options.features ?? {},
      ...(this.#options.powerPreference ? { powerPreference: this.#options.powerPreference } : {}),
    });
    const context = await this.#checked(device, info);
    await this.#choose(context);
    this.#context = context;
    void device.lost.then(({ reason, message }) => {
      if (!this.#disposed) this.emit({ type: 'device-lost', reason: reason || 'unknown', message });
      return undefined;
    });
    if (recovering) this.emit({ type: 'recovered', ms: performance.now() - start });
    return context;
  }

  /** What was measured on this adapter stays over a lost device; on another one it is no longer true. */
  async #choose(context: GpuContext): Promise<void> {
    if (!kernelSettings(this.#options)) return;
    const key = adapterKey(context.info);
    const choices = this.#choices.get(key) ?? (await KernelChoices.open(context.info, this.surroundings.store));
    this.#choices.set(key, choices);
    context.choices = choices.chosen;
  }

  /** No feature is trusted by its name: subgroups and matrix units that do not do what our kernels need stay unused. */
  async #checked(device: GPUDevice, info: DeviceInfo): Promise<GpuContext> {
    const options = { budgetBytes: this.#options.memoryBudgetBytes, ...poolingSettings(this.#options) };
    const context = new GpuContext(device, info, options);
    if (!info.features.subgroups) return context;
    if (!(await probeSubgroups(context))) {
      this.#degraded('subgroups', 'lanes do not follow the invocation index on this device');
      const features = { ...info.features, subgroups: false, subgroupMatrix: false };
      return new GpuContext(device, { ...info, features, tier: tierOf(features) }, options);
    }
    if (!info.features.subgroupMatrix) return context;
    const matrixSyntax = await probeMatrixUnits(context);
    if (matrixSyntax) return new GpuContext(device, { ...info, matrixSyntax }, options);
    this.#degraded(
      'subgroup-matrix',
      'no product of 16 × 16 halves in subgroups of 32 lanes comes out right on this device',
    );
    const features = { ...info.features, subgroupMatrix: false };
    return new GpuContext(device, { ...info, features, tier: tierOf(features) }, options);
  }

  #degraded(what: string, reason: string): void {
    this.emit({ type: 'degraded', what, reason });
  }
}

export const disposedError = (what: string): EngineError =>
  new EngineError(
    'disposed',
    `This ${what} was disposed.`,
    what === 'engine' ? 'Create another with createEngine().' : 'Load it again.',
  );
