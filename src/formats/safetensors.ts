import { checkpointDtypeBytes, type CheckpointDtype } from '../core/dtype.ts';
import { EngineError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { findDuplicateKey } from './duplicateKeys.ts';

/** One tensor of a file: where its bytes are and what they mean. */
export interface TensorEntry {
  readonly name: string;
  /** As the file says it: any safetensors dtype. `requireLoadable` narrows it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From the file's start. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface LoadableTensorEntry extends TensorEntry {
  readonly dtype: CheckpointDtype;
}

/** Bytes before the header: its length, a little-endian u64. */
export const headerLengthBytes = 8;
/** The reference implementation's limit: 100 MB. */
const maxHeaderBytes = 100_000_000;
const maxRank = 8;

/** Bits of an element, for every dtype that the safetensors format knows. */
const dtypeBits: ReadonlyMap<string, number> = new Map([
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map((d) => [d, 8] as const),
  ...['I16', 'U16', 'F16', 'BF16'].map((d) => [d, 16] as const),
  ...['I32', 'U32', 'F32'].map((d) => [d, 32] as const),
  ...['I64', 'U64', 'F64', 'C64'].map((d) => [d, 64] as const),
]);

const download = 'Download or export the checkpoint again.';

const headerInvalid = (what: string, cause?: unknown): EngineError =>
  new EngineError('checkpoint-header-invalid', what, download, cause);

const truncated = (what: string): EngineError =>
  new EngineError('checkpoint-truncated', what, 'The download is incomplete: fetch the file again.');

/**
 * Length in bytes of the JSON header, from the file's first 8 bytes.
 * @param fileBytes the file's length where it is known
 * @throws EngineError checkpoint-header-invalid (over 100 MB, or shorter than `{}`), checkpoint-truncated (beyond the file)
 */
export function readHeaderLength(first8: Uint8Array, fileBytes: number | undefined, fileName: string): number {
  if (first8.length < headerLengthBytes) {
    throw truncated(`${fileName} has ${first8.length} bytes; a safetensors file starts with an 8-byte header length.`);
  }
  const length = new DataView(first8.buffer, first8.byteOffset, headerLengthBytes).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) {
    throw headerInvalid(`${fileName} claims a header of ${length} bytes; at most ${maxHeaderBytes} are read.`);
  }
  if (length < 2n) throw headerInvalid(`${fileName} claims a header of ${length} bytes, too short for JSON.`);
  const headerBytes = Number(length);
  if (fileBytes !== undefined && headerLengthBytes + headerBytes > fileBytes) {
    throw truncated(`${fileName} ends at byte ${fileBytes}, before its header of ${headerBytes} bytes does.`);
  }
  return headerBytes;
}

/**
 * The tensors of a file, sorted by offset. Nothing is believed: types, sizes, overlaps, holes and the file's length are checked.
 * @param headerBytes the JSON, without the 8 bytes before it
 * @param fileBytes the file's length where it is known
 * @throws EngineError checkpoint-header-invalid, checkpoint-dtype, checkpoint-overlap, checkpoint-truncated
 */
export function parseSafetensorsHeader(
  headerBytes: Uint8Array,
  fileBytes: number | undefined,
  fileName: string,
): TensorEntry[] {
  const header = parseHeaderJson(headerBytes, fileName);
  const dataStart = headerLengthBytes + headerBytes.length;
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') checkMetadata(value, fileName);
    else entries.push(parseEntry(name, value, dataStart, fileName));
  }
  entries.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  const end = checkLayout(entries, dataStart, fileName);
  if (fileBytes !== undefined && end > fileBytes) {
    throw truncated(`${fileName} has ${fileBytes} bytes; its header promises ${end}.`);
  }
  if (fileBytes !== undefined && end < fileBytes) {
    throw headerInvalid(`${fileName} has ${fileBytes} bytes, ${fileBytes - end} more than its header describes.`);
  }
  return entries;
}

/**
 * The entry with its dtype narrowed to what weights are loaded from.
 * @throws EngineError checkpoint-dtype
 */
export function requireLoadable(entry: TensorEntry): LoadableTensorEntry {
  const { dtype } = entry;
  if (isCheckpointDtype(dtype)) return { ...entry, dtype };
  throw new EngineError(
    'checkpoint-dtype',
    `Tensor "${entry.name}" is stored as ${dtype}.`,
    'Export the checkpoint in F32, F16 or BF16.',
  );
}

const isCheckpointDtype = (dtype: string): dtype is CheckpointDtype => Object.hasOwn(checkpointDtypeBytes, dtype);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function parseHeaderJson(headerBytes: Uint8Array, fileName: string): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(headerBytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw headerInvalid(`The header of ${fileName} is not UTF-8 JSON.`, cause);
  }
  if (!isRecord(header) || !text.startsWith('{')) {
    throw headerInvalid(`The header of ${fileName} does not start with a JSON object.`);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) throw headerInvalid(`The header of ${fileName} has the key "${duplicate}" twice.`);
  return header;
}

function checkMetadata(value: unknown, fileName: string): void {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw headerInvalid(`"__metadata__" in ${fileName} is not a map of strings.`);
  }
}

function parseEntry(name: string, value: unknown, dataStart: number, fileName: string): TensorEntry {
  const where = `Tensor "${name}" in ${fileName}`;
  if (!isRecord(value)) throw headerInvalid(`${where} is described by ${typeof value}, not an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw headerInvalid(`${where} has no dtype.`);
  const bits = dtypeBits.get(dtype);
  if (bits === undefined) {
    throw new EngineError(
      'checkpoint-dtype',
      `${where} has the unknown dtype "${dtype}".`,
      'Export it in F32, F16 or BF16.',
    );
  }
  if (!Array.isArray(shape) || shape.length > maxRank || !shape.every(isSize)) {
    throw headerInvalid(`${where} has the shape ${JSON.stringify(shape)}; up to ${maxRank} sizes are expected.`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw headerInvalid(`${where} has the data_offsets ${JSON.stringify(offsets)}; [begin, end] is expected.`);
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end) throw headerInvalid(`${where} begins at ${begin}, after its end ${end}.`);
  const expected = tensorBytes(shape, bits);
  if (expected !== end - begin) {
    throw headerInvalid(
      `${where} is ${dtype} ${formatShape(shape)}, ${expected ?? 'too many'} bytes, but has ${end - begin}.`,
    );
  }
  return { name, dtype, shape, byteOffset: dataStart + begin, byteLength: end - begin };
}

/** undefined where the size leaves the safe integers or is no whole number of bytes. */
function tensorBytes(shape: readonly number[], bits: number): number | undefined {
  let total = bits;
  for (const size of shape) {
    total *= size;
    if (!Number.isSafeInteger(total)) return undefined;
  }
  return total % 8 === 0 ? total / 8 : undefined;
}

/** Each tensor begins where the one before ends. Returns the end of the last, from the file's start. */
function checkLayout(entries: readonly TensorEntry[], dataStart: number, fileName: string): number {
  let end = dataStart;
  let previous = 'the header';
  for (const entry of entries) {
    if (entry.byteOffset < end) {
      throw new EngineError(
        'checkpoint-overlap',
        `Tensors ${previous} and "${entry.name}" in ${fileName} share ${end - entry.byteOffset} bytes.`,
        download,
      );
    }
    if (entry.byteOffset > end) {
      throw headerInvalid(
        `${fileName} has ${entry.byteOffset - end} bytes between ${previous} and "${entry.name}" in no tensor.`,
      );
    }
    end = entry.byteOffset + entry.byteLength;
    previous = `"${entry.name}"`;
  }
  return end;
}
