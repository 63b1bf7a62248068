import { abortedError, EngineError } from '../core/errors.ts';
import type { Decoder } from '../nn/decoder.ts';
import { isLoss, type ModelCore } from './modelCore.ts';
import { SequenceBatch, type SequenceTask } from './sequenceBatch.ts';
import { SlotTable } from './slotTable.ts';

/** Calls that may wait for a place in the batch. */
const maxWaiting = 256;
/** Losses of the device that one sequence outlives. */
const maxLosses = 3;

interface Waiting {
  readonly task: SequenceTask;
  readonly losses: number;
}

/**
 * Concurrent generations of one model: they take their places in the order in which they came, decode together, and leave
 * when they are done. While another kind of call (forward, logits) waits for the model, no new ones are let in.
 */
export class Scheduler {
  readonly table: SlotTable;
  readonly #core: ModelCore;
  #waiting: Waiting[] = [];
  #running = false;
  /** Slots that memory has been found to have room for. */
  #roomFor = Number.POSITIVE_INFINITY;

  constructor(core: ModelCore) {
    this.#core = core;
    this.table = new SlotTable(core.setup.caching?.prefixes);
  }

  /** Queues a sequence; its task hears of everything that becomes of it. @throws EngineError queue-full */
  add(task: SequenceTask): void {
    if (this.#waiting.length >= maxWaiting) {
      throw new EngineError(
        'queue-full',
        `${maxWaiting} generations wait for this model already.`,
        'Await some of them first.',
      );
    }
    this.#waiting.push({ task, losses: 0 });
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      // A session ends when others want the model; whoever still waits gets the next one.
      while (this.#waiting.length > 0) await this.#core.exclusive(() => this.#session());
    } catch (error) {
      for (const { task } of this.#waiting.splice(0)) task.onEnd(error);
    } finally {
      this.#running = false;
    }
  }

  /** Works until nothing is left to do, or until what was begun is done and another call waits. */
  async #session(): Promise<void> {
    const losses = new Map<SequenceTask, number>();
    for (let recovering = true; recovering;) {
      recovering = false;
      let batch: SequenceBatch | undefined;
      try {
        await this.#core.recover();
        const decoder = decoderOf(this.#core);
        this.table.attach(decoder);
        batch = new SequenceBatch(decoder, this.table, { overlap: this.#core.setup.flags.computeOverlap });
        await this.#admit(decoder, batch, losses);
        while (batch.tasks.length > 0) {
          await batch.turn();
          this.#dropAborted();
          if (!this.#core.contended) await this.#admit(decoder, batch, losses);
        }
        await batch.drain();
      } catch (error) {
        await batch?.drain();
        recovering = await this.#afterFailure(error, batch?.abandon() ?? [], losses);
      }
    }
  }

  /** Who gave up while waiting hears of it now, and not when its turn comes. */
  #dropAborted(): void {
    const gone = this.#waiting.filter(({ task }) => task.options.signal?.aborted);
    if (gone.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !gone.includes(waiting));
    for (const { task } of gone) task.onEnd(abortedError(task.options.signal));
  }

  /** Fills the free places from the queue; makes more places when the settings and memory allow it. */
  async #admit(decoder: Decoder, batch: SequenceBatch, losses: Map<SequenceTask, number>): Promise<void> {
    while (this.#waiting.length > 0) {
      if (!this.table.hasFree && !(await this.#grow(decoder))) return;
      const next = this.#waiting.shift();
      if (!next) return;
      losses.set(next.task, next.losses);
      await batch.join(next.task);
    }
  }

  async #grow(decoder: Decoder): Promise<boolean> {
    const { maxBatch, memoryThresholdBytes } = this.#core.setup.batching;
    const most = Math.min(maxBatch, decoder.mostSlots, this.#roomFor);
    if (decoder.slots >= most) return false;
    const slots = Math.min(most, Math.max(decoder.slots * 2, 2), decoder.slots + this.#waiting.length);
    try {
      await decoder.resizeSlots(slots, memoryThresholdBytes);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'out-of-memory')) throw error;
      // Those who wait take turns instead.
      this.#roomFor = decoder.slots;
      return false;
    }
    this.table.attach(decoder);
    return true;
  }

  /**
   * What was begun fails with the error; after a loss it goes on, its tokens being here: the next round puts them into a
   * new cache. True: there is something to go on with.
   */
  async #afterFailure(
    error: unknown,
    tasks: readonly SequenceTask[],
    losses: ReadonlyMap<SequenceTask, number>,
  ): Promise<boolean> {
    const lossesOf = (task: SequenceTask): number => losses.get(task) ?? 0;
    const goOn = isLoss(error) ? tasks.filter((task) => lossesOf(task) < maxLosses) : [];
    for (const task of tasks) if (!goOn.includes(task)) task.onEnd(error);
    this.#waiting.unshift(...goOn.map((task) => ({ task, losses: lossesOf(task) + 1 })));
    if (!isLoss(error)) return false;
    await this.#core.recoverFromLoss();
    return goOn.length > 0;
  }
}

export function decoderOf(core: ModelCore): Decoder {
  const { runtime } = core;
  if (runtime.kind === 'decoder') return runtime.decoder;
  throw new EngineError('internal', 'A trunk was asked to generate.', 'This is a defect in Halftone.');
}
