import type { Layout } from './brandTypes.ts';
import { type ContentMask, density, emptyMask } from './contentMask.ts';
import { isEdge, type Pixels } from './imageColors.ts';
import { mean, variation, weigh } from './measures.ts';

/** A cell of the mask with at least this share of edge pixels holds content. */
const leastEdges = 0.02;
/** Cells (of 64 across) without content that part two columns. */
const gutterCells = 2;

/**
 * Layout as far as an image tells it: where content is, and columns where empty gutters part it evenly. Spacings and corners
 * are not guessed.
 */
export function imageLayout(pixels: Pixels): { readonly layout: Layout; readonly mask: ContentMask } {
  const mask = edgeMask(pixels);
  return {
    layout: {
      source: 'image',
      columns: columns(mask),
      spacingUnitPx: undefined,
      spacingsPx: [],
      radiiPx: [],
      alignment: undefined,
      density: density(mask),
    },
    mask,
  };
}

function edgeMask({ width, height, data }: Pixels): ContentMask {
  const mask = emptyMask(width, height);
  const edges = new Uint32Array(mask.cells.length);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * mask.rows) / height) * mask.columns;
    for (let x = 0; x < width; x++) {
      const cell = row + Math.floor((x * mask.columns) / width);
      if (isEdge(data, width, height, x, y)) edges[cell] = (edges[cell] ?? 0) + 1;
    }
  }
  const perCell = (width * height) / mask.cells.length;
  edges.forEach((count, cell) => (mask.cells[cell] = count >= Math.max(1, leastEdges * perCell) ? 1 : 0));
  return mask;
}

/** The number of blocks side by side that most rows with several even blocks have; 1 where rows have one; undefined: no content. */
function columns(mask: ContentMask): number | undefined {
  const rows = Array.from({ length: mask.rows }, (_, row) => runs(mask, row)).filter((found) => found.length > 0);
  if (rows.length === 0) return undefined;
  const even = rows.filter((found) => found.length > 1 && variation(found) < 0.2 && mean(found) > gutterCells);
  const [most] = weigh(even, (found) => found.length);
  return most && most[1] >= rows.length / 8 ? most[0] : 1;
}

/** Lengths in cells of a row's content between gutters. */
function runs({ cells, columns: width }: ContentMask, row: number): number[] {
  const found: number[] = [];
  let gap = gutterCells;
  for (let x = 0; x < width; x++) {
    if (!cells[row * width + x]) {
      gap++;
      continue;
    }
    const last = found.length - 1;
    if (gap >= gutterCells) found.push(1);
    else found[last] = (found[last] ?? 0) + 1 + gap;
    gap = 0;
  }
  return found;
}
