/**
 * A rendered page as plain data: what `capturePage` reads from computed styles and boxes. Bounded, so that it may cross to a worker.
 * Lengths are CSS px, positions count from the page's top left corner, colours are as `getComputedStyle` writes them.
 */
export interface PageSnapshot {
  readonly viewport: { readonly width: number; readonly height: number };
  /** The whole page, as far down as it was looked at. */
  readonly width: number;
  readonly height: number;
  /** What is behind everything. */
  readonly canvas: string;
  /** Visible elements in document order. */
  readonly elements: readonly PageElement[];
  /** Runs of visible text in document order. */
  readonly texts: readonly PageText[];
  /** Whether there was more than the bounds allow. */
  readonly truncated: boolean;
}

/** Top, right, bottom, left. */
export type Sides = readonly [top: number, right: number, bottom: number, left: number];

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PageElement extends Box {
  /** In lower case. */
  readonly tag: string;
  /** Index of the nearest ancestor among the elements; -1: none. */
  readonly parent: number;
  readonly display: string;
  readonly position: string;
  /** Of an SVG shape: its fill. */
  readonly background: string;
  /** Colours of its gradient's stops; none: no gradient. */
  readonly gradient: readonly string[];
  /** Shows a picture, a video or a canvas. */
  readonly picture: boolean;
  /** Is clicked: a button, or a link that looks like one. */
  readonly button: boolean;
  readonly borderColor: string;
  readonly borderWidths: Sides;
  /** Of the top left corner. */
  readonly radius: number;
  readonly shadow: boolean;
  readonly margins: Sides;
  readonly paddings: Sides;
  /** Between rows and between columns of a flex box or grid. */
  readonly gaps: readonly [row: number, column: number];
  /** Tracks of a grid; 0: no grid. */
  readonly gridColumns: number;
}

export interface PageText extends Box {
  /** Index of the element that holds it. */
  readonly element: number;
  /** Index of the nearest element that is no inline box: runs of one block belong to one piece of copy. */
  readonly block: number;
  /** With its white space collapsed; a space at an end parts it from its neighbour. */
  readonly text: string;
  /** Level of the heading around it; 0: none. */
  readonly heading: number;
  /** Is part of a link. */
  readonly link: boolean;
  readonly lines: number;
  readonly color: string;
  /** The font stack as CSS has it. */
  readonly fontFamily: string;
  readonly sizePx: number;
  readonly weight: number;
  /** undefined: `normal`. */
  readonly lineHeightPx: number | undefined;
  readonly letterSpacingPx: number;
  readonly transform: string;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly align: string;
}

/** Bounds of a snapshot. */
export const snapshotLimits = {
  elements: 4000,
  texts: 2000,
  characters: 100_000,
  heightPx: 8000,
} as const;
