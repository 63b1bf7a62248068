import { fileURLToPath } from 'node:url';
import type { BrandFeatures, BrandScores, ClipFeatures, ClipModality, ClipScores } from '../../src/engine/api.ts';
import { filesOf, readJsonFile } from './files.ts';
import { hashedCheckpoint, hashedNumbers } from './hashedNumbers.ts';

/** test/goldens/networks: what PyTorch computes for whole networks. */
const folder = fileURLToPath(new URL('../goldens/networks/', import.meta.url));

type Numbers<T> = { readonly [K in keyof T]: readonly number[] };

export interface NetworkGolden<C> {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly C[];
}
export type ClipCase = { readonly steps: number; readonly there: readonly ClipModality[] } & Numbers<ClipScores>;
export type BrandCase = { readonly colors: number; readonly sentences: number } & Numbers<BrandScores>;

type CaseOf<N extends string> = N extends `clip-${string}` ? ClipCase : BrandCase;

export const networkGolden = <N extends 'clip-small' | 'clip-full' | 'brand-small' | 'brand-full'>(
  name: N,
): NetworkGolden<CaseOf<N>> => ({
  ...(readJsonFile(`${folder}${name}/case.json`) as NetworkGolden<CaseOf<N>>),
  name,
  config: readJsonFile(`${folder}${name}/config.json`) as Record<string, unknown>,
});

/** Small checkpoints lie in files; those of the published sizes are made by the same rule as in PyTorch. */
export const filesOfGolden = ({ name, config, tensors }: NetworkGolden<unknown>): File[] =>
  name.endsWith('small')
    ? filesOf(`${folder}${name}`, (file) => file !== 'case.json')
    : hashedCheckpoint(config, tensors);

const sized = ({ config }: NetworkGolden<unknown>, key: string, rows: number): number => rows * Number(config[key]);

/** The case's inputs; text and engagement that are not there are left out, sight and sound are silence. */
export function clipFeatures(golden: NetworkGolden<ClipCase>, index: number): ClipFeatures {
  const { steps = 0, there = [] } = golden.cases[index] ?? {};
  const of = (modality: ClipModality): Float32Array => {
    const count = sized(golden, `${modality}_size`, steps);
    return there.includes(modality) ? hashedNumbers(`input.${index}.${modality}`, count) : new Float32Array(count);
  };
  return {
    visual: of('visual'),
    audio: of('audio'),
    ...(there.includes('text') ? { text: of('text') } : {}),
    ...(there.includes('engagement') ? { engagement: of('engagement') } : {}),
  };
}

export function brandFeatures(golden: NetworkGolden<BrandCase>, index: number): BrandFeatures {
  const { colors = 0, sentences = 0 } = golden.cases[index] ?? {};
  const of = (kind: string, key: string, rows: number): Float32Array =>
    hashedNumbers(`input.${index}.${kind}`, sized(golden, key, rows));
  return {
    colors: of('colors', 'color_size', colors),
    typography: of('typography', 'typography_size', 1),
    layout: of('layout', 'layout_size', 1),
    text: of('text', 'text_size', sentences),
  };
}
