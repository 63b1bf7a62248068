import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { AnalyzeOptions, BrandInput } from '../brandApi.ts';
import { checkNames, checkValue } from '../flags.ts';

/** @throws EngineError unknown-option, invalid-option, empty-input */
export function checkBrandInput(input: BrandInput, options: AnalyzeOptions): void {
  checkValue(
    'the input',
    input,
    typeof input === 'object' && input !== null,
    '{ image, html, css, text }, some of them',
  );
  checkNames(input, ['image', 'html', 'css', 'page', 'text'], 'analyze');
  checkNames(options, ['onProgress', 'signal'], 'the options of analyze');
  const { image, html, css, page, text } = input;
  checkValue('image', image, image === undefined || image instanceof Blob || isText(image), 'a Blob or File, or a URL');
  for (const [name, value] of Object.entries({ html, css, text }))
    checkValue(name, value, value === undefined || typeof value === 'string', 'a string');
  checkValue('page', page, page === undefined || isSnapshot(page), 'a PageSnapshot');
  if (!image && !isText(html) && !page && !isText(text)) {
    const what = isText(css) ? 'There is css, but nothing that it styles.' : 'There is no image, no html and no text.';
    throw new EngineError('empty-input', what, 'Pass at least one of image, html and text.');
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

const isSnapshot = (page: object): boolean =>
  typeof page === 'object' && page !== null && 'elements' in page && 'texts' in page && 'viewport' in page;

/**
 * The bytes behind an image's address.
 * @throws EngineError source-not-found, source-unreadable, aborted
 */
export async function fetchImage(url: string, signal: AbortSignal | undefined): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null });
    if (response.ok) return await response.blob();
  } catch (error) {
    throwIfAborted(signal);
    throw new EngineError(
      'source-unreadable',
      `The image at ${url} cannot be read.`,
      'Check the address and that its server allows this page to read it (CORS), or pass the file.',
      error,
    );
  }
  const missing = response.status === 404 || response.status === 410;
  throw new EngineError(
    missing ? 'source-not-found' : 'source-unreadable',
    `The server answers HTTP ${response.status} for the image at ${url}.`,
    'Check the address, or pass the file.',
  );
}
