import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { Pixels } from './imageColors.ts';
import { imageSize } from './imageHeader.ts';

/** Most pixels that are looked at: a screenshot of 1440 × 1000 still has its letters. Larger images are scaled down. */
const mostRead = 1_500_000;
/** Most pixels of an image: decoding takes 4 bytes a pixel in the browser, once. */
const mostDecoded = 100_000_000;
/** The header of a JPEG may lie behind a preview and a colour profile. */
const headerBytes = 1 << 20;
/** Longer side of a drawn SVG, px. */
const svgSide = 1024;

/**
 * Decodes an image: any format that the browser knows; of an animated one, the first frame. At most 1.5 megapixels come back, scaled down where
 * there are more.
 * @throws EngineError image-invalid, not-supported, aborted
 */
export async function decodeImage(image: Blob, signal?: AbortSignal): Promise<Pixels> {
  if (typeof createImageBitmap === 'undefined' || typeof OffscreenCanvas === 'undefined') {
    throw new EngineError(
      'not-supported',
      'Images are decoded by a browser, and there is none here.',
      'Pass a captured `page` or text, or call analyze() in a browser.',
    );
  }
  const size = imageSize(new Uint8Array(await image.slice(0, headerBytes).arrayBuffer()));
  if (size) checkSize(size);
  throwIfAborted(signal);
  const bitmap = await openBitmap(image, size);
  try {
    throwIfAborted(signal);
    checkSize(bitmap);
    return readPixels(bitmap);
  } finally {
    bitmap.close();
  }
}

function checkSize({ width, height }: { readonly width: number; readonly height: number }): void {
  if (width > 0 && height > 0 && width * height <= mostDecoded) return;
  throw new EngineError(
    'image-invalid',
    `The image has ${width} × ${height} pixels.`,
    `Pass one with 1 to ${mostDecoded / 1e6} megapixels.`,
  );
}

/** Scaled while decoding where its header tells that it is large. Only the width is given: a photo may be stored lying on its side. */
async function openBitmap(
  image: Blob,
  size: { readonly width: number; readonly height: number } | undefined,
): Promise<ImageBitmap> {
  const scale = size ? Math.sqrt(mostRead / (size.width * size.height)) : 1;
  try {
    if (!size || scale >= 1) return await createImageBitmap(image);
    const resizeWidth = Math.max(1, Math.floor(size.width * scale));
    return await createImageBitmap(image, { resizeWidth, resizeQuality: 'high' });
  } catch (error) {
    throw new EngineError(
      'image-invalid',
      `The image (${image.type || 'of unknown type'}, ${image.size} bytes) cannot be decoded.`,
      'Pass a PNG, JPEG, WebP, GIF, SVG or another image that the browser shows.',
      error,
    );
  }
}

function readPixels(bitmap: ImageBitmap): Pixels {
  const scale = Math.min(1, Math.sqrt(mostRead / (bitmap.width * bitmap.height)));
  const width = Math.max(1, Math.floor(bitmap.width * scale));
  const height = Math.max(1, Math.floor(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context)
    throw new EngineError('not-supported', 'There is no 2D canvas here.', 'Free memory and call analyze() again.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Whether a file is an SVG, by its type or its beginning. */
export async function isSvg(image: Blob): Promise<boolean> {
  if (image.type === 'image/svg+xml') return true;
  const start = await image.slice(0, 1024).text();
  return /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/iu.test(start);
}

/**
 * Draws an SVG, 1024 px on its longer side. As an image it runs no script and loads nothing. Needs a document: workers do not draw SVG.
 * @throws EngineError image-invalid, not-supported
 */
export async function rasterizeSvg(svg: Blob): Promise<Blob> {
  if (typeof document === 'undefined') {
    throw new EngineError(
      'not-supported',
      'SVG is drawn by a document, and this thread has none.',
      'Pass a PNG, or call analyze() in a page.',
    );
  }
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const longer = Math.max(image.naturalWidth, image.naturalHeight);
    const [width, height] = longer > 0 ? [image.naturalWidth, image.naturalHeight] : [1, 1];
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round((svgSide * width) / Math.max(1, longer)));
    canvas.height = Math.max(1, Math.round((svgSide * height) / Math.max(1, longer)));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((done, fail) =>
      canvas.toBlob((png) => (png ? done(png) : fail(new Error('The canvas gave no PNG.'))), 'image/png'),
    );
  } catch (error) {
    throw new EngineError(
      'image-invalid',
      `The SVG (${svg.size} bytes) cannot be drawn.`,
      'Pass an SVG that the browser shows, or a PNG.',
      error,
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
