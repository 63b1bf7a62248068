import { balance, emptyBands, mirrorSymmetry, profile } from './contentMask.ts';
import {
  areaBy,
  areaShare,
  borderWidths,
  boxes,
  buttons,
  colorful,
  commonest,
  cornerGap,
  headingOrder,
  histogram,
  hueDifferences,
  isColorful,
  type LayoutMeasures,
  meanHue,
  perScreen,
  ratios,
  texts,
} from './layoutMeasures.ts';
import { deviation, mean, oneHot, share, signedRange, spread, sum, variation, weigh } from './measures.ts';
import { isEven, multiples } from './pageLayout.ts';
import { neutralChroma } from './palette.ts';

const layoutFeatureCount = 128;

type Row = readonly [name: string, count: number, values: (m: LayoutMeasures) => readonly number[]];

/** Upper ends in px of the classes of spacings and of corners; the last class is open. */
const spacingEnds = [2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 32, 40, 48, 64, 96];
const cornerEnds = [0, 2, 4, 8, 12, 20, 100];
const columnClasses = [1, 2, 3, 4, 5, 6] as const;

/**
 * The layout of the vector, in order; [name, how many values, values]. Each is about 0 to 1, or -1 to 1 where the name ends in ±. What cannot
 * be known (boxes of an image) is 0.
 */
const table: readonly Row[] = [
  // Spacing: paddings, gaps and vertical margins.
  ['share of spacings by class of px', 16, (m) => histogram(m.page?.spacings ?? [], spacingEnds)],
  ['multiples of 8', 1, (m) => [multiples(m.page?.spacings ?? [], 8)]],
  ['multiples of 4', 1, (m) => [multiples(m.page?.spacings ?? [], 4)]],
  ['multiples of 5', 1, (m) => [multiples(m.page?.spacings ?? [], 5)]],
  ['odd spacings', 1, (m) => [share(m.page?.spacings ?? [], (px) => px % 2 === 1)]],
  ['spacing unit / 16 px', 1, (m) => [(m.layout.spacingUnitPx ?? 0) / 16]],
  ['different spacings, of 16', 1, (m) => [weigh(m.page?.spacings ?? [], (px) => px).length / 16]],
  ['mean spacing, logarithmic', 1, (m) => [Math.log2(1 + mean(m.page?.spacings ?? [])) / 8]],
  ['variation of spacings / 2', 1, (m) => [variation(m.page?.spacings ?? []) / 2]],
  // Boxes: corners, borders, shadows.
  [
    'share of boxes by class of corner',
    8,
    (m) =>
      histogram(
        boxes(m).map(({ cornerPx }) => cornerPx),
        cornerEnds,
      ),
  ],
  ['different corners, of 6', 1, (m) => [weigh(boxes(m), ({ cornerPx }) => cornerPx).length / 6]],
  ['share of the commonest corner', 1, (m) => [commonest(boxes(m), ({ cornerPx }) => cornerPx)]],
  ['round corners of buttons', 1, (m) => [mean(buttons(m).map(({ cornerPx }) => Math.min(1, cornerPx / 24)))]],
  ['buttons and other boxes differ in corners ±', 1, (m) => [cornerGap(m)]],
  ['buttons of the commonest background', 1, (m) => [commonest(buttons(m), ({ background }) => background)]],
  ['boxes with a shadow', 1, (m) => [share(boxes(m), ({ shadow }) => shadow)]],
  ['boxes with a border', 1, (m) => [share(boxes(m), ({ bordered }) => bordered)]],
  ['mean border width / 4 px', 1, (m) => [mean(borderWidths(m)) / 4]],
  ['different border widths, of 4', 1, (m) => [weigh(borderWidths(m), (px) => px).length / 4]],
  ['boxes with a gradient', 1, (m) => [share(boxes(m), ({ gradient }) => gradient.length > 0)]],
  ['boxes, logarithmic', 1, (m) => [Math.log2(1 + boxes(m).length) / 10]],
  // Grid and alignment.
  [
    'columns: 1 to 6',
    6,
    (m) =>
      oneHot(
        columnClasses,
        columnClasses.find((c) => c === Math.min(6, m.layout.columns ?? 0)),
      ),
  ],
  [
    'blocks in rows of several',
    1,
    (m) => [
      share(
        m.page?.rows ?? [],
        (r) => r.blocks.length > 1,
        (r) => r.blocks.length,
      ),
    ],
  ],
  [
    'rows of several with even widths',
    1,
    (m) => [
      share(
        (m.page?.rows ?? []).filter((r) => r.blocks.length > 1),
        (r) => isEven(r.blocks),
      ),
    ],
  ],
  [
    'alignment: left, center, right, mixed',
    4,
    (m) => oneHot(['left', 'center', 'right', 'mixed'] as const, m.layout.alignment),
  ],
  ['different left edges of texts, of 24', 1, (m) => [weigh(texts(m), ({ x }) => Math.round(x / 4)).length / 24]],
  ['texts at the commonest left edge', 1, (m) => [commonest(texts(m), ({ x }) => Math.round(x / 4))]],
  ['boxes at the commonest width', 1, (m) => [commonest(boxes(m), ({ width }) => Math.round(width / 4))]],
  [
    'grids',
    1,
    (m) => [Math.min(1, (m.page?.snapshot.elements.filter(({ gridColumns }) => gridColumns > 1).length ?? 0) / 4)],
  ],
  [
    'content at fixed or absolute places',
    1,
    (m) => [share(m.page?.snapshot.elements ?? [], (e) => e.position === 'fixed' || e.position === 'absolute')],
  ],
  // Where the content is. Also of an image.
  ['density', 1, (m) => [m.layout.density]],
  ['density by band from the top', 12, (m) => (m.mask ? profile(m.mask, 12, 'rows') : Array<number>(12).fill(0))],
  ['density by band from the left', 8, (m) => (m.mask ? profile(m.mask, 8, 'columns') : Array<number>(8).fill(0))],
  ['evenness over the bands from the top', 1, (m) => [m.mask ? spread(profile(m.mask, 12, 'rows')) : 0]],
  ['symmetry left to right', 1, (m) => [m.mask ? mirrorSymmetry(m.mask) : 0]],
  ['center of the content, x ±', 1, (m) => [m.mask ? 4 * (balance(m.mask)[0] - 0.5) : 0]],
  ['center of the content, y ±', 1, (m) => [m.mask ? 2 * (balance(m.mask)[1] - 0.5) : 0]],
  ['empty rows', 1, (m) => [m.mask ? emptyBands(m.mask)[0] : 0]],
  ['empty columns', 1, (m) => [m.mask ? emptyBands(m.mask)[1] : 0]],
  [
    'page height, logarithmic',
    1,
    (m) => [Math.log2(1 + (m.page ? m.page.snapshot.height / m.page.snapshot.viewport.height : 0)) / 4],
  ],
  [
    'characters a screen, logarithmic',
    1,
    (m) => [Math.log2(1 + perScreen(m, sum(texts(m).map(({ characters }) => characters)))) / 14],
  ],
  ['headings get smaller level by level', 1, (m) => [headingOrder(texts(m))]],
  [
    'pictures, share of the area',
    1,
    (m) => [
      areaShare(
        m,
        boxes(m).filter(({ picture }) => picture),
      ),
    ],
  ],
  ['buttons a screen, of 12', 1, (m) => [perScreen(m, buttons(m).length) / 12]],
  ['links, share of the texts', 1, (m) => [share(texts(m), ({ link }) => link)]],
  [
    'mean width of texts, share of the page',
    1,
    (m) => [mean(texts(m).map(({ width }) => width)) / (m.page?.snapshot.width ?? 1)],
  ],
  ['mean box area, root of its share', 1, (m) => [Math.sqrt(areaShare(m, boxes(m)) / Math.max(1, boxes(m).length))]],
  // Contrast of the pairs in the palette.
  ['mean contrast, logarithmic', 1, (m) => [mean(ratios(m))]],
  ['least contrast, logarithmic', 1, (m) => [ratios(m)[0] ?? 0]],
  ['largest contrast, logarithmic', 1, (m) => [ratios(m).at(-1) ?? 0]],
  ['pairs below AA', 1, (m) => [share(m.palette.contrasts, ({ ratio }) => ratio < 4.5)]],
  ['pairs below 3', 1, (m) => [share(m.palette.contrasts, ({ ratio }) => ratio < 3)]],
  // The palette as a whole. 'Colourful': chroma over that of a neutral.
  ['colours, of 12', 1, (m) => [m.palette.colors.length / 12]],
  ['colourful ones, of 8', 1, (m) => [colorful(m).length / 8]],
  ['share of the largest', 1, (m) => [m.palette.colors[0]?.share ?? 0]],
  ['colourful area', 1, (m) => [sum(colorful(m).map(({ share: area }) => area))]],
  ['mean chroma of colourful ones · 4', 1, (m) => [mean(colorful(m).map(({ oklch }) => oklch[1])) * 4]],
  ['deviation of their chroma · 8', 1, (m) => [deviation(colorful(m).map(({ oklch }) => oklch[1])) * 8]],
  ['deviation of their lightness · 4', 1, (m) => [deviation(colorful(m).map(({ oklch }) => oklch[0])) * 4]],
  [
    'lightness of the background',
    1,
    (m) => [(m.palette.colors.find(({ role }) => role === 'background') ?? m.palette.colors[0])?.oklch[0] ?? 0],
  ],
  // Hue differences of all pairs of colourful ones, by class: up to 15, 45, 75, 105, 135, 165, 180 degrees.
  ['hue differences by class', 7, (m) => histogram(hueDifferences(m), [15, 45, 75, 105, 135, 165])],
  ['warm among colourful ones', 1, (m) => [share(colorful(m), ({ oklch }) => oklch[2] < 110 || oklch[2] > 330)]],
  ['mean hue: cosine ±', 1, (m) => [meanHue(m)[0]]],
  ['mean hue: sine ±', 1, (m) => [meanHue(m)[1]]],
  ['area by lightness, in quarters', 4, (m) => areaBy(m, ({ oklch }) => oklch[0], [0.25, 0.5, 0.75])],
  ['area by chroma: up to 0.04, 0.12, more', 3, (m) => areaBy(m, ({ oklch }) => oklch[1], [neutralChroma, 0.12])],
  ['mean chroma by area · 4', 1, (m) => [sum(m.palette.colors.map(({ oklch, share: area }) => oklch[1] * area)) * 4]],
  ['text colours in colour', 1, (m) => [share(texts(m), ({ color }) => isColorful(color))]],
  ['source: 1 page, 0.5 image, 0 none', 1, (m) => [{ page: 1, image: 0.5, none: 0 }[m.layout.source]]],
];

/** Names of all features, by index. */
export const layoutFeatureNames: readonly string[] = table.flatMap(([name, count]) =>
  count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}: ${index}`),
);

/** f32 [128]; see the table. */
export function layoutFeatures(measures: LayoutMeasures): Float32Array {
  const features = new Float32Array(layoutFeatureCount);
  features.set(table.flatMap(([, , values]) => values(measures)).map(signedRange));
  return features;
}
