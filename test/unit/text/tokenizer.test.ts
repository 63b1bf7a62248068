import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { strftime } from '../../../src/text/chatTemplate.ts';
import { createTokenizer, type Tokenizer, type TokenizerSources } from '../../../src/text/tokenizer.ts';

const bos = '<｜begin▁of▁sentence｜>';
const eos = '<｜end▁of▁sentence｜>';
const user = '<｜User｜>';
const assistant = '<｜Assistant｜>';

/** The 256 characters that stand for bytes 0 to 255, as GPT-2 has them. */
const byteCharacters = (() => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const shown = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCharCode(shown ? byte : next++);
  });
})();

/** Byte-level BPE: 256 bytes, a few merges, and DeepSeek's special tokens. */
const merges: [string, string][] = [
  ['h', 'e'],
  ['l', 'l'],
  ['he', 'll'],
  ['hell', 'o'],
  ['Ġ', 'w'],
  ['Ġw', 'o'],
];
const words = [...byteCharacters, ...merges.map(([a, b]) => a + b)];
const idOf = new Map(words.map((word, id) => [word, id] as const));
const added = [bos, eos, user, assistant].map((content, index) => ({
  id: 300 + index,
  content,
  special: true,
  normalized: false,
}));
const byteLevelJson = {
  added_tokens: [...added, { id: 304, content: '<think>', special: false, normalized: false }],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
  decoder: { type: 'ByteLevel' },
  model: { type: 'BPE', vocab: Object.fromEntries(idOf), merges },
};
const token = (content: string) => ({ __type: 'AddedToken', content, lstrip: false });
const deepSeekConfig = { bos_token: token(bos), eos_token: token(eos), add_bos_token: true };

const deepSeek = (more: Partial<TokenizerSources> = {}): Promise<Tokenizer> =>
  createTokenizer({ tokenizerJson: byteLevelJson, tokenizerConfig: deepSeekConfig, ...more });

async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  return 'no error';
}

const text = 'hello world, naïve 漢字 🦊👩‍👩‍👧 \n\t end';

describe('byte-level tokenizer', () => {
  it('gives back what it took', async () => {
    const tokenizer = await deepSeek();
    const ids = tokenizer.encode(text, { addSpecialTokens: false });
    expect(ids[0]).toBe(idOf.get('hello'));
    expect(tokenizer.decode(ids)).toBe(text);
    expect(tokenizer.encode('', { addSpecialTokens: false })).toEqual([]);
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.vocabSize).toBe(305);
  });

  it('keeps spaces before punctuation', async () => {
    const tokenizer = await deepSeek();
    const spaced = "wait , what ? I 'm here .";
    expect(tokenizer.decode(tokenizer.encode(spaced))).toBe(spaced);
  });

  it('starts with one start token, asked for or written out', async () => {
    const tokenizer = await deepSeek();
    const hello = idOf.get('hello');
    expect(tokenizer.bosTokenId).toBe(300);
    expect(tokenizer.encode('hello')).toEqual([300, hello]);
    expect(tokenizer.encode(`${bos}hello`)).toEqual([300, hello]);
    const special = { SpecialToken: { id: bos, type_id: 0 } };
    const single = [special, { Sequence: { id: 'A', type_id: 0 } }];
    const processed = await deepSeek({
      tokenizerJson: { ...byteLevelJson, post_processor: { type: 'TemplateProcessing', single, pair: single } },
    });
    expect(processed.encode('hello')).toEqual([300, hello]);
    expect(processed.encode(`${bos}hello`)).toEqual([300, hello]);
    expect(processed.encode('hello', { addSpecialTokens: false })).toEqual([hello]);
  });

  it('hides special tokens, and ids that stand for nothing, from the text', async () => {
    const tokenizer = await deepSeek();
    const ids = [300, idOf.get('hello') ?? 0, 304, 290, 99_999, 301];
    expect(tokenizer.decode(ids)).toBe('hello<think>');
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(`${bos}hello<think>${eos}`);
  });

  it('streams text that never has to be taken back', async () => {
    const tokenizer = await deepSeek();
    const ids = tokenizer.encode(text, { addSpecialTokens: false });
    const decoder = tokenizer.createStreamDecoder();
    const pieces = ids.map((id) => decoder.push(id));
    expect(pieces.some((piece) => piece.includes('\uFFFD'))).toBe(false);
    expect(pieces.join('') + decoder.flush()).toBe(text);
    // 漢 is three tokens here: nothing, nothing, the character.
    const han = tokenizer.encode('漢', { addSpecialTokens: false });
    expect(han.map((id) => decoder.push(id))).toEqual(['', '', '漢']);
  });

  it('streams broken bytes as U+FFFD, at the latest at the end', async () => {
    const tokenizer = await deepSeek();
    const [first = 0, second = 0] = tokenizer.encode('漢', { addSpecialTokens: false });
    const decoder = tokenizer.createStreamDecoder();
    expect(decoder.push(first) + decoder.push(second)).toBe('');
    expect(decoder.push(304)).toBe('\uFFFD<think>');
    decoder.push(first);
    expect(decoder.flush()).toBe('\uFFFD');
  });

  it('streams what decode gives, for any ids, in linear time', async () => {
    const tokenizer = await deepSeek();
    let state = 7;
    const random = () => (state = (state * 48_271) % 2_147_483_647);
    const ids = Array.from({ length: 20_000 }, () => random() % 310);
    const decoder = tokenizer.createStreamDecoder({ skipSpecialTokens: false });
    const streamed = ids.map((id) => decoder.push(id)).join('') + decoder.flush();
    expect(streamed).toBe(tokenizer.decode(ids, { skipSpecialTokens: false }));
  });
});

describe('SentencePiece-like tokenizer', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = ['▁', 'a', 'b', '▁a', '▁b', 'ab'];
  const vocab = Object.fromEntries(['<unk>', '<s>', '</s>', ...bytes, ...letters].map((word, id) => [word, id]));
  const json = {
    added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true, normalized: false })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: { type: 'BPE', vocab, merges: ['▁ a', '▁ b', 'a b'], byte_fallback: true, unk_token: '<unk>' },
  };

  it('streams spaces and bytes as decode does', async () => {
    const tokenizer = await createTokenizer({ tokenizerJson: json, tokenizerConfig: { bos_token: '<s>' } });
    for (const sample of ['a b ab', 'a 漢字 🦊 b', 'b  a']) {
      const ids = tokenizer.encode(sample);
      const decoder = tokenizer.createStreamDecoder();
      const pieces = ids.map((id) => decoder.push(id));
      expect(tokenizer.decode(ids)).toBe(sample);
      expect(pieces.join('') + decoder.flush()).toBe(sample);
      expect(pieces.some((piece) => piece.includes('\uFFFD'))).toBe(false);
    }
  });

  it('does not wait for ever on broken bytes', async () => {
    const tokenizer = await createTokenizer({ tokenizerJson: json });
    const decoder = tokenizer.createStreamDecoder();
    const broken = vocab['<0xFF>'] ?? 0;
    const streamed = Array.from({ length: 50 }, () => decoder.push(broken)).join('');
    expect(streamed.length).toBeGreaterThan(30);
    expect(streamed.length + decoder.flush().length).toBe(50);
  });
});

describe('end of text', () => {
  it('is known from every file that says it', async () => {
    const tokenizer = await deepSeek({ generationConfig: { eos_token_id: [301, 303] }, config: { eos_token_id: 302 } });
    expect([...tokenizer.eosTokenIds].toSorted((x, y) => x - y)).toEqual([301, 302, 303]);
    const plain = await deepSeek({ tokenizerConfig: { eos_token: eos } });
    expect([...plain.eosTokenIds]).toEqual([301]);
    const none = await deepSeek({ tokenizerConfig: { eos_token: null }, generationConfig: { eos_token_id: 'x' } });
    expect([...none.eosTokenIds]).toEqual([]);
  });
});

describe('chat template', () => {
  // The shape of DeepSeek-R1's own template, without tool calls.
  const template = [
    '{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}',
    "{% set ns = namespace(is_first=false, system_prompt='') %}",
    "{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}",
    '{{bos_token}}{{ns.system_prompt}}',
    "{%- for message in messages %}{%- if message['role'] == 'user' %}{{'<｜User｜>' + message['content']}}{%- endif %}",
    "{%- if message['role'] == 'assistant' and message['content'] is not none %}",
    "{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}",
    "{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}",
    "{%- if message['role'] == 'tool' %}{{ raise_exception('Tools are not supported.') }}{% endif %}{%- endfor -%}",
    "{% if add_generation_prompt %}{{'<｜Assistant｜>'}}{% endif %}",
  ].join('');
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'hello' },
    { role: 'assistant', content: '<think>hm</think>hi' },
    { role: 'user', content: 'bye' },
  ];

  it('writes one start token, recognises special tokens and drops old thoughts', async () => {
    const tokenizer = await deepSeek({ tokenizerConfig: { ...deepSeekConfig, chat_template: template } });
    const ids = tokenizer.applyChatTemplate(messages);
    expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(
      `${bos}Be kind.${user}hello${assistant}hi${eos}${user}bye${assistant}`,
    );
    expect(ids.filter((id) => id === 300)).toHaveLength(1);
    expect(ids.filter((id) => id >= 300)).toEqual([300, 302, 303, 301, 302, 303]);
    expect(tokenizer.applyChatTemplate(messages, { addGenerationPrompt: false }).at(-1)).not.toBe(303);
  });

  it("passes on the template's own refusal", async () => {
    const tokenizer = await deepSeek({ chatTemplate: template });
    const refused = () => tokenizer.applyChatTemplate([{ role: 'tool', content: '' }]);
    expect(await codeOf(refused)).toBe('invalid-option');
    expect(refused).toThrow(/Tools are not supported\. /);
  });

  it('comes from chat_template.jinja first, or from the default of several', async () => {
    const config = {
      ...deepSeekConfig,
      chat_template: [
        { name: 'tool_use', template: 'B' },
        { name: 'default', template: 'A' },
      ],
    };
    const several = await deepSeek({ tokenizerConfig: config });
    expect(several.decode(several.applyChatTemplate([]))).toBe('A');
    const file = await deepSeek({
      tokenizerConfig: config,
      chatTemplate: 'C{% for i in range(3) %}{{ i }}{% endfor %}',
    });
    expect(file.decode(file.applyChatTemplate([]))).toBe('C012');
  });

  it('knows the date in English', async () => {
    expect(strftime('%d %B %Y, %b %y %H:%M:%S 100%% %q', new Date(2026, 2, 5, 7, 8, 9))).toBe(
      '05 March 2026, Mar 26 07:08:09 100% %q',
    );
    const tokenizer = await deepSeek({ chatTemplate: "{{ strftime_now('%Y') }}" });
    expect(tokenizer.decode(tokenizer.applyChatTemplate([]))).toMatch(/^\d{4}$/);
  });

  it('is missed with a clear error', async () => {
    const tokenizer = await deepSeek();
    expect(tokenizer.hasChatTemplate).toBe(false);
    expect(await codeOf(() => tokenizer.applyChatTemplate(messages))).toBe('not-supported');
  });
});

describe('invalid tokenizer files', () => {
  it.each<[string, Partial<TokenizerSources>]>([
    ['no object', { tokenizerJson: null }],
    ['no model', { tokenizerJson: {} }],
    ['no vocabulary', { tokenizerJson: { model: { type: 'BPE' } } }],
    ['merges that are none', { tokenizerJson: { ...byteLevelJson, model: { type: 'BPE', vocab: {}, merges: 7 } } }],
    ['an unknown decoder', { tokenizerJson: { ...byteLevelJson, decoder: { type: 'Magic' } } }],
    ['an added token without id', { tokenizerJson: { ...byteLevelJson, added_tokens: [{ content: 'x' }] } }],
    [
      'a broken pattern',
      { tokenizerJson: { ...byteLevelJson, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' } } } },
    ],
    ['a config that is a list', { tokenizerConfig: [] }],
    ['a template with an open block', { chatTemplate: '{% if' }],
  ])('%s', async (_, sources) => {
    expect(await codeOf(() => deepSeek(sources))).toBe('tokenizer-invalid');
  });
});
