import { SequenceBatch, type SequenceTask } from '../../src/engine/sequenceBatch.ts';
import type { SlotTable } from '../../src/engine/slotTable.ts';
import type { GenerateOptions } from '../../src/engine/api.ts';
import type { Decoder } from '../../src/nn/decoder.ts';

export interface Wanted {
  readonly prompt: readonly number[];
  readonly count: number;
  readonly options?: GenerateOptions;
  /** Turns of the batch before this one joins. */
  readonly joinsAfter?: number;
}

/** What a table may remember: all that its slots hold. */
export const unlimited = { maxEntries: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

/** Decodes prompts together as generate() does it; returns each one's new tokens. */
export async function decodeTogether(
  decoder: Decoder,
  table: SlotTable,
  wanted: readonly Wanted[],
  overlap = true,
): Promise<number[][]> {
  table.attach(decoder);
  const batch = new SequenceBatch(decoder, table, { overlap });
  const outcomes = wanted.map(({ prompt, count, options = {} }) => {
    const tokens = [...prompt];
    const task: SequenceTask = {
      tokens,
      maxLength: prompt.length + count,
      options,
      eosTokenIds: new Set(),
      onToken: () => false,
      onEnd: (error) => {
        if (error) throw error;
      },
    };
    return { task, tokens };
  });
  for (let turn = 0; turn === 0 || batch.tasks.length > 0; turn++) {
    for (const [index, { task }] of outcomes.entries())
      if ((wanted[index]?.joinsAfter ?? 0) === turn) await batch.join(task);
    await batch.turn();
  }
  await batch.drain();
  return outcomes.map(({ tokens }, index) => tokens.slice(wanted[index]?.prompt.length));
}
