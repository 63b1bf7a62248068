import { EngineError } from '../core/errors.ts';
import { readJson, readText, type CheckpointSource } from '../storage/source.ts';
import { createTokenizer, type Tokenizer } from '../text/tokenizer.ts';
import type { ChatMessage, GenerateOptions } from './api.ts';
import { checkNames, checkValue } from './flags.ts';

/**
 * The checkpoint's own tokenizer, or undefined if it has none.
 * @throws EngineError tokenizer-invalid
 */
export async function loadTokenizer(
  files: CheckpointSource,
  config: unknown,
  signal?: AbortSignal,
): Promise<Tokenizer | undefined> {
  const [tokenizerJson, tokenizerConfig, generationConfig, chatTemplate] = await Promise.all([
    readJson(files, 'tokenizer.json', signal, 'tokenizer-invalid'),
    readJson(files, 'tokenizer_config.json', signal, 'tokenizer-invalid'),
    readJson(files, 'generation_config.json', signal, 'tokenizer-invalid'),
    readText(files, 'chat_template.jinja', signal, 'tokenizer-invalid'),
  ]);
  if (tokenizerJson === undefined) return undefined;
  return createTokenizer({
    tokenizerJson,
    tokenizerConfig,
    generationConfig,
    config,
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  });
}

/**
 * Token ids of a prompt: messages through the chat template; a string as one user message where there is a template.
 * @throws EngineError empty-input, invalid-option
 */
export function encodePrompt(tokenizer: Tokenizer, prompt: string | readonly ChatMessage[]): number[] {
  if (typeof prompt === 'string') {
    if (!tokenizer.hasChatTemplate) return notEmpty(tokenizer.encode(prompt, { addSpecialTokens: true }));
    return notEmpty(tokenizer.applyChatTemplate([{ role: 'user', content: prompt }], { addGenerationPrompt: true }));
  }
  if (!Array.isArray(prompt) || prompt.length === 0) {
    throw new EngineError(
      'empty-input',
      'There are no messages.',
      'Pass a text, or at least one message { role, content }.',
    );
  }
  for (const [index, { role, content }] of prompt.entries()) {
    checkValue(
      `messages[${index}].role`,
      role,
      ['system', 'user', 'assistant'].includes(role),
      'system, user or assistant',
    );
    checkValue(`messages[${index}].content`, content, typeof content === 'string', 'a string');
  }
  if (!tokenizer.hasChatTemplate) {
    throw new EngineError('not-supported', 'This checkpoint has no chat template.', 'Pass the prompt as one string.');
  }
  return notEmpty(tokenizer.applyChatTemplate(prompt, { addGenerationPrompt: true }));
}

function notEmpty(ids: number[]): number[] {
  if (ids.length > 0) return ids;
  throw new EngineError('empty-input', 'The prompt is empty.', 'Pass at least one token.');
}

const generateNames = [
  'maxTokens',
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'seed',
  'stop',
  'signal',
];

/** @throws EngineError unknown-option, invalid-option */
export function checkGenerateOptions(options: GenerateOptions): void {
  checkNames(options, generateNames, 'generate');
  const { maxTokens, temperature, topK, topP, minP, repetitionPenalty, seed, stop } = options;
  const number = (name: string, value: number | undefined, valid: (value: number) => boolean, wanted: string): void =>
    checkValue(name, value, value === undefined || (typeof value === 'number' && valid(value)), wanted);
  const whole = (least: number) => (value: number) => Number.isSafeInteger(value) && value >= least;
  number('maxTokens', maxTokens, whole(1), 'a whole number of at least 1');
  number('temperature', temperature, (value) => value >= 0 && value <= 100, 'a number from 0 (greedy) to 100');
  number('topK', topK, whole(0), 'a whole number; 0: all tokens');
  number('topP', topP, (value) => value > 0 && value <= 1, 'a number over 0, at most 1');
  number('minP', minP, (value) => value >= 0 && value <= 1, 'a number from 0 to 1');
  number('repetitionPenalty', repetitionPenalty, (value) => value > 0 && value <= 100, 'a number over 0, at most 100');
  number('seed', seed, whole(0), 'a whole number of at least 0');
  const texts =
    stop === undefined || (Array.isArray(stop) && stop.every((text) => typeof text === 'string' && text.length > 0));
  checkValue('stop', stop, texts, 'a list of texts that are not empty');
}
