import type { TileSize } from './tileGrid.ts';

/** Shape of a tile whose sums are in registers: shaders/lib/register_tile.wgsl. */
export interface RegisterTile {
  /** Sums of an invocation: so many rows by 8 rows of W. */
  readonly threadRows: number;
  /** Invocations down and across. */
  readonly rowThreads: number;
  readonly columnThreads: number;
  /** Along k in a slice's tile: chunks, for int8 groups. */
  readonly depth: number;
  /** Times as many invocations share out k. Default 1; a power of two. */
  readonly slices?: number;
  /** 2: tiles have two places. Default 1. */
  readonly buffers?: 1 | 2;
}

export const tileSize = ({ threadRows, rowThreads, columnThreads }: RegisterTile): TileSize => ({
  rows: threadRows * rowThreads,
  columns: 8 * columnThreads,
});

/** Whether so many rows fill more than half of a tile, and at most sixteen of them. */
export const suitsRows = (tile: RegisterTile, rows: number): boolean =>
  tileSize(tile).rows < 2 * rows && rows <= 16 * tileSize(tile).rows;

/** The WGSL part that says so. */
const registerTilePart = (tile: RegisterTile): readonly string[] => [
  `const THREAD_ROWS = ${tile.threadRows}u;`,
  `const ROW_THREADS = ${tile.rowThreads}u;`,
  `const COLUMN_THREADS = ${tile.columnThreads}u;`,
  `const DEPTH = ${tile.depth}u;`,
  `const SLICES = ${tile.slices ?? 1}u;`,
  `const BUFFERS = ${tile.buffers ?? 1}u;`,
];

/** Bytes of workgroup memory of the tiles, `chunks` of 16 bytes a row, and of the slices' sums. */
export function tileBytes(tile: RegisterTile, chunks: number): number {
  const { threadRows, rowThreads, columnThreads, slices = 1, buffers = 1 } = tile;
  const partials = (slices >> 1) * rowThreads * columnThreads * threadRows * 2 + 1;
  const { rows, columns } = tileSize(tile);
  return (buffers * (rows + columns) * (chunks + 1) + partials) * 16;
}

/** Tiles by name, as an axis of a kernel. */
export const tileAxis = <N extends string>(
  tiles: Readonly<Record<N, RegisterTile>>,
): Readonly<Record<N, readonly string[]>> =>
  Object.fromEntries(
    Object.entries<RegisterTile>(tiles).map(([name, tile]) => [name, registerTilePart(tile)]),
  ) as unknown as Readonly<Record<N, readonly string[]>>;
