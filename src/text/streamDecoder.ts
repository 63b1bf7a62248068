/** Turns token ids into text one at a time. */
export interface StreamDecoder {
  /** Text that no later token can change; '' while a character's bytes are incomplete. */
  push(id: number): string;
  /** The end: what is left, an incomplete character as U+FFFD. */
  flush(): string;
}

/**
 * Byte-level BPE writes every byte as one printable character: those of Latin-1 as they are, the other 68 from U+0100 on.
 * The table of GPT-2's `bytes_to_unicode`, read backwards: character -> byte.
 */
const byteOfCharacter: ReadonlyMap<string, number> = (() => {
  const table = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return table;
})();

const utf8 = new TextEncoder();

/** The bytes of a byte-level token; a token with other characters stands for its own text. */
function bytesOfToken(token: string): Uint8Array {
  const bytes = Array.from(token, (character) => byteOfCharacter.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : utf8.encode(token);
}

/** For byte-level BPE: every token is bytes, decoded as one UTF-8 stream. Each token is looked at once. */
export class ByteLevelStreamDecoder implements StreamDecoder {
  readonly #tokenOf: (id: number) => string | undefined;
  readonly #isAdded: (id: number) => boolean;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /**
   * @param tokenOf the token's characters; undefined for ids that stand for no text (unknown, skipped)
   * @param isAdded whether the token is literal text beside the vocabulary
   */
  constructor(tokenOf: (id: number) => string | undefined, isAdded: (id: number) => boolean) {
    this.#tokenOf = tokenOf;
    this.#isAdded = isAdded;
  }

  push(id: number): string {
    const token = this.#tokenOf(id);
    if (token === undefined) return '';
    if (this.#isAdded(id)) return this.flush() + token;
    return this.#decoder.decode(bytesOfToken(token), { stream: true });
  }

  flush(): string {
    return this.#decoder.decode();
  }
}

/** A character has at most 4 bytes; whatever still ends in U+FFFD after this many tokens is broken for good. */
const maxPendingTokens = 8;

/**
 * For every other kind of tokenizer (SentencePiece with byte fallback, WordPiece): decodes the tokens since the last
 * text together with those of that text, which give spaces their context. The work for a token does not grow with the text.
 */
export class WindowStreamDecoder implements StreamDecoder {
  readonly #decode: (ids: readonly number[]) => string;
  readonly #isText: (id: number) => boolean;
  #context: readonly number[] = [];
  #contextText = '';
  #pending: number[] = [];

  /** @param isText false for ids that stand for no text (unknown, skipped) */
  constructor(decode: (ids: readonly number[]) => string, isText: (id: number) => boolean) {
    this.#decode = decode;
    this.#isText = isText;
  }

  push(id: number): string {
    if (!this.#isText(id)) return '';
    this.#pending.push(id);
    const text = this.#decode([...this.#context, ...this.#pending]);
    if (text.endsWith('\uFFFD') && this.#pending.length < maxPendingTokens) return '';
    return this.#emit(text);
  }

  flush(): string {
    return this.#pending.length === 0 ? '' : this.#emit(this.#decode([...this.#context, ...this.#pending]));
  }

  #emit(text: string): string {
    const fresh = text.slice(this.#contextText.length);
    this.#context = this.#pending;
    this.#contextText = this.#decode(this.#context);
    this.#pending = [];
    return fresh;
  }
}
