import { type CheckpointDtype, checkpointDtypeBytes } from '../core/dtype.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { elementCount, formatShape, roundUp, sameShape } from '../core/shape.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { buildPlan } from '../gpu/plan.ts';
import { type RowMap, type RowsOrigin, storeRows } from '../kernels/convert.ts';
import type { WeightPart } from '../kernels/weight.ts';
import type { WeightSet } from './weights.ts';
import type { RowSegment, TensorSource, WeightSpec } from './weightSpec.ts';

/** A tensor of a checkpoint that is being read. */
export interface TensorStream {
  readonly name: string;
  readonly dtype: CheckpointDtype;
  /** Whole rows of `rowBytes`, at most `maxBytes` at a time; a piece may be overwritten after the next is asked for. */
  rows(rowBytes: number, maxBytes: number): AsyncIterable<Uint8Array>;
}

/** What a checkpoint says it holds. */
export type TensorDirectory = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** The piece with zeros behind it up to `bytes`, what a copy to the GPU takes; itself where it has them, for a copy costs fresh memory. */
function padded(piece: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  if (piece.byteLength === bytes) return piece as Uint8Array<ArrayBuffer>;
  const data = new Uint8Array(bytes);
  data.set(piece);
  return data;
}

/** Bytes of a tensor that are on the CPU at once. */
const pieceBytes = 4 * 2 ** 20;
/**
 * Uploaded bytes behind which the GPU is waited for, though not to its last submit: to the mark before, so that it has work while the
 * next piece is read. Twice as much is what the queue holds on the CPU at most.
 */
const markBytes = 8 * 2 ** 20;

/**
 * Checks that every tensor is there in the right shape, before anything is allocated.
 * @throws EngineError tensor-missing, tensor-shape
 */
export function checkDirectory(specs: readonly WeightSpec[], directory: TensorDirectory): void {
  const missing: string[] = [];
  for (const { tensor, shape } of specs.flatMap((spec) => spec.sources)) {
    const found = directory.get(tensor);
    if (!found) {
      missing.push(tensor);
    } else if (!sameShape(found.shape, shape)) {
      throw new EngineError(
        'tensor-shape',
        `Tensor ${tensor} has the shape ${formatShape(found.shape)}, but config.json asks for ${formatShape(shape)}.`,
        'Use the config.json that belongs to these weights.',
      );
    }
  }
  if (missing.length > 0) {
    const named = missing.slice(0, 6).join(', ') + (missing.length > 6 ? ` and ${missing.length - 6} more` : '');
    throw new EngineError(
      'tensor-missing',
      `The checkpoint lacks ${named}.`,
      'Check that all shards are there and that config.json belongs to them.',
    );
  }
}

/** What is done with tensors as they stream in. */
export interface RowsSink {
  /** Calls over rows `from … from + count` of a tensor's segment; `origin` has the first of them first. */
  calls(spec: WeightSpec, source: TensorSource, segment: RowSegment, rows: RowRange, origin: RowsOrigin): KernelCall[];
}
interface RowRange {
  readonly from: number;
  readonly count: number;
}

/** Writes rows to their places in a weight set, in its formats. */
export const storingSink = (set: WeightSet): RowsSink => ({
  calls: (spec, { columns }, { map }, { from, count }, origin) => {
    const { format, parts } = set.stored(spec.id);
    return partsOf(parts, map, from, count).map(({ part, first, partRows }) => {
      const target = {
        format,
        weight: part.buffer,
        firstRow: first,
        rows: partRows,
        columns,
        map: { ...map, rowOffset: map.rowOffset - part.firstRow },
      };
      return storeRows(target, 'source' in origin ? { ...origin, sourceRow: origin.sourceRow + first - from } : origin);
    });
  },
});

/** Brings tensors to the GPU piece by piece, and hands their rows to a sink. */
export class WeightLoader {
  readonly #gpu: GpuContext;
  readonly #sink: RowsSink;
  readonly #targets: ReadonlyMap<string, { readonly spec: WeightSpec; readonly source: TensorSource }>;
  readonly #overlap: boolean;
  #queuedBytes = 0;
  /** When what was queued up to the last mark is done. */
  #mark: Promise<void> = Promise.resolve();

  /** `overlap`: pieces are read and uploaded while earlier ones are converted; else each is waited for. */
  constructor(gpu: GpuContext, sink: RowsSink, specs: readonly WeightSpec[], overlap = true) {
    this.#gpu = gpu;
    this.#sink = sink;
    this.#overlap = overlap;
    this.#targets = new Map(
      specs.flatMap((spec) => spec.sources.map((source) => [source.tensor, { spec, source }] as const)),
    );
  }

  /** Names of the tensors that the specs are made of. */
  get wanted(): ReadonlySet<string> {
    return new Set(this.#targets.keys());
  }

  /** @throws EngineError out-of-memory, and what the stream throws */
  async load(stream: TensorStream, signal?: AbortSignal): Promise<void> {
    const target = this.#targets.get(stream.name);
    if (!target) return;
    const { columns, shape } = target.source;
    const elementBytes = checkpointDtypeBytes[stream.dtype];
    const vector = shape.length === 1;
    // A vector comes whole: its last quad may reach past its end, and is then padded with zeros.
    const rowBytes = vector ? elementCount(shape) * elementBytes : columns * elementBytes;
    let firstRow = 0;
    for await (const piece of stream.rows(rowBytes, pieceBytes)) {
      throwIfAborted(signal);
      const rows = Math.ceil(piece.byteLength / (columns * elementBytes));
      await this.#upload(target, stream.dtype, piece, firstRow, rows);
      firstRow += rows;
    }
  }

  /** Seeded values for every weight: what `init: 'random'` loads. */
  async seed(seed: number, signal?: AbortSignal): Promise<void> {
    let index = 0;
    for (const { spec, source } of this.#targets.values()) {
      throwIfAborted(signal);
      const calls = source.segments.flatMap((segment) => {
        const origin = { seed: mix(seed, index++), init: source.init, none: this.#gpu.none };
        return this.#sink.calls(spec, source, segment, { from: 0, count: segment.rows }, origin);
      });
      await this.#run(calls, spec.id);
    }
    await this.#gpu.settle();
  }

  async #upload(
    target: { readonly spec: WeightSpec; readonly source: TensorSource },
    dtype: CheckpointDtype,
    piece: Uint8Array,
    firstRow: number,
    rows: number,
  ): Promise<void> {
    const { spec, source } = target;
    const bytes = roundUp(rows * source.columns * checkpointDtypeBytes[dtype], 4);
    const staging = await this.#gpu.pool.acquire({ bytes, owner: 'staging', label: `upload of ${source.tensor}` });
    try {
      this.#gpu.device.queue.writeBuffer(staging, 0, padded(piece, bytes));
      const calls = pieceSegments(source, firstRow, rows).flatMap(({ segment, from, count, skip }) =>
        this.#sink.calls(spec, source, segment, { from, count }, { source: staging, sourceRow: skip, dtype }),
      );
      await this.#run(calls, source.tensor);
    } finally {
      this.#gpu.pool.release(staging);
    }
    await this.#bound(bytes);
  }

  async #bound(bytes: number): Promise<void> {
    this.#queuedBytes += bytes;
    if (this.#overlap && this.#queuedBytes < markBytes) return;
    const before = this.#mark;
    this.#mark = this.#gpu.settle();
    // A loss is told by whoever waits for it.
    this.#mark.catch(() => undefined);
    this.#queuedBytes = 0;
    await (this.#overlap ? before : this.#mark);
  }

  async #run(calls: readonly KernelCall[], label: string): Promise<void> {
    const plan = await buildPlan(this.#gpu, calls, `load ${label}`);
    try {
      await this.#gpu.submit(`load ${label}`, (encoder) => plan.encode(encoder));
    } finally {
      plan.dispose();
    }
  }
}

/** Rows `from … from + count` of a segment, cut where they fall into different parts of the weight. */
function partsOf(
  parts: readonly WeightPart[],
  map: RowMap,
  from: number,
  count: number,
): { part: WeightPart; first: number; partRows: number }[] {
  // Parts hold whole blocks, so the rows of one are a range.
  const below = (storedRow: number): number => {
    const local = storedRow - map.rowOffset;
    return (
      Math.floor(local / map.blockStride) * map.block +
      Math.min(map.block, ((local % map.blockStride) + map.blockStride) % map.blockStride)
    );
  };
  return parts.flatMap((part) => {
    const first = Math.max(from, below(part.firstRow));
    const last = Math.min(from + count, below(part.firstRow + part.rows));
    return last > first ? [{ part, first, partRows: last - first }] : [];
  });
}

/** Which segments the rows `firstRow … firstRow + rows` of a tensor touch; `skip`: rows of the piece before. */
function pieceSegments(source: TensorSource, firstRow: number, rows: number) {
  return source.segments.flatMap((segment) => {
    const start = Math.max(firstRow, segment.firstRow);
    const end = Math.min(firstRow + rows, segment.firstRow + segment.rows);
    return end > start ? [{ segment, from: start - segment.firstRow, count: end - start, skip: start - firstRow }] : [];
  });
}

/** A seed for each segment of each tensor. */
const mix = (seed: number, index: number): number =>
  (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
