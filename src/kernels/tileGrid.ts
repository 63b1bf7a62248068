/** Of x and of W that a workgroup's tile takes. */
export interface TileSize {
  readonly rows: number;
  /** In rows of W. */
  readonly columns: number;
}

/** Tiles of rows that read the same rows of W side by side: shaders/lib/tile_staging.wgsl. 1: all rows of W first. */
const tallestBand = 16;

/** Workgroups of a tiled product. */
export function tileGrid(
  { rows, columns }: TileSize,
  outputs: { readonly rows: number; readonly weightRows: number },
  tallest = tallestBand,
): [number, number, number] {
  const down = Math.ceil(outputs.rows / rows);
  const bands = Math.ceil(down / tallest);
  return [Math.ceil(down / bands), Math.ceil(outputs.weightRows / columns), bands];
}

/** A tile, and the fewest workgroups for which it is worth taking. */
export type TileRule<N extends string> = readonly [name: N, workgroups: number];

/**
 * The first tile, the largest coming first, of which there are enough to keep a large GPU busy; the last where there are
 * too few of any. The figures behind the rules are in ARCHITECTURE.md.
 */
export function firstThatFills<N extends string>(
  rules: readonly TileRule<N>[],
  sizeOf: (name: N) => TileSize,
  rows: number,
  weightRows: number,
): N | undefined {
  const fills = ([name, least]: TileRule<N>): boolean => {
    const [x, y, z] = tileGrid(sizeOf(name), { rows, weightRows });
    return x * y * z >= least;
  };
  return (rules.find(fills) ?? rules.at(-1))?.[0];
}
