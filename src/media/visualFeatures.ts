import type { VideoSample } from 'mediabunny';

const gridWidth = 32;
const gridHeight = 16;
const cells = gridWidth * gridHeight;
/** Row by row from the top left, four values a cell. */
export const visualFeatureCount = cells * 4;

/** Pixels a cell: the browser scales the frame so far, the mean over a cell is taken here. */
const cellPixels = 4;
const width = gridWidth * cellPixels;
const height = gridHeight * cellPixels;

/** R'G'B' to Y'CbCr of BT.709. Everything is full range, since a canvas gives R'G'B'. */
const red = 0.2126;
const green = 0.7152;
const blue = 0.0722;
const cbScale = 1 / (2 * (1 - blue));
const crScale = 1 / (2 * (1 - red));

/**
 * Visual features of frames, step by step. The whole frame, whatever its shape, is a grid of 32 × 16 cells; cell (x, y) has the values
 * 4 · (32 y + x) + 0 … 3:
 *
 *     0     luma, 0 to 1            mean over the step's frames
 *     1, 2  Cb and Cr, -½ to ½      mean over the step's frames
 *     3     change of luma, 0 to 1  mean over the step's frames of |luma - luma of the frame taken before|
 */
export class VisualFeatures {
  readonly #context: OffscreenCanvasRenderingContext2D;
  /** f32 [512, 3] of the last frame. */
  #grid: Float32Array | undefined;
  readonly #sum = new Float32Array(visualFeatureCount);
  #frames = 0;

  constructor() {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, alpha: false });
    if (!context) throw new Error('This environment gives no 2D canvas.');
    context.imageSmoothingQuality = 'high';
    this.#context = context;
  }

  /** The next frame of the step; undefined: there is none yet. The sample stays the caller's. */
  add(sample: VideoSample): void {
    this.#context.clearRect(0, 0, width, height);
    sample.draw(this.#context, 0, 0, width, height);
    const grid = cellMeans(this.#context.getImageData(0, 0, width, height).data);
    const before = this.#grid ?? grid;
    for (let cell = 0; cell < cells; cell++)
      this.#accumulate(cell, grid, Math.abs((grid[cell * 3] ?? 0) - (before[cell * 3] ?? 0)));
    this.#grid = grid;
    this.#frames++;
  }

  /** The last frame is still on screen. */
  repeat(): void {
    if (!this.#grid) return;
    for (let cell = 0; cell < cells; cell++) this.#accumulate(cell, this.#grid, 0);
    this.#frames++;
  }

  /** f32 [2048] of the frames since the last `take`; zeros when there were none. */
  take(): Float32Array {
    const features = this.#sum.map((value) => value / Math.max(1, this.#frames));
    this.#sum.fill(0);
    this.#frames = 0;
    return features;
  }

  #accumulate(cell: number, grid: Float32Array, change: number): void {
    const at = cell * 4;
    for (let c = 0; c < 3; c++) this.#sum[at + c] = (this.#sum[at + c] ?? 0) + (grid[cell * 3 + c] ?? 0);
    this.#sum[at + 3] = (this.#sum[at + 3] ?? 0) + change;
  }
}

/** RGBA u8 [64, 128, 4] to luma, Cb, Cr f32 [512, 3]. */
function cellMeans(pixels: Uint8ClampedArray): Float32Array {
  const grid = new Float32Array(cells * 3);
  for (let cell = 0; cell < cells; cell++) {
    let r = 0;
    let g = 0;
    let b = 0;
    const left = (cell % gridWidth) * cellPixels;
    const top = Math.floor(cell / gridWidth) * cellPixels;
    for (let y = top; y < top + cellPixels; y++)
      for (let at = (y * width + left) * 4; at < (y * width + left + cellPixels) * 4; at += 4) {
        r += pixels[at] ?? 0;
        g += pixels[at + 1] ?? 0;
        b += pixels[at + 2] ?? 0;
      }
    const scale = 1 / (255 * cellPixels * cellPixels);
    const luma = (red * r + green * g + blue * b) * scale;
    grid[cell * 3] = luma;
    grid[cell * 3 + 1] = (b * scale - luma) * cbScale;
    grid[cell * 3 + 2] = (r * scale - luma) * crScale;
  }
  return grid;
}
