import { mean } from './measures.ts';
import type { Box } from './pageSnapshot.ts';

/** Where there is something to read or to see, on a coarse grid, row by row: 1 = content. */
export interface ContentMask {
  readonly columns: number;
  readonly rows: number;
  readonly cells: Uint8Array;
}

/** Cells across; they are about square. */
const maskColumns = 64;
const maxRows = 400;

export function emptyMask(width: number, height: number): ContentMask {
  const rows = Math.round((height / Math.max(1, width)) * maskColumns);
  const bounded = Math.min(maxRows, Math.max(1, rows));
  return { columns: maskColumns, rows: bounded, cells: new Uint8Array(maskColumns * bounded) };
}

/** Marks boxes of an area of `width` × `height`. */
export function markBoxes(mask: ContentMask, boxes: readonly Box[], width: number, height: number): ContentMask {
  const [dx, dy] = [mask.columns / Math.max(1, width), mask.rows / Math.max(1, height)];
  for (const box of boxes) {
    const [x0, x1] = [Math.max(0, Math.floor(box.x * dx)), Math.min(mask.columns, Math.ceil((box.x + box.width) * dx))];
    const [y0, y1] = [Math.max(0, Math.floor(box.y * dy)), Math.min(mask.rows, Math.ceil((box.y + box.height) * dy))];
    for (let y = y0; y < y1; y++) if (x0 < x1) mask.cells.fill(1, y * mask.columns + x0, y * mask.columns + x1);
  }
  return mask;
}

export const density = ({ cells }: ContentMask): number => mean([...cells]);

/** Content by horizontal band, from the top, and by vertical band, from the left; each 0 to 1. */
export function profile(mask: ContentMask, bands: number, along: 'rows' | 'columns'): number[] {
  const sums = Array.from({ length: bands }, () => ({ content: 0, cells: 0 }));
  mask.cells.forEach((cell, index) => {
    const at = along === 'rows' ? Math.floor(index / mask.columns) / mask.rows : (index % mask.columns) / mask.columns;
    const band = sums[Math.min(bands - 1, Math.floor(at * bands))];
    if (band) {
      band.content += cell;
      band.cells++;
    }
  });
  return sums.map(({ content, cells }) => content / Math.max(1, cells));
}

/** Part of the cells that are as their mirror image, left and right; 1 for an empty mask. */
export function mirrorSymmetry({ columns, rows, cells }: ContentMask): number {
  let alike = 0;
  let content = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [cell, mirrored] = [cells[y * columns + x] ?? 0, cells[y * columns + columns - 1 - x] ?? 0];
      content += cell | mirrored;
      alike += cell & mirrored;
    }
  }
  return content > 0 ? alike / content : 1;
}

/** Center of the content, each 0 to 1; the middle for an empty mask. */
export function balance({ columns, rows, cells }: ContentMask): readonly [x: number, y: number] {
  let [x, y, content] = [0, 0, 0];
  cells.forEach((cell, index) => {
    x += cell * ((index % columns) + 0.5);
    y += cell * (Math.floor(index / columns) + 0.5);
    content += cell;
  });
  return content > 0 ? [x / content / columns, y / content / rows] : [0.5, 0.5];
}

/** Part of the rows and of the columns without content. */
export function emptyBands(mask: ContentMask): readonly [rows: number, columns: number] {
  const empty = (bands: readonly number[]): number => bands.filter((band) => band === 0).length / bands.length;
  return [empty(profile(mask, mask.rows, 'rows')), empty(profile(mask, mask.columns, 'columns'))];
}
