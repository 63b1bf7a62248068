import { blend, parseColor, type Rgb } from './color.ts';
import { type ColorSample, type ColorUse, sampleOf } from './colorSamples.ts';
import type { Box, PageElement, PageSnapshot, PageText } from './pageSnapshot.ts';

/** What a page shows in which colours. */
export interface PagePaint {
  readonly samples: readonly ColorSample[];
  /** For each text of the snapshot: its colour, and what it stands on where that is a colour and no picture. */
  readonly texts: readonly { readonly color: Rgb; readonly ground: Rgb | undefined }[];
  /** Share of the page under pictures: their colours are not known. */
  readonly pictureShare: number;
}

/** Cells of the coarse picture that the page is painted to: enough that a button has some dozens. */
const maxCells = 100_000;
/** Part of a text's line box (its width times the font size) that is ink. */
const inkShare = 0.18;
const unknown = 0;

/**
 * Paints the backgrounds in document order to a coarse grid, so that what is covered does not count, then adds borders and letters.
 * z-index is not looked at.
 */
export function paintPage(page: PageSnapshot): PagePaint {
  const canvas = new Canvas(page);
  page.elements.forEach((element) => paintElement(canvas, element));
  const texts = page.texts.map((text) => paintText(canvas, text));
  return { samples: canvas.samples(), texts, pictureShare: canvas.pictureShare() };
}

function paintElement(canvas: Canvas, element: PageElement): void {
  const background = parseColor(element.background);
  if (background && background.alpha > 0) canvas.fill(element, [background.rgb], background.alpha, element.button);
  const stops = element.gradient.map(parseColor).filter((stop) => stop !== undefined);
  const alpha = stops.reduce((sum, stop) => sum + stop.alpha / stops.length, 0);
  if (alpha > 0)
    canvas.fill(
      element,
      stops.map(({ rgb }) => rgb),
      alpha,
      element.button,
    );
  if (element.picture) canvas.cover(element);
  const [top, right, bottom, left] = element.borderWidths;
  const area = (top + bottom) * element.width + (left + right) * element.height;
  const border = area > 0 ? parseColor(element.borderColor) : undefined;
  if (border && border.alpha > 0) {
    const under = canvas.at(element.x + element.width / 2, element.y + element.height / 2) ?? border.rgb;
    canvas.add(blend(border.rgb, border.alpha, under), 'border', area);
  }
}

function paintText(canvas: Canvas, text: PageText): { readonly color: Rgb; readonly ground: Rgb | undefined } {
  const ground = canvas.at(text.x + text.width / 2, text.y + text.height / 2);
  const { rgb, alpha } = parseColor(text.color) ?? { rgb: [0, 0, 0] as const, alpha: 1 };
  const color = ground ? blend(rgb, alpha, ground) : rgb;
  if (alpha > 0) canvas.add(color, 'text', inkShare * text.width * text.sizePx * text.lines);
  return { color, ground };
}

class Canvas {
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells: Uint16Array;
  readonly #buttons: Uint8Array;
  /** Index 0 is a picture. */
  readonly #colors: Rgb[] = [[0, 0, 0]];
  readonly #indices = new Map<string, number>();
  readonly #areas = new Map<number, Record<ColorUse, number>>();

  constructor(page: PageSnapshot) {
    const area = Math.max(1, page.width * page.height);
    this.#cell = Math.max(4, Math.sqrt(area / maxCells));
    this.#columns = Math.max(1, Math.round(page.width / this.#cell));
    this.#rows = Math.max(1, Math.round(page.height / this.#cell));
    this.#cells = new Uint16Array(this.#columns * this.#rows).fill(
      this.#index(parseColor(page.canvas)?.rgb ?? [1, 1, 1]),
    );
    this.#buttons = new Uint8Array(this.#cells.length);
  }

  /** Several colours are a gradient: bands from left to right. */
  fill(box: Box, colors: readonly Rgb[], alpha: number, button: boolean): void {
    const { x0, x1, y0, y1 } = this.#range(box);
    const blends = colors.map(() => new Map<number, number>());
    for (let x = x0; x < x1; x++) {
      const band = Math.floor(((x - x0) * colors.length) / (x1 - x0));
      const [color, known] = [colors[band], blends[band]];
      if (!color || !known) continue;
      for (let y = y0; y < y1; y++) {
        const cell = y * this.#columns + x;
        const under = this.#cells[cell] ?? unknown;
        const over = known.get(under) ?? this.#over(color, alpha, under);
        known.set(under, over);
        this.#cells[cell] = over;
        this.#buttons[cell] = button ? 1 : 0;
      }
    }
    // What is thinner than a cell covers none and is a line.
    if ((x0 === x1 || y0 === y1) && colors[0]) this.add(colors[0], 'border', box.width * box.height);
  }

  cover(box: Box): void {
    const { x0, x1, y0, y1 } = this.#range(box);
    for (let y = y0; y < y1; y++) this.#cells.fill(unknown, y * this.#columns + x0, y * this.#columns + x1);
  }

  /** The colour at a place; undefined: a picture, or outside. */
  at(x: number, y: number): Rgb | undefined {
    const [column, row] = [Math.floor(x / this.#cell), Math.floor(y / this.#cell)];
    if (column < 0 || row < 0 || column >= this.#columns || row >= this.#rows) return undefined;
    const index = this.#cells[row * this.#columns + column] ?? unknown;
    return index === unknown ? undefined : this.#colors[index];
  }

  add(rgb: Rgb, use: ColorUse, area: number): void {
    const index = this.#index(rgb);
    const areas = this.#areas.get(index) ?? { fill: 0, text: 0, border: 0, button: 0 };
    areas[use] += area;
    this.#areas.set(index, areas);
  }

  samples(): ColorSample[] {
    const cellArea = this.#cell * this.#cell;
    this.#cells.forEach((index, cell) => {
      if (index === unknown) return;
      const areas = this.#areas.get(index) ?? { fill: 0, text: 0, border: 0, button: 0 };
      areas.fill += cellArea;
      if (this.#buttons[cell]) areas.button += cellArea;
      this.#areas.set(index, areas);
    });
    return [...this.#areas].map(([index, areas]) => sampleOf(this.#colors[index] ?? [0, 0, 0], areas));
  }

  pictureShare(): number {
    return this.#cells.reduce((count, index) => count + (index === unknown ? 1 : 0), 0) / this.#cells.length;
  }

  #range({ x, y, width, height }: Box) {
    const clip = (value: number, end: number): number => Math.min(end, Math.max(0, Math.round(value / this.#cell)));
    return {
      x0: clip(x, this.#columns),
      x1: clip(x + width, this.#columns),
      y0: clip(y, this.#rows),
      y1: clip(y + height, this.#rows),
    };
  }

  #over(color: Rgb, alpha: number, under: number): number {
    if (alpha >= 1) return this.#index(color);
    return under === unknown ? unknown : this.#index(blend(color, alpha, this.#colors[under] ?? color));
  }

  /** Number of a colour; beyond what a cell can hold, of the last one. */
  #index(rgb: Rgb): number {
    const key = rgb.map((value) => Math.round(value * 255)).join();
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    if (this.#colors.length > 65_535) return 65_535;
    const index = this.#colors.push(rgb) - 1;
    this.#indices.set(key, index);
    return index;
  }
}
