import type { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { EngineError } from '../core/errors.ts';
import { type ChatTemplateMessage, compileChatTemplate, findChatTemplate, type RenderChat } from './chatTemplate.ts';
import { ByteLevelStreamDecoder, type StreamDecoder, WindowStreamDecoder } from './streamDecoder.ts';
import { checkTokenizerFiles, isRecord, tokenizerInvalid, tokenText, type TokenizerFiles } from './tokenizerFiles.ts';

/** A checkpoint's text files, parsed but not believed. */
export interface TokenizerSources {
  readonly tokenizerJson: unknown;
  readonly tokenizerConfig?: unknown;
  readonly generationConfig?: unknown;
  /** config.json, for its eos_token_id. */
  readonly config?: unknown;
  /** Text of chat_template.jinja; goes before tokenizer_config.json's. */
  readonly chatTemplate?: string | undefined;
}

export interface DecodeOptions {
  /** Leaves out tokens such as the end of text. Default true. */
  readonly skipSpecialTokens?: boolean;
}

export interface Tokenizer {
  /** One more than the largest id. A model's logits may have more rows, padding that stands for no text. */
  readonly vocabSize: number;
  readonly bosTokenId: number | undefined;
  /** Tokens that end an answer: of generation_config.json, config.json and tokenizer_config.json together. */
  readonly eosTokenIds: ReadonlySet<number>;
  readonly hasChatTemplate: boolean;
  /** `addSpecialTokens` (default true): the start token where the tokenizer has one; never twice. */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[];
  /** Ids beyond the vocabulary stand for no text. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  createStreamDecoder(options?: DecodeOptions): StreamDecoder;
  /**
   * The prompt of a conversation. `addGenerationPrompt` (default true) ends it where the assistant's answer starts.
   * @throws EngineError not-supported (no template), invalid-option (the template refuses), tokenizer-invalid
   */
  applyChatTemplate(
    messages: readonly ChatTemplateMessage[],
    options?: { readonly addGenerationPrompt?: boolean },
  ): number[];
}

/**
 * Loads the tokenizer library, and Jinja where there is a chat template.
 * @throws EngineError tokenizer-invalid
 */
export async function createTokenizer(sources: TokenizerSources): Promise<Tokenizer> {
  const files = checkTokenizerFiles(sources.tokenizerJson, sources.tokenizerConfig);
  const { Tokenizer } = await import('@huggingface/tokenizers');
  let library: LibraryTokenizer;
  try {
    library = new Tokenizer(files.tokenizer, files.config);
    // Patterns are compiled on first use in part; a broken one is found here rather than in a generation.
    library.encode('a 1');
  } catch (cause) {
    throw tokenizerInvalid(
      `tokenizer.json cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
      cause,
    );
  }
  const template = findChatTemplate(files.config, sources.chatTemplate);
  const render = template === undefined ? undefined : await compileChatTemplate(template, files.config);
  return new CheckpointTokenizer(library, files, sources, render);
}

class CheckpointTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenIds: ReadonlySet<number>;
  readonly #library: LibraryTokenizer;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #addedIds: ReadonlySet<number>;
  readonly #specialIds: ReadonlySet<number>;
  readonly #byteLevel: boolean;
  readonly #render: RenderChat | undefined;

  constructor(
    library: LibraryTokenizer,
    { tokenizer, config, addedTokens }: TokenizerFiles,
    sources: TokenizerSources,
    render: RenderChat | undefined,
  ) {
    this.#library = library;
    this.#config = config;
    this.#render = render;
    this.#addedIds = new Set(addedTokens.map(({ id }) => id));
    this.#byteLevel = isByteLevel(tokenizer['decoder']);
    this.vocabSize = library.model?.vocab.length ?? 0;
    this.bosTokenId = this.#idOf(config['bos_token']);
    this.#specialIds = new Set([
      ...addedTokens.filter(({ special }) => special).map(({ id }) => id),
      ...this.#namedSpecialIds(),
    ]);
    const eosIds = [sources.generationConfig, sources.config].flatMap(eosIdsOf);
    const ownEos = this.#idOf(config['eos_token']);
    this.eosTokenIds = new Set(ownEos === undefined ? eosIds : [...eosIds, ownEos]);
  }

  get hasChatTemplate(): boolean {
    return this.#render !== undefined;
  }

  encode(text: string, { addSpecialTokens = true } = {}): number[] {
    const { ids } = this.#library.encode(text, { add_special_tokens: addSpecialTokens });
    // Characters without a token and without an unknown token have no id.
    const known = ids.filter((id) => Number.isInteger(id));
    const bos = this.bosTokenId;
    if (!addSpecialTokens || bos === undefined) return known;
    // transformers builds the post-processor of some classes from this setting; tokenizer.json alone may lack it.
    if (this.#config['add_bos_token'] === true && known[0] !== bos) return [bos, ...known];
    // A prompt that was written with its start token gets no second one.
    return known[0] === bos && known[1] === bos ? known.slice(1) : known;
  }

  decode(ids: Iterable<number>, options?: DecodeOptions): string {
    if (!this.#byteLevel) return this.#decodeAll([...ids].filter(this.#textFilter(options)));
    const decoder = this.createStreamDecoder(options);
    const pieces = Array.from(ids, (id) => decoder.push(id));
    return pieces.join('') + decoder.flush();
  }

  createStreamDecoder(options?: DecodeOptions): StreamDecoder {
    const isText = this.#textFilter(options);
    if (!this.#byteLevel) return new WindowStreamDecoder((ids) => this.#decodeAll(ids), isText);
    return new ByteLevelStreamDecoder(
      (id) => (isText(id) ? this.#library.id_to_token(id) : undefined),
      (id) => this.#addedIds.has(id),
    );
  }

  applyChatTemplate(messages: readonly ChatTemplateMessage[], { addGenerationPrompt = true } = {}): number[] {
    if (!this.#render) {
      throw new EngineError(
        'not-supported',
        'This checkpoint has no chat template.',
        'Pass a text prompt, or add chat_template.jinja to the checkpoint.',
      );
    }
    // The template writes the special tokens itself, the start token among them.
    return this.encode(this.#render(messages, addGenerationPrompt), { addSpecialTokens: false });
  }

  #textFilter({ skipSpecialTokens = true }: DecodeOptions = {}): (id: number) => boolean {
    return (id) => this.#library.id_to_token(id) !== undefined && !(skipSpecialTokens && this.#specialIds.has(id));
  }

  /** The library refuses an empty list; its clean-up of English punctuation would make text depend on what follows. */
  #decodeAll(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.#library.decode([...ids], { clean_up_tokenization_spaces: false });
  }

  #idOf(token: unknown): number | undefined {
    const text = tokenText(token);
    return text === undefined ? undefined : this.#library.token_to_id(text);
  }

  /** bos_token, eos_token, pad_token, … and additional_special_tokens: special even where their entry does not say so. */
  #namedSpecialIds(): number[] {
    const additional: unknown = this.#config['additional_special_tokens'];
    const named = Object.entries(this.#config).filter(([name]) =>
      /^(?:bos|eos|unk|sep|pad|cls|mask)_token$/.test(name),
    );
    const tokens: unknown[] = [...named.map(([, token]) => token), ...(Array.isArray(additional) ? additional : [])];
    return tokens.map((token) => this.#idOf(token)).filter((id) => id !== undefined);
  }
}

function eosIdsOf(config: unknown): number[] {
  const value: unknown = isRecord(config) ? config['eos_token_id'] : undefined;
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return ids.filter((id): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0);
}

/** A decoder that only maps characters to bytes, so that tokens can be decoded one by one. */
function isByteLevel(decoder: unknown): boolean {
  if (!isRecord(decoder)) return false;
  const { type, decoders } = decoder;
  if (type !== 'Sequence' || !Array.isArray(decoders)) return type === 'ByteLevel';
  const types = decoders.map((part: unknown) => (isRecord(part) ? part['type'] : undefined));
  return types.includes('ByteLevel') && types.every((part) => part === 'ByteLevel' || part === 'Fuse');
}
