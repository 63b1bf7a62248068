import type { WeightFormat } from '../core/dtype.ts';
import { internalError } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import { buildPlan } from '../gpu/plan.ts';
import type { NormWeight } from '../kernels/linear.ts';
import { normSums, usesNormSums } from '../kernels/normSums.ts';
import { type LinearWeight, type WeightPart, weightRowBytes } from '../kernels/weight.ts';
import { sumsBytes, type WeightSpec } from './weightSpec.ts';

interface StoredWeight {
  readonly spec: WeightSpec;
  readonly format: WeightFormat;
  readonly parts: readonly WeightPart[];
}

/** A model's weights on the GPU, by the ids of their specs. */
export class WeightSet {
  readonly #gpu: GpuContext;
  readonly #stored = new Map<string, StoredWeight>();
  /** Norms whose sums are made. */
  readonly #summed = new Set<string>();
  #bytes = 0;

  private constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  /**
   * Zeroed buffers for all specs, each in its own format; a matrix over the largest binding is cut into parts. Nothing stays taken if one fails.
   * @throws EngineError out-of-memory
   */
  static async allocate(
    gpu: GpuContext,
    specs: readonly WeightSpec[],
    formatOf: (spec: WeightSpec) => WeightFormat,
  ): Promise<WeightSet> {
    const set = new WeightSet(gpu);
    try {
      for (const spec of specs) await set.#allocateOne(spec, formatOf(spec));
    } catch (error) {
      set.dispose();
      throw error;
    }
    return set;
  }

  /** Whether any matrix is in int8 or int4. */
  get quantized(): boolean {
    return [...this.#stored.values()].some(({ format }) => format === 'int8' || format === 'int4');
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(id: string): boolean {
    return this.#stored.has(id);
  }

  stored(id: string): StoredWeight {
    const stored = this.#stored.get(id);
    if (!stored) throw internalError(`There is no weight '${id}'.`);
    return stored;
  }

  linear(id: string): LinearWeight {
    const { spec, format, parts } = this.stored(id);
    return { format, inDim: spec.inDim, outDim: spec.outDim, gated: spec.gated, parts };
  }

  /** A vector's buffer: a bias, or the gammas and betas of norms. */
  vector(id: string): GPUBuffer {
    const [part] = this.stored(id).parts;
    if (!part) throw internalError(`Weight '${id}' is empty.`);
    return part.buffer;
  }

  optionalVector(id: string): GPUBuffer | undefined {
    return this.has(id) ? this.vector(id) : undefined;
  }

  norm(id: string, kind: NormWeight['kind'], eps: number): NormWeight {
    return { kind, buffer: this.vector(id), eps, sums: this.#summed.has(id) };
  }

  /**
   * Makes what LayerNorms need of the matrices behind them, as these are kept: once all weights are there, on devices that use it.
   * @throws EngineError out-of-memory
   */
  async sumNorms(): Promise<void> {
    if (!usesNormSums(this.#gpu.info)) return;
    const pairs = [...this.#stored.values()].flatMap(({ spec }) => (spec.before ? [[spec.id, spec.before.id]] : []));
    const calls = pairs.flatMap(([norm = '', matrix = '']) =>
      normSums(this.#gpu.info, `${norm}.sums`, this.vector(norm), this.linear(matrix)),
    );
    if (calls.length === 0) return;
    const plan = await buildPlan(this.#gpu, calls, 'norm sums');
    try {
      await this.#gpu.submit('norm sums', (encoder) => plan.encode(encoder));
    } finally {
      plan.dispose();
    }
    for (const [norm = ''] of pairs) this.#summed.add(norm);
  }

  dispose(): void {
    for (const { parts } of this.#stored.values()) for (const { buffer } of parts) this.#gpu.pool.release(buffer);
    this.#stored.clear();
    this.#bytes = 0;
  }

  async #allocateOne(spec: WeightSpec, format: WeightFormat): Promise<void> {
    const bytesPerRow = weightRowBytes(format, spec.inDim);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#gpu.info.limits;
    // 8 rows: whole groups of four, also where gate and up alternate.
    const mostRows = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / bytesPerRow / 8) * 8;
    const parts: WeightPart[] = [];
    this.#stored.set(spec.id, { spec, format, parts });
    for (let firstRow = 0; firstRow < spec.storedRows; firstRow += mostRows) {
      const rows = Math.min(mostRows, spec.storedRows - firstRow);
      const bytes = rows * bytesPerRow + sumsBytes(spec);
      const buffer = await this.#gpu.pool.acquire({ bytes, owner: 'weights', label: spec.id, exact: true });
      parts.push({ buffer, firstRow, rows });
      this.#bytes += bytes;
    }
  }
}
