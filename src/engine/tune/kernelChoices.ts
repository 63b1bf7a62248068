import type { DeviceInfo } from '../../gpu/device.ts';
import type { Choices } from '../../kernels/candidate.ts';
import { shaderHash } from './shaderHash.ts';
import type { TuneStore } from './tuneStore.ts';
import type { TunedClass } from './tuneSites.ts';

/** What is kept of an adapter. */
interface Remembered {
  readonly shaders: string;
  readonly classes: readonly TunedClass[];
}

/** What was measured on one adapter with one set of features: by this engine, or before it. */
export class KernelChoices {
  /** What kernels are chosen by: the name of the fastest candidate by key. */
  readonly chosen: Choices;
  readonly #chosen = new Map<string, string>();
  readonly #classes = new Map<string, { readonly tuned: TunedClass; readonly remembered: boolean }>();
  readonly #store: TuneStore | undefined;
  readonly #key: string;
  readonly #shaders: string;

  private constructor(store: TuneStore | undefined, key: string, shaders: string) {
    this.#store = store;
    this.#key = key;
    this.#shaders = shaders;
    this.chosen = this.#chosen;
  }

  /** With what the store remembers of this adapter and these shaders; a store that fails remembers nothing. */
  static async open(
    info: DeviceInfo,
    store: TuneStore | undefined,
    shaders: string = shaderHash(),
  ): Promise<KernelChoices> {
    const choices = new KernelChoices(store, adapterKey(info), shaders);
    for (const tuned of await choices.#stored()) choices.#put(tuned, true);
    return choices;
  }

  get(key: string): { readonly tuned: TunedClass; readonly remembered: boolean } | undefined {
    return this.#classes.get(key);
  }

  /** Takes results over and stores them with what other engines stored meanwhile. */
  async add(classes: readonly TunedClass[]): Promise<void> {
    if (classes.length === 0) return;
    for (const tuned of classes) this.#put(tuned, false);
    const all = new Map([...(await this.#stored()), ...classes].map((tuned) => [tuned.key, tuned]));
    const remembered: Remembered = { shaders: this.#shaders, classes: [...all.values()] };
    // Without it the next engine measures again: no reason to fail.
    await this.#store?.set(this.#key, remembered).catch(() => undefined);
  }

  #put(tuned: TunedClass, remembered: boolean): void {
    this.#classes.set(tuned.key, { tuned, remembered });
    this.#chosen.set(tuned.key, tuned.chosen);
  }

  async #stored(): Promise<readonly TunedClass[]> {
    const value = await this.#store?.get(this.#key).catch(() => undefined);
    return isRemembered(value) && value.shaders === this.#shaders ? value.classes : [];
  }
}

/** What may make another kernel the fastest: the hardware, its driver as far as it is told, what is in force. */
export const adapterKey = ({ adapter, features, limits, subgroupSize }: DeviceInfo): string =>
  JSON.stringify([
    [adapter.vendor, adapter.architecture, adapter.device, adapter.description],
    Object.entries(features).filter(([, on]) => on),
    subgroupSize,
    limits.maxComputeWorkgroupStorageSize,
  ]);

const isRemembered = (value: unknown): value is Remembered =>
  isRecord(value) &&
  typeof value['shaders'] === 'string' &&
  Array.isArray(value['classes']) &&
  value['classes'].every(isTunedClass);

const isTunedClass = (value: unknown): value is TunedClass =>
  isRecord(value) &&
  ['key', 'label', 'heuristic', 'chosen'].every((name) => typeof value[name] === 'string') &&
  ['speedup', 'ms'].every((name) => typeof value[name] === 'number') &&
  ['tried', 'rejected'].every((name) => isStrings(value[name])) &&
  (value['tried'] as unknown[]).includes(value['chosen']) &&
  !(value['rejected'] as unknown[]).includes(value['chosen']);

const isStrings = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
