import { EngineError } from '../core/errors.ts';
import { createHttpSource, type HttpSourceOptions } from './httpSource.ts';
import type { CheckpointSource } from './source.ts';

const endpoint = 'https://huggingface.co';
/** The Hub's rule for names: letters, digits, `-`, `_` and `.`; no `--` or `..`; at most 96 characters. */
const namePart = /^(?!.*(?:--|\.\.))[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}$/;
const revisionPart = /^(?!.*(?:\.\.|\/\/))[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/;

/**
 * `hf:owner/name@revision` (a branch, tag or commit; default main) -> the address of its files.
 * @throws EngineError invalid-option
 */
export function hubPrefix(repository: string): string {
  const match = /^hf:([^/@]+)\/([^/@]+)(?:@(.+))?$/.exec(repository);
  const [, owner = '', name = '', revision = 'main'] = match ?? [];
  if (!namePart.test(owner) || !namePart.test(name) || !revisionPart.test(revision)) {
    throw new EngineError(
      'invalid-option',
      `"${repository}" is not a Hugging Face repository.`,
      'Write hf:owner/name or hf:owner/name@revision.',
    );
  }
  return `${endpoint}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/`;
}

export function createHubSource(repository: string, options?: HttpSourceOptions): CheckpointSource {
  return createHttpSource(hubPrefix(repository), options);
}
