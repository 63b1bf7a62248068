import type { Layout } from './brandTypes.ts';
import { type ContentMask, density, emptyMask, markBoxes } from './contentMask.ts';
import { roundTo, share, weigh } from './measures.ts';
import type { PageElement, PageSnapshot } from './pageSnapshot.ts';
import type { StyledText } from './pageTypography.ts';

/** Stands for a corner that is round all the way, as `full` does in CSS frameworks. */
export const fullRadiusPx = 9999;
/** Longer distances come from the layout, not from a scale of spacings. */
const longestSpacing = 160;
/** Units that a spacing scale may have, the most usual first; the first that most spacings are multiples of is taken. */
const spacingUnits = [8, 4, 10, 5, 6, 3, 2] as const;
const unitShare = 0.75;
const commonAlignment = 0.6;

/** An element that one sees as a box of its own. */
export interface VisibleBox extends PageElement {
  /** 0: square; `fullRadiusPx`: round all the way. */
  readonly cornerPx: number;
  readonly bordered: boolean;
}

/** Side by side: how many blocks share a row. */
export interface BlockRow {
  readonly blocks: readonly PageElement[];
}

export interface PageMeasures {
  readonly layout: Layout;
  readonly boxes: readonly VisibleBox[];
  readonly spacings: readonly number[];
  readonly rows: readonly BlockRow[];
  readonly mask: ContentMask;
}

export function measurePage(page: PageSnapshot, texts: readonly StyledText[]): PageMeasures {
  const boxes = visibleBoxes(page);
  const spacings = allSpacings(page.elements);
  const rows = blockRows(page);
  const content = [
    ...texts,
    ...page.elements.filter(({ picture, button, tag }) => picture || button || controls.has(tag)),
  ];
  const mask = markBoxes(emptyMask(page.width, page.height), content, page.width, page.height);
  const layout: Layout = {
    source: 'page',
    columns: columnCount(rows),
    spacingUnitPx: spacingUnit(spacings),
    spacingsPx: occurring(spacings),
    radiiPx: occurring(boxes.map(({ cornerPx }) => cornerPx).filter((corner) => corner > 0)),
    alignment: alignment(texts),
    density: density(mask),
  };
  return { layout, boxes, spacings, rows, mask };
}

const controls = new Set(['input', 'select', 'textarea', 'button', 'svg']);

function visibleBoxes(page: PageSnapshot): VisibleBox[] {
  return page.elements.flatMap((element) => {
    const bordered = Math.max(...element.borderWidths) > 0;
    const isPage = element.tag === 'html' || element.tag === 'body';
    const filled = element.background !== '' || element.gradient.length > 0;
    if (isPage || !(bordered || filled || element.shadow || element.picture)) return [];
    return [{ ...element, bordered, cornerPx: corner(element) }];
  });
}

function corner({ radius, width, height }: PageElement): number {
  if (radius >= Math.min(width, height) / 2 && radius >= 8) return fullRadiusPx;
  return roundTo(radius, 0.5);
}

/** Paddings, gaps and vertical margins in whole px. Horizontal margins mostly center. */
function allSpacings(elements: readonly PageElement[]): number[] {
  return elements
    .flatMap(({ paddings, gaps, margins }) => [...paddings, ...gaps, margins[0], margins[2]])
    .map(Math.round)
    .filter((px) => px > 0 && px <= longestSpacing);
}

/** Each once, ascending, at most the 12 most frequent. */
function occurring(values: readonly number[]): number[] {
  return weigh(values, (value) => value)
    .slice(0, 12)
    .map(([value]) => value)
    .sort((one, other) => one - other);
}

export const multiples = (spacings: readonly number[], unit: number): number =>
  share(spacings, (px) => px % unit === 0);

const spacingUnit = (spacings: readonly number[]): number | undefined =>
  spacings.length > 0 ? (spacingUnits.find((unit) => multiples(spacings, unit) >= unitShare) ?? 1) : undefined;

/** Siblings at one height, each at least a twentieth of the page wide. */
function blockRows(page: PageSnapshot): BlockRow[] {
  const byParent = new Map<number, PageElement[]>();
  for (const element of page.elements) {
    if (element.width < page.width / 20 || element.height < 16 || element.display.startsWith('inline')) continue;
    const siblings = byParent.get(element.parent);
    if (siblings) siblings.push(element);
    else byParent.set(element.parent, [element]);
  }
  return [...byParent.values()].flatMap((siblings) => {
    const rows: PageElement[][] = [];
    for (const block of siblings) {
      const row = rows.at(-1);
      const before = row?.at(-1);
      const beside = before && block.x >= before.x + before.width - 1 && block.y < before.y + before.height;
      if (row && beside) row.push(block);
      else rows.push([block]);
    }
    return rows.map((blocks) => ({ blocks }));
  });
}

/** The number that most blocks in rows of several share; 1 without any. */
function columnCount(rows: readonly BlockRow[]): number | undefined {
  const several = rows.filter(({ blocks }) => blocks.length > 1 && isEven(blocks));
  const [most] = weigh(
    several,
    ({ blocks }) => blocks.length,
    ({ blocks }) => blocks.length,
  );
  return most?.[0] ?? (rows.length > 0 ? 1 : undefined);
}

/** Whether blocks have about one width: then they are a grid's and not a navigation's. */
export function isEven(blocks: readonly PageElement[]): boolean {
  const widths = blocks.map(({ width }) => width);
  return Math.min(...widths) > 0.8 * Math.max(...widths);
}

function alignment(texts: readonly StyledText[]): Layout['alignment'] {
  if (texts.length === 0) return undefined;
  const aligned = (align: string): number =>
    share(
      texts,
      (text) => text.align === align || (align === 'left' && text.align === 'justify'),
      ({ characters }) => characters,
    );
  return (['left', 'center', 'right'] as const).find((align) => aligned(align) >= commonAlignment) ?? 'mixed';
}
