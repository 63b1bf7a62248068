/** What the kernels know of a sequence in a batch: lib/sequences.wgsl. */
export interface SequenceRecord {
  /** Position of the next step's first row: so many keys are in the cache already. */
  readonly position: number;
  /** Slot of the cache (keys, values, tokens, sampling settings) that is the sequence's. */
  readonly slot: number;
}

/** Bytes of a record. */
export const recordBytes = 16;

/** Records as the kernels read them, none of them ended. */
export const sequenceRecords = (sequences: readonly SequenceRecord[]): Uint32Array<ArrayBuffer> =>
  Uint32Array.from(sequences.flatMap(({ position, slot }) => [position, 0, slot, 0]));

export const sameRecords = (a: readonly SequenceRecord[], b: readonly SequenceRecord[]): boolean =>
  a.length === b.length &&
  a.every(({ slot, position }, index) => slot === b[index]?.slot && position === b[index]?.position);
