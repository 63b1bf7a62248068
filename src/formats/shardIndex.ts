import { EngineError } from '../core/errors.ts';

/**
 * `model.safetensors.index.json`: tensor name -> file name.
 * File names are plain and relative, because they are appended to the source's address.
 * @throws EngineError checkpoint-header-invalid
 */
export function parseShardIndex(json: unknown): Map<string, string> {
  const weightMap = isRecord(json) ? json['weight_map'] : undefined;
  if (!isRecord(weightMap)) throw invalid('The shard index has no "weight_map" object.');
  const files = new Map<string, string>();
  for (const [tensor, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || !isPlainName(file)) {
      throw invalid(`The shard index puts tensor "${tensor}" into ${JSON.stringify(file)}, not a plain file name.`);
    }
    files.set(tensor, file);
  }
  if (files.size === 0) throw invalid('The shard index names no tensor.');
  return files;
}

/** Relative, no `..`, no scheme, nothing that an address gives another meaning. */
function isPlainName(file: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (!file.endsWith('.safetensors') || /[\\:?#%\u0000-\u001f]/.test(file)) return false;
  return file.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (what: string): EngineError =>
  new EngineError('checkpoint-header-invalid', what, 'Export the checkpoint again, or merge its shards into one file.');
