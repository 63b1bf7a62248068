import { EngineError } from '../core/errors.ts';
import type { BrandFeatures, ClipFeatures } from '../core/features.ts';
import type { BrandConfig } from './brandConfig.ts';
import { type ClipConfig, clipModalities } from './clipConfig.ts';
import { firstNonFinite } from './inputs.ts';

/** WebGPU's largest grid: in the fusion every step is an item of a batch. */
const mostSteps = 65_535;

/**
 * Checks a window's features; returns its steps.
 * @throws EngineError invalid-shape, empty-input, input-too-long, non-finite-input
 */
export function checkClipFeatures(features: ClipFeatures, config: ClipConfig): number {
  const { visual } = requireObject(features, '{ visual, audio, text?, engagement? }');
  const steps = rowsOf('visual', visual, config.widths.visual);
  if (steps === 0)
    throw new EngineError('empty-input', 'There are no steps in visual.', 'Pass features of at least one.');
  for (const modality of clipModalities) {
    const data = features[modality];
    if (data === undefined && (modality === 'text' || modality === 'engagement')) continue;
    const rows = rowsOf(modality, data, config.widths[modality]);
    if (rows !== steps) {
      throw new EngineError(
        'invalid-shape',
        `${modality} has ${rows} steps, but visual has ${steps}.`,
        'Give every modality a row for each step; zeros where there is nothing.',
      );
    }
  }
  const most = Math.min(config.maxSeq, mostSteps);
  if (steps > most) {
    throw new EngineError(
      'input-too-long',
      `There are ${steps} steps; this model takes at most ${most} at once.`,
      'Score them in windows.',
    );
  }
  return steps;
}

/**
 * Checks a brand's features; returns how many colours and sentences there are.
 * @throws EngineError invalid-shape, input-too-long, non-finite-input
 */
export function checkBrandFeatures(
  features: BrandFeatures,
  { widths, maxSeq }: BrandConfig,
): { readonly colors: number; readonly sentences: number } {
  const { colors, typography, layout, text } = requireObject(features, '{ colors, typography, layout, text }');
  for (const [name, data, width] of [
    ['typography', typography, widths.typography],
    ['layout', layout, widths.layout],
  ] as const) {
    const rows = rowsOf(name, data, width);
    if (rows !== 1) {
      throw new EngineError('invalid-shape', `${name} has ${rows * width} values.`, `It must have ${width}.`);
    }
  }
  const counts = { colors: rowsOf('colors', colors, widths.color), sentences: rowsOf('text', text, widths.text) };
  const tokens = counts.colors + 2 + Math.max(1, counts.sentences);
  if (tokens > maxSeq) {
    throw new EngineError(
      'input-too-long',
      `${counts.colors} colours and ${counts.sentences} sentences make ${tokens} tokens; this model takes at most ${maxSeq}.`,
      'Pass fewer sentences or colours.',
    );
  }
  return counts;
}

function requireObject<T>(features: T, what: string): T {
  if (typeof features === 'object' && features !== null) return features;
  throw new EngineError('invalid-shape', `The features are ${String(features)}.`, `Pass ${what} with Float32Arrays.`);
}

/** Rows of [rows, width], all numbers finite. */
function rowsOf(name: string, data: unknown, width: number): number {
  if (!(data instanceof Float32Array)) {
    const what = data === undefined ? 'missing' : 'no Float32Array';
    throw new EngineError('invalid-shape', `${name} is ${what}.`, `Pass a Float32Array [rows, ${width}].`);
  }
  if (data.length % width !== 0) {
    throw new EngineError(
      'invalid-shape',
      `${name} has ${data.length} values, which is no multiple of ${width}.`,
      `Pass whole rows of ${width}.`,
    );
  }
  const bad = firstNonFinite(data);
  if (bad >= 0) {
    throw new EngineError(
      'non-finite-input',
      `${name}[${Math.floor(bad / width)}, ${bad % width}] is ${data[bad]}.`,
      'Every feature must be a finite number.',
    );
  }
  return data.length / width;
}
