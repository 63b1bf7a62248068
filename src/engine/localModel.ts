import type { WeightFormat } from '../core/dtype.ts';
import { EngineError } from '../core/errors.ts';
import { parameterCount, precisionBytes } from '../nn/weightSpec.ts';
import type { ModelDescription } from '../variants/describe.ts';
import type { VariantName } from '../variants/published.ts';
import type {
  BatchSizeOptions,
  BatchSizeResult,
  ForwardOptions,
  KernelChoice,
  Model,
  ModelMetrics,
  ModelProfile,
  Profile,
  ProfileOptions,
  WarmUpTimes,
} from './api.ts';
import { findBatchSize } from './findBatchSize.ts';
import { checkNames } from './flags.ts';
import type { ModelCore } from './modelCore.ts';
import { checkProfileOptions, profileModel } from './profile/profileModel.ts';
import { profileDecode, warmUpChoices, warmUpModel } from './warmUp.ts';

/** What every variant does, in the thread where the GPU is. */
export abstract class LocalModel implements Model {
  abstract readonly variant: VariantName;
  readonly parameters: number;
  readonly precision: Model['precision'];
  readonly config: Model['config'];
  protected readonly core: ModelCore;
  #gpuTimeMs: Record<string, number> = {};
  #profile: ModelProfile | undefined;
  #kernelChoices: readonly KernelChoice[] = [];

  constructor(core: ModelCore) {
    this.core = core;
    const { description, format } = core.setup;
    this.parameters = parameterCount(description.specs);
    this.precision = format;
    this.config = description.json;
  }

  /** What its checkpoint is: a trunk alone, a language model, a whole network. */
  get kind(): ModelDescription['kind'] {
    return this.core.setup.description.kind;
  }

  /** Rows that a forward takes at most; tokens of prompt and answer together. */
  get context(): number {
    return this.core.setup.context;
  }

  async forward(
    hiddenStates: Float32Array,
    shape: readonly [number, number, number],
    options: ForwardOptions = {},
  ): Promise<Float32Array> {
    checkNames(options, ['mask', 'maskShape', 'causal', 'transfer', 'signal'], 'forward');
    return this.core.overlapping(async (runtime) => {
      if (runtime.kind !== 'decoder') return runtime.network.begin(hiddenStates, shape, options);
      if (options.mask || options.maskShape || options.causal === false) {
        throw new EngineError(
          'not-supported',
          "This checkpoint's decoder is causal and takes no mask.",
          'Leave mask, maskShape and causal out.',
        );
      }
      this.forgetCache();
      return runtime.decoder.begin(hiddenStates, shape, options.signal);
    });
  }

  warmUp(): Promise<WarmUpTimes> {
    return this.core.exclusive(() =>
      this.core.retrying(async (runtime) => {
        this.forgetCache();
        const tuning = this.core.setup.host.tuning(runtime.gpu);
        const times = await warmUpModel(runtime, tuning);
        this.#kernelChoices = await warmUpChoices(runtime, tuning);
        this.#gpuTimeMs = await profileDecode(runtime);
        return times;
      }),
    );
  }

  findBatchSize(options: BatchSizeOptions): Promise<BatchSizeResult> {
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => {
        this.forgetCache();
        return findBatchSize(runtime, options, this.core.setup.batching);
      }),
    );
  }

  metrics(): Promise<ModelMetrics> {
    const { runtime, setup } = this.core;
    const { specs } = setup.description;
    const sizeBytes = (format: WeightFormat): number => precisionBytes(specs, format);
    return Promise.resolve({
      parameters: this.parameters,
      precision: this.precision,
      sizeBytes: { f32: sizeBytes('f32'), f16: sizeBytes('f16'), int8: sizeBytes('int8'), int4: sizeBytes('int4') },
      ...(setup.plan ? { adaptivePrecision: setup.plan } : {}),
      flags: setup.flags,
      memory: runtime.gpu.pool.ledger(),
      cache: this.cacheStats,
      flops: runtime.kind === 'decoder' ? runtime.decoder.lastFlops : runtime.network.lastFlops,
      gpuTimeMs: this.#gpuTimeMs,
      kernelChoices: this.#kernelChoices,
      ...(this.#profile ? { profile: this.#profile } : {}),
    });
  }

  profile(options: ProfileOptions = {}): Promise<Profile> {
    return this.core.exclusive(() =>
      this.core.retrying(async (runtime) => {
        checkProfileOptions(options);
        this.forgetCache();
        const { trace, ...profile } = await profileModel(runtime, this.core.setup, options);
        this.#profile = profile;
        const last = profile.runs.at(-1)?.byKernel ?? [];
        this.#gpuTimeMs = Object.fromEntries(last.map(({ kernel, ms }) => [kernel, ms]));
        return { ...profile, trace };
      }),
    );
  }

  /** Of what the variant remembers. */
  protected get cacheStats(): ModelMetrics['cache'] {
    return { hits: 0, misses: 0, entries: 0, bytes: 0 };
  }

  /** What is in the KV cache is about to be overwritten. */
  protected forgetCache(): void {}

  dispose(): Promise<void> {
    return this.core.dispose();
  }
}
