import { type ElementType, type WeightFormat, weightFormats } from '../core/dtype.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { requireLoadable, type TensorEntry } from '../formats/safetensors.ts';
import { safetensorsFormat } from '../formats/safetensorsFormat.ts';
import { multipliesBytes } from '../gpu/device.ts';
import type { GpuContext } from '../gpu/context.ts';
import { BrandNetwork } from '../nn/brandNetwork.ts';
import { ClipNetwork } from '../nn/clipNetwork.ts';
import { Decoder } from '../nn/decoder.ts';
import { cacheBytes } from '../nn/decoderMemory.ts';
import { checkDirectory, storingSink, WeightLoader } from '../nn/loadWeights.ts';
import { measurePrecision } from '../nn/measurePrecision.ts';
import { type PrecisionBudgets, planPrecision, type PrecisionPlan } from '../nn/precisionPlan.ts';
import { Trunk } from '../nn/trunk.ts';
import type { TrunkOptions } from '../nn/trunkLayers.ts';
import { WeightSet } from '../nn/weights.ts';
import { formatIn, precisionBytes, weightBytes, type WeightSpec } from '../nn/weightSpec.ts';
import { type Checkpoint, openCheckpoint } from '../storage/checkpointReader.ts';
import { openSource } from '../storage/openSource.ts';
import type { CheckpointSource } from '../storage/source.ts';
import { describeModel, type ModelDescription } from '../variants/describe.ts';
import { publishedConfigs, type VariantName } from '../variants/published.ts';
import type { BatchingSettings } from './flags.ts';
import type { EngineInfo, LoadOptions, LoadProgress, ModelSource, Precision } from './api.ts';

/** A model's network with its weights on one device; made anew when the device is lost. */
export type Runtime = {
  readonly gpu: GpuContext;
  readonly weights: WeightSet;
  readonly element: ElementType;
  readonly dispose: () => void;
} & (
  | { readonly kind: 'decoder'; readonly decoder: Decoder }
  | { readonly kind: 'trunk'; readonly network: Trunk }
  | { readonly kind: 'clipper'; readonly network: ClipNetwork }
  | { readonly kind: 'brand'; readonly network: BrandNetwork }
);

/** An opened source: what the model is, before anything of it is on the GPU. */
export interface OpenedModel {
  readonly description: ModelDescription;
  /** Where tokenizer files are; none for seeded weights. */
  readonly files: CheckpointSource | undefined;
  readonly checkpoint: Checkpoint<TensorEntry> | undefined;
  /** Names of all tensors that the checkpoint holds, also of those that are not loaded. */
  readonly tensorNames: ReadonlySet<string>;
  readonly seed: number;
}

/** Longest context without being asked for more: a KV cache is allocated whole. */
const defaultContext = 4096;

const isSeeded = (source: ModelSource): source is { readonly init: 'random'; readonly seed: number } =>
  typeof source === 'object' && 'init' in source;

/**
 * Opens config and headers.
 * @throws EngineError source-*, config-invalid, unknown-architecture, checkpoint-*, tensor-missing, tensor-shape
 */
export async function openModel(variant: VariantName, source: ModelSource, signal?: AbortSignal): Promise<OpenedModel> {
  if (isSeeded(source)) {
    if (source.init !== 'random' || !Number.isSafeInteger(source.seed)) {
      throw new EngineError(
        'invalid-option',
        `source ${JSON.stringify(source)} is not known.`,
        "Use { init: 'random', seed: a whole number }.",
      );
    }
    return {
      description: describeModel(variant, publishedConfigs[variant]),
      files: undefined,
      checkpoint: undefined,
      tensorNames: new Set(),
      seed: source.seed,
    };
  }
  const files = openSource(source);
  const checkpoint = await openCheckpoint(files, safetensorsFormat, signal);
  try {
    const { tensors } = await checkpoint.readDirectory();
    const tensorNames = new Set(tensors.keys());
    const description = describeModel(variant, checkpoint.config, tensorNames);
    checkDirectory(description.specs, tensors);
    for (const { tensor } of description.specs.flatMap((spec) => spec.sources)) {
      const entry = tensors.get(tensor);
      if (entry) requireLoadable(entry);
    }
    return { description, files, checkpoint, tensorNames, seed: 0 };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

/** Activations between kernels: f16 where the device computes in it, but for a model that is asked for in f32. */
const elementFor = (format: WeightFormat, gpu: GpuContext): ElementType =>
  format !== 'f32' && gpu.info.features.f16 ? 'f16' : 'f32';

/** Bytes of the KV cache of one sequence. */
const sequenceCacheBytes = (description: ModelDescription, element: ElementType, context: number): number =>
  description.kind === 'decoder' ? cacheBytes(description.config, element, context) : 0;

/** What each weight is kept as: as planned, else as the precision says. */
const formatsOf =
  (precision: WeightFormat, plan: PrecisionPlan | undefined) =>
  (spec: WeightSpec): WeightFormat =>
    plan?.matrices.find(({ id }) => id === spec.id)?.format ?? formatIn(precision, spec);

/** f32 weights up to here are taken without being asked for; more than that 'auto' halves. */
const autoF32Bytes = 2 ** 30;
/** What 'auto' lets weights and KV cache take of a memory budget: the rest is for activations and uploads. */
const autoShare = 0.9;

/**
 * 'auto': f16 where the device computes in it or f32 would be large, else f32; under a memory budget the first of f16,
 * int8 and int4 that fits. `adaptive`: the budget is left to adaptPrecision.
 */
export function choosePrecision(
  precision: Precision,
  description: ModelDescription,
  gpu: GpuContext,
  context: number,
  adaptive: boolean,
): WeightFormat {
  if (precision !== 'auto') return precision;
  const halves = gpu.info.features.f16 || precisionBytes(description.specs, 'f32') > autoF32Bytes;
  const candidates = weightFormats.slice(halves ? 1 : 0);
  // Each matrix finds its own below.
  if (adaptive) return halves ? 'f16' : 'f32';
  const room = autoShare * gpu.pool.availableBytes;
  const fits = (format: WeightFormat): boolean =>
    precisionBytes(description.specs, format) + sequenceCacheBytes(description, elementFor(format, gpu), context) <=
    room;
  return candidates.find(fits) ?? 'int4';
}

/** Error that adaptivePrecision allows when it is told no budget: int8 throughout has some 0.0055, so one matrix in 75 may be int4. */
const defaultErrorBudget = 0.01;

/**
 * Measures what each matrix would lose in each format up to `ceiling`, and chooses one for each under the budgets; with none
 * given, under what the engine's memoryBudgetBytes leaves, else under an error of 1 %. Reads all tensors once.
 * @throws EngineError out-of-memory, and what reading throws
 */
export async function adaptPrecision(
  gpu: GpuContext,
  opened: OpenedModel,
  ceiling: WeightFormat,
  context: number,
  options: LoadCallbacks & { readonly budgets: PrecisionBudgets },
): Promise<PrecisionPlan> {
  const { description } = opened;
  const { specs } = description;
  const room = autoShare * gpu.pool.availableBytes - sequenceCacheBytes(description, elementFor(ceiling, gpu), context);
  const { errorBudget, memoryBudgetBytes = Number.isFinite(room) ? Math.max(0, Math.floor(room)) : undefined } =
    options.budgets;
  const costs = await measurePrecision(gpu, specs, ceiling, (loader) =>
    readTensors(gpu, opened, loader, 'measure', options),
  );
  const others = specs.filter((spec) => spec.format === 'f32');
  return planPrecision(costs, precisionBytes(others, 'f32'), {
    errorBudget: errorBudget ?? (memoryBudgetBytes === undefined ? defaultErrorBudget : undefined),
    memoryBudgetBytes,
  });
}

interface LoadCallbacks {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens that prompt and answer may have together. */
export function contextLength(description: ModelDescription, options: Pick<LoadOptions, 'contextLength'>): number {
  if (description.kind !== 'decoder') return description.config.maxSeq;
  const { maxSeq } = description.config;
  const wanted = options.contextLength ?? Math.min(maxSeq, defaultContext);
  if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > maxSeq) {
    throw new EngineError('invalid-option', `contextLength is ${wanted}.`, `This checkpoint takes 1 to ${maxSeq}.`);
  }
  return wanted;
}

/**
 * Allocates, streams the weights in, builds the network. Whatever it took is given back if it fails.
 * @throws EngineError out-of-memory, checkpoint-truncated, source-unreadable, aborted
 */
export async function startRuntime(
  gpu: GpuContext,
  opened: OpenedModel,
  options: LoadCallbacks & {
    readonly format: WeightFormat;
    /** Formats of single weights, where they were chosen one by one. */
    readonly plan?: PrecisionPlan | undefined;
    readonly flags: EngineInfo['flags'];
    readonly batching?: BatchingSettings | undefined;
    readonly context: number;
  },
): Promise<Runtime> {
  const { description } = opened;
  const element = elementFor(options.format, gpu);
  const formatOf = formatsOf(options.format, options.plan);
  checkBudget(gpu, weightBytes(description.specs, formatOf), sequenceCacheBytes(description, element, options.context));
  const weights = await WeightSet.allocate(gpu, description.specs, formatOf);
  try {
    const loader = new WeightLoader(gpu, storingSink(weights), description.specs, options.flags.computeOverlap);
    await readTensors(gpu, opened, loader, 'weights', options);
    await weights.sumNorms();
    throwIfAborted(options.signal);
    const int8Input = weights.quantized && multipliesBytes(gpu.info);
    const { ultraFusion, computeOverlap, dynamicBatching, memoryPooling } = options.flags;
    const thresholdBytes = options.batching?.memoryThresholdBytes ?? Number.POSITIVE_INFINITY;
    const common = {
      element,
      fusion: ultraFusion,
      overlap: computeOverlap,
      int8Input,
      batching: dynamicBatching ? { thresholdBytes } : undefined,
      // Without pooling nothing is kept for what may come again but the shape in use.
      keptPlans: memoryPooling ? undefined : 1,
    };
    if (description.kind !== 'decoder') {
      const running = startNetwork(gpu, description, weights, common);
      const dispose = (): void => [running.network, weights].forEach((part) => part.dispose());
      return { ...running, gpu, weights, element, dispose };
    }
    const decoder = await Decoder.create(gpu, description.config, weights, { ...common, capacity: options.context });
    try {
      // Compiling on the first question would make it wait for seconds on a slow driver.
      options.onProgress?.({ phase: 'compile', loadedBytes: 1, totalBytes: 1, fraction: 1, bytesPerSecond: 0 });
      await decoder.compile();
    } catch (error) {
      decoder.dispose();
      throw error;
    }
    return {
      kind: 'decoder',
      decoder,
      gpu,
      weights,
      element,
      dispose: () => [decoder, weights].forEach((part) => part.dispose()),
    };
  } catch (error) {
    weights.dispose();
    throw error;
  }
}

/** Networks that keep no state between calls: nothing is on the GPU before the first. */
function startNetwork(
  gpu: GpuContext,
  description: Exclude<ModelDescription, { readonly kind: 'decoder' }>,
  weights: WeightSet,
  options: TrunkOptions,
) {
  switch (description.kind) {
    case 'trunk':
      return { kind: 'trunk', network: new Trunk(gpu, description.config, weights, options) } as const;
    case 'clipper':
      return { kind: 'clipper', network: new ClipNetwork(gpu, description.config, weights, options) } as const;
    case 'brand':
      return { kind: 'brand', network: new BrandNetwork(gpu, description.config, weights, options) } as const;
  }
}

/** Refuses before the first byte is taken, where a budget says that it cannot fit. */
function checkBudget(gpu: GpuContext, weights: number, cache: number): void {
  gpu.pool.checkFits(weights + cache, `the model (weights ${weights} bytes, KV cache ${cache} bytes)`);
}

/** All tensors through the loader. */
async function readTensors(
  gpu: GpuContext,
  opened: OpenedModel,
  loader: WeightLoader,
  phase: 'measure' | 'weights',
  options: LoadCallbacks,
): Promise<void> {
  const { checkpoint } = opened;
  if (!checkpoint) {
    await loader.seed(opened.seed, options.signal);
    return;
  }
  const { totalBytes } = await checkpoint.readDirectory();
  const start = performance.now();
  const onProgress = (loadedBytes: number): void => {
    const seconds = (performance.now() - start) / 1000;
    const bytesPerSecond = seconds > 0 ? loadedBytes / seconds : 0;
    options.onProgress?.({
      phase,
      loadedBytes,
      totalBytes,
      fraction: loadedBytes / totalBytes,
      bytesPerSecond,
    });
  };
  for await (const { entry, rows } of checkpoint.tensors(loader.wanted, { signal: options.signal, onProgress })) {
    await loader.load({ name: entry.name, dtype: requireLoadable(entry).dtype, rows }, options.signal);
  }
  await gpu.settle();
}
