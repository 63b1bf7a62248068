import { EngineError } from '../core/errors.ts';
import { GpuContext } from '../gpu/context.ts';
import { type DeviceInfo, requestDevice } from '../gpu/device.ts';
import { probeMatrixUnits } from '../kernels/subgroupMatrixProbe.ts';
import { probeSubgroups } from '../kernels/subgroupProbe.ts';
import type { EngineEvent, EngineInfo, EngineOptions } from './api.ts';
import { kernelSettings, poolingSettings, resolveFlags } from './flags.ts';
import { selfTest, type SelfTested, without } from './selfTest.ts';
import { adapterKey, KernelChoices } from './tune/kernelChoices.ts';
import type { TuneSurroundings, Tuning } from './tune/tuneModel.ts';

/** The engine's device, which may be lost and is then made anew. */
export class GpuHost {
  readonly #options: EngineOptions;
  /** Of tuning; what an engine measured serves others that have the same. */
  readonly surroundings: TuneSurroundings;
  readonly #choices = new Map<string, KernelChoices>();
  readonly #tests = new Map<string, SelfTested>();
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

  /** No feature is trusted by its name, and no kernel by its source. */
  async #checked(device: GPUDevice, offered: DeviceInfo): Promise<GpuContext> {
    const options = { budgetBytes: this.#options.memoryBudgetBytes, ...poolingSettings(this.#options) };
    const context = new GpuContext(device, offered, options);
    const probed = await this.#probed(context);
    const info = await this.#tested(device, probed);
    if (info === offered) return context;
    context.pool.destroy();
    return new GpuContext(device, info, options);
  }

  /** Subgroups and matrix units that do not do what our kernels need stay unused. */
  async #probed(context: GpuContext): Promise<DeviceInfo> {
    const { info } = context;
    if (!info.features.subgroups) return info;
    if (!(await probeSubgroups(context))) {
      this.#degraded('subgroups', 'lanes do not follow the invocation index on this device');
      return without(info, { subgroups: false, subgroupMatrix: false });
    }
    if (!info.features.subgroupMatrix) return info;
    const matrixSyntax = await probeMatrixUnits(context);
    if (matrixSyntax) return { ...info, matrixSyntax };
    this.#degraded(
      'subgroup-matrix',
      'no product of 16 × 16 halves in subgroups of 32 lanes comes out right on this device',
    );
    return without(info, { subgroupMatrix: false });
  }

  /** Kernels that are wrong on this device are not used. A CPU adapter takes long to compile, and is what tests run on. */
  async #tested(device: GPUDevice, info: DeviceInfo): Promise<DeviceInfo> {
    const { selfTest: wanted = !info.adapter.software, store } = this.surroundings;
    if (!wanted) return info;
    const key = adapterKey(info);
    const tested = this.#tests.get(key) ?? (await selfTest(device, info, store));
    if (!this.#tests.has(key)) {
      for (const { what, reason } of tested.steps) this.#degraded(what, reason);
      for (const what of tested.hopeless)
        this.#degraded(what, 'wrong results on this device, and no kernel that could stand in');
    }
    this.#tests.set(key, tested);
    return tested.info;
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
