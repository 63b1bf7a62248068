import { throwIfAborted } from '../../core/errors.ts';
import type { BrandFeatures, BrandScores } from '../../core/features.ts';
import { brandTones } from '../../variants/brandTones.ts';
import type { AnalyzeOptions, BrandInput, BrandKitData, BrandProgress, BrandTone } from '../brandApi.ts';
import { contentHash } from '../contentHash.ts';
import type { MediaCode } from '../mediaCode.ts';
import type { MemoView } from '../memo.ts';
import { fetchImage } from './brandInput.ts';
import type { DocumentSide } from './documentSide.ts';

export interface BrandSetup {
  readonly media: () => Promise<MediaCode>;
  readonly documentSide: DocumentSide;
  readonly score: (features: BrandFeatures, signal: AbortSignal | undefined) => Promise<BrandScores>;
  /** Most sentences that the network takes beside a full palette. */
  readonly maxSentences: number;
  /** Names the checkpoint and how it is computed. */
  readonly modelIdentity: string;
  /** undefined: nothing is remembered. */
  readonly memo: MemoView<BrandKitData> | undefined;
}

/** How far each phase is when it begins. Rendering and the network take longest. */
const fractions: Readonly<Record<BrandProgress['phase'], number>> = {
  render: 0,
  image: 0.3,
  features: 0.4,
  network: 0.6,
  done: 1,
};

/** From what is given to what is found: looks it up by its content, or renders, decodes, extracts and asks the network. */
export async function analyzeBrand(
  input: BrandInput,
  { onProgress, signal }: AnalyzeOptions,
  setup: BrandSetup,
): Promise<BrandKitData> {
  const enter = (phase: BrandProgress['phase']): void => {
    throwIfAborted(signal);
    onProgress?.({ phase, fraction: fractions[phase] });
  };
  throwIfAborted(signal);
  const image = typeof input.image === 'string' ? await fetchImage(input.image, signal) : input.image;
  const key = setup.memo && (await inputHash({ ...input, image }, setup.modelIdentity));
  const known = key === undefined ? undefined : setup.memo?.find(key);
  if (known) {
    enter('done');
    return { ...structuredClone(known), cached: true };
  }
  const page = input.page ?? (await renderPage(input, setup, enter));
  const pixels = image && (await decode(image, setup, enter, signal));
  enter('features');
  const { extractBrand } = await setup.media();
  const {
    features,
    sentences: _sentences,
    ...found
  } = extractBrand({ page, pixels, text: input.text }, setup.maxSentences);
  enter('network');
  const kit: BrandKitData = { ...found, ...named(await setup.score(features, signal)), cached: false };
  if (key !== undefined) setup.memo?.keep(key, structuredClone(kit), sizeOf(kit));
  enter('done');
  return kit;
}

type Enter = (phase: BrandProgress['phase']) => void;

async function renderPage({ html, css }: BrandInput, { documentSide }: BrandSetup, enter: Enter) {
  if (html === undefined || html.trim() === '') return undefined;
  enter('render');
  return documentSide.capturePage(html, css);
}

async function decode(image: Blob, { media, documentSide }: BrandSetup, enter: Enter, signal: AbortSignal | undefined) {
  enter('image');
  const { decodeImage, isSvg } = await media();
  return decodeImage((await isSvg(image)) ? await documentSide.rasterizeSvg(image) : image, signal);
}

/** html and css as they are given: a hit needs no rendering. */
const inputHash = (
  { image, html, css, page, text }: Omit<BrandInput, 'image'> & { readonly image: Blob | undefined },
  model: string,
): Promise<string> => contentHash({ model, image, html, css, page: page && JSON.stringify(page), text });

function named({ profile, consistency, tone, sentiment, style }: BrandScores) {
  const scores = Object.fromEntries(brandTones.map((name, index) => [name, tone[index] ?? 0])) as Record<
    BrandTone,
    number
  >;
  const label = brandTones.reduce((best, name) => (scores[name] > scores[best] ? name : best));
  return { tone: { label, scores }, consistency, profile, sentiment, style };
}

/** About what a kit takes in memory: two bytes a character of the rest, and the arrays. */
const sizeOf = ({ profile, sentiment, style, ...rest }: BrandKitData): number =>
  2 * JSON.stringify(rest).length + profile.byteLength + sentiment.byteLength + style.byteLength;
