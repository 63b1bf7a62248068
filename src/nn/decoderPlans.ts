import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall, Site } from '../gpu/kernel.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { sample } from '../kernels/sampling.ts';
import { sequenceRecords } from '../kernels/sequences.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import { type DecoderBuffers, type DecoderGraph, decoderLayer, embedTokens, outputHead } from './decoderLayers.ts';
import type { DecoderOptions, SlotBuffers, StepBuffers } from './decoderMemory.ts';
import type { LayerContext } from './layerOps.ts';
import { compileCalls, typicalRows } from './planAhead.ts';
import type { WeightSet } from './weights.ts';

/** What a step does with its last hidden state. */
export type Head = 'none' | 'sample' | 'logits';

/** Plans that are kept beside those of decode steps, which are kept always. */
const keptPlans = 12;

/** Keys over which kernels of attention are measured, and rows that a prefill then has at most. */
const typicalKeys = 1024;
const mostTypicalRows = 512;

/** A decoder's dispatches for each kind of step, built once and kept. */
export class DecoderPlans {
  /** Keys that a sequence has at most in the steps being recorded. */
  maxKeys = 1;
  readonly #gpu: GpuContext;
  readonly #config: DecoderConfig;
  readonly #weights: WeightSet;
  readonly #options: DecoderOptions;
  readonly #step: StepBuffers;
  #slots: SlotBuffers;
  readonly #kept = new Map<string, Plan>();

  constructor(
    gpu: GpuContext,
    config: DecoderConfig,
    weights: WeightSet,
    options: DecoderOptions,
    buffers: { readonly step: StepBuffers; readonly slots: SlotBuffers },
  ) {
    this.#gpu = gpu;
    this.#config = config;
    this.#weights = weights;
    this.#options = options;
    this.#step = buffers.step;
    this.#slots = buffers.slots;
  }

  /** Other buffers for the slots: what was bound to the old ones is forgotten. */
  setSlots(slots: SlotBuffers): void {
    this.dispose();
    this.#slots = slots;
  }

  /** `rows` tokens of one sequence. */
  prefill(rows: number, head: Head): Promise<Plan> {
    return this.#plan(`prefill ${rows} ${head}`, () => this.#prefillCalls(rows, head));
  }

  /**
   * Where a decode step of one sequence (one row), or a prefill of so many rows, has a choice of kernels; the records then say
   * that `typicalKeys` are there, until the next step.
   */
  async sites(rows: number): Promise<readonly Site[]> {
    const { queue } = this.#gpu.device;
    const keys = Math.min(typicalKeys, this.#options.capacity);
    const { decodeState } = this.#slots;
    const { prefillState } = this.#step;
    queue.writeBuffer(decodeState, 0, sequenceRecords([{ slot: 0, position: keys - 1 }]));
    queue.writeBuffer(prefillState, 0, sequenceRecords([{ slot: 0, position: Math.max(0, keys - mostTypicalRows) }]));
    this.maxKeys = keys;
    return (await (rows === 1 ? this.decode(1) : this.prefill(rows, 'sample'))).sites;
  }

  /** Compiles what prompts of up to `rows` tokens a step, and logits of up to `logitRows`, need; plans are made when they are used. */
  async compile(rows: number, logitRows: number): Promise<void> {
    const prefills = typicalRows(rows).map((count) => this.#prefillCalls(count, 'sample'));
    const logits = typicalRows(logitRows).map((count) => this.#prefillCalls(count, 'logits'));
    await compileCalls(this.#gpu, [...prefills, ...logits].flat());
  }

  /** The layers over `rows` hidden states of one sequence. */
  hidden(rows: number): Promise<Plan> {
    return this.#plan(`hidden ${rows}`, () =>
      this.#layers(this.#graph(this.#step.prefillState, 1), this.#context(rows)),
    );
  }

  /** One token of each of `sequences`. */
  decode(sequences: number): Promise<Plan> {
    return this.#plan(`decode ${sequences}`, () => {
      const graph = this.#graph(this.#slots.decodeState, sequences);
      const context = { ...this.#context(sequences), decode: true };
      return [
        ...embedTokens(graph, sequences),
        ...this.#layers(graph, context),
        ...outputHead(graph, context, 0, sequences),
        this.#sample(graph, 1),
      ].flat();
    });
  }

  dispose(): void {
    for (const plan of this.#kept.values()) plan.dispose();
    this.#kept.clear();
  }

  async #plan(key: string, calls: () => KernelCall[]): Promise<Plan> {
    const known = this.#kept.get(key);
    if (known) {
      // Most recently used last.
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const plan = await buildPlan(this.#gpu, calls(), `decoder ${key}`);
    for (const [oldKey, old] of this.#kept) {
      if (this.#kept.size < keptPlans) break;
      if (oldKey.startsWith('decode')) continue;
      this.#kept.delete(oldKey);
      old.dispose();
    }
    this.#kept.get(key)?.dispose();
    this.#kept.set(key, plan);
    return plan;
  }

  #prefillCalls(rows: number, head: Head): KernelCall[] {
    const graph = this.#graph(this.#step.prefillState, 1);
    const context = this.#context(rows);
    return [...embedTokens(graph, rows), ...this.#layers(graph, context), ...this.#head(graph, context, head)];
  }

  #layers(graph: DecoderGraph, context: LayerContext): KernelCall[] {
    return Array.from({ length: this.#config.layers }, (_, index) => decoderLayer(graph, context, index)).flat();
  }

  #head(graph: DecoderGraph, context: LayerContext, head: Head): KernelCall[] {
    if (head === 'none') return [];
    if (head === 'logits') return outputHead(graph, context, 0, context.rows);
    return [...outputHead(graph, context, context.rows - 1, 1), ...this.#sample(graph, context.rows)];
  }

  #sample(graph: DecoderGraph, rows: number): KernelCall[] {
    const { logits, tokens, state, settings, sampleScratch } = graph.buffers;
    return sample({
      label: 'sample',
      device: this.#gpu.info,
      logits,
      tokens,
      tokenStride: graph.capacity + 1,
      state,
      sequences: graph.sequences,
      vocab: this.#config.vocab,
      rows,
      settings,
      scratch: sampleScratch,
      none: this.#gpu.none,
    });
  }

  #graph(state: GPUBuffer, sequences: number): DecoderGraph {
    const buffers: DecoderBuffers = { ...this.#step, ...this.#slots, state };
    return {
      gpu: this.#gpu,
      config: this.#config,
      weights: this.#weights,
      buffers,
      capacity: this.#options.capacity,
      sequences,
      maxKeys: () => this.maxKeys,
    };
  }

  #context(rows: number): LayerContext {
    const { element, fusion } = this.#options;
    const { normed, int8Input } = this.#step;
    return { gpu: this.#gpu, element, rows, normed, fusion, int8Input };
  }
}
