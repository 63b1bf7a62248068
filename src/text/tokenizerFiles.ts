import { EngineError } from '../core/errors.ts';

export interface AddedTokenFile {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** tokenizer.json and tokenizer_config.json, checked as far as this layer relies on them. */
export interface TokenizerFiles {
  /** Complete for the library: absent parts are null. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly addedTokens: readonly AddedTokenFile[];
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws EngineError tokenizer-invalid */
export function checkTokenizerFiles(tokenizerJson: unknown, tokenizerConfig: unknown): TokenizerFiles {
  if (!isRecord(tokenizerJson)) throw tokenizerInvalid('tokenizer.json is not a JSON object.');
  const { model } = tokenizerJson;
  if (!isRecord(model) || (!isRecord(model['vocab']) && !Array.isArray(model['vocab']))) {
    throw tokenizerInvalid('tokenizer.json has no model with a vocabulary.');
  }
  const config = tokenizerConfig ?? {};
  if (!isRecord(config)) throw tokenizerInvalid('tokenizer_config.json is not a JSON object.');
  const added = mergeAddedTokens(tokenizerJson['added_tokens'], config['added_tokens_decoder']);
  const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  return {
    tokenizer: { ...parts, ...tokenizerJson, added_tokens: added.raw },
    config,
    addedTokens: added.tokens,
  };
}

/** A token of tokenizer_config.json: its text, or an object with it (a serialised AddedToken). */
export function tokenText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return isRecord(value) && typeof value['content'] === 'string' ? value['content'] : undefined;
}

export const tokenizerInvalid = (what: string, cause?: unknown): EngineError =>
  new EngineError('tokenizer-invalid', what, "Check the checkpoint's tokenizer files, or download them again.", cause);

/** Both files may list added tokens; transformers takes tokenizer.json's and then what only the other has. */
function mergeAddedTokens(list: unknown, decoder: unknown): { raw: unknown[]; tokens: AddedTokenFile[] } {
  const listed: unknown[] = Array.isArray(list) ? list : [];
  const raw: unknown[] = [...listed];
  const tokens = listed.map(checkAddedToken);
  const known = new Set(tokens.map(({ id }) => id));
  for (const [id, value] of Object.entries(isRecord(decoder) ? decoder : {})) {
    const token = { ...(isRecord(value) ? value : {}), id: Number(id) };
    if (known.has(token.id)) continue;
    raw.push(token);
    tokens.push(checkAddedToken(token));
  }
  return { raw, tokens };
}

function checkAddedToken(value: unknown): AddedTokenFile {
  const { id, content, special } = isRecord(value) ? value : {};
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || typeof content !== 'string' || content === '') {
    throw tokenizerInvalid(`The added token ${JSON.stringify(value)} has no id or no text.`);
  }
  return { id, content, special: special === true };
}
