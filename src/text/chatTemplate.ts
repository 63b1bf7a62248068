import { EngineError } from '../core/errors.ts';
import { tokenText } from './tokenizerFiles.ts';

export interface ChatTemplateMessage {
  readonly role: string;
  readonly content: string;
}

/** Renders messages to the prompt's text. */
export type RenderChat = (messages: readonly ChatTemplateMessage[], addGenerationPrompt: boolean) => string;

/** What a template raises itself; Jinja's own failures are other errors. */
class TemplateRefusal extends Error {}

/**
 * The template's source: chat_template.jinja, else tokenizer_config.json's `chat_template` (a text, or several by name).
 */
export function findChatTemplate(
  config: Readonly<Record<string, unknown>>,
  file: string | undefined,
): string | undefined {
  if (file !== undefined) return file;
  const value = config['chat_template'];
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const named: unknown[] = value;
    const chosen = named.find((item) => hasName(item, 'default')) ?? named[0];
    return typeof chosen === 'object' && chosen !== null && 'template' in chosen && typeof chosen.template === 'string'
      ? chosen.template
      : undefined;
  }
  if (typeof value === 'object' && value !== null && 'default' in value && typeof value.default === 'string') {
    return value.default;
  }
  return undefined;
}

const hasName = (item: unknown, name: string): boolean =>
  typeof item === 'object' && item !== null && 'name' in item && item.name === name;

/**
 * Loads Jinja and parses the template.
 * @throws EngineError tokenizer-invalid; the returned function: invalid-option when the template refuses the messages
 */
export async function compileChatTemplate(
  source: string,
  config: Readonly<Record<string, unknown>>,
): Promise<RenderChat> {
  const { Environment, Interpreter, Template } = await import('@huggingface/jinja');
  let program: InstanceType<typeof Template>['parsed'];
  try {
    program = new Template(source).parsed;
  } catch (cause) {
    throw templateInvalid('cannot be parsed', cause);
  }
  const specialTokens = Object.entries(config)
    .filter(([name]) => name.endsWith('_token'))
    .map(([name, value]) => [name, tokenText(value)] as const);
  return (messages, addGenerationPrompt) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries(globals)) environment.set(name, value);
    for (const [name, text] of specialTokens) if (text !== undefined) environment.set(name, text);
    environment.set('messages', messages);
    environment.set('add_generation_prompt', addGenerationPrompt);
    try {
      const { value } = new Interpreter(environment).run(program);
      if (typeof value === 'string') return value;
      throw new TypeError('it gave no text');
    } catch (cause) {
      if (cause instanceof TemplateRefusal) {
        throw new EngineError(
          'invalid-option',
          `The checkpoint's chat template refuses these messages: ${cause.message.replace(/\.$/, '')}.`,
          'Arrange the messages as the template asks.',
        );
      }
      throw templateInvalid('failed', cause);
    }
  };
}

/** What transformers gives to a template. Built here because Jinja's own `strftime_now` follows the browser's language. */
const globals: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  tools: null,
  documents: null,
  range,
  strftime_now: (format: unknown) => strftime(String(format), new Date()),
  raise_exception: (message: unknown) => {
    throw new TemplateRefusal(String(message));
  },
};

/** Python's range. */
function range(...bounds: readonly number[]): number[] {
  const [start = 0, stop = 0, step = 1] = bounds.length === 1 ? [0, ...bounds] : bounds;
  if (step === 0) throw new TypeError('range() step must not be zero');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** Python's strftime in the C locale, for the fields that templates use. */
export function strftime(format: string, date: Date): string {
  const word = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-US', options).format(date);
  const fields: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getFullYear()),
    y: () => pad(date.getFullYear() % 100),
    m: () => pad(date.getMonth() + 1),
    d: () => pad(date.getDate()),
    B: () => word({ month: 'long' }),
    b: () => word({ month: 'short' }),
    A: () => word({ weekday: 'long' }),
    a: () => word({ weekday: 'short' }),
    H: () => pad(date.getHours()),
    I: () => pad(date.getHours() % 12 || 12),
    p: () => (date.getHours() < 12 ? 'AM' : 'PM'),
    M: () => pad(date.getMinutes()),
    S: () => pad(date.getSeconds()),
    '%': () => '%',
  };
  return format.replace(
    /%(.)/g,
    (whole, field: string) => (Object.hasOwn(fields, field) ? fields[field]?.() : undefined) ?? whole,
  );
}

const templateInvalid = (what: string, cause: unknown): EngineError =>
  new EngineError(
    'tokenizer-invalid',
    `The checkpoint's chat template ${what}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Pass a plain text prompt, or correct chat_template in tokenizer_config.json.',
    cause,
  );
