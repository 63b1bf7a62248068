/** One tensor as a format's directory has it. */
export interface StoredTensor {
  readonly name: string;
  /** From its file's start. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** A checkpoint format, as far as reading needs it. `formats/` has them; the caller brings the two together. */
export interface CheckpointFormat<Entry extends StoredTensor> {
  /** `.safetensors` */
  readonly extension: string;
  /** Bytes at a file's start that tell the header's length. */
  readonly prefixBytes: number;
  readHeaderLength(prefix: Uint8Array, fileBytes: number | undefined, fileName: string): number;
  parseHeader(header: Uint8Array, fileBytes: number | undefined, fileName: string): Entry[];
  /** Tensor name -> file name. */
  parseIndex(json: unknown): ReadonlyMap<string, string>;
}
