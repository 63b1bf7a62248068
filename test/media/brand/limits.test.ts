import { expect, test } from 'vitest';
import { capturePage } from '../../../src/media/brand/capturePage.ts';
import { decodeImage } from '../../../src/media/brand/decodeImage.ts';
import { extractBrand } from '../../../src/media/brand/extractBrand.ts';
import { imageSize } from '../../../src/media/brand/imageHeader.ts';
import { makeIndexedPng } from '../../support/indexedPng.ts';

test('an image of 50 megapixels is read within bounds, and keeps its colours and their shares', async () => {
  const image = await makeIndexedPng(8000, 6250, ['#006d77', '#ffddd2'], (x) => (x < 6000 ? 0 : 1));
  const pixels = await decodeImage(image);
  expect(pixels.width * pixels.height).toBeLessThanOrEqual(1_500_000);
  expect(pixels.width / pixels.height).toBeCloseTo(8000 / 6250, 2);
  const { palette } = extractBrand({ pixels });
  expect(palette.map(({ hex }) => hex)).toEqual(['#006d77', '#ffddd2']);
  expect(palette[0]?.share).toBeCloseTo(0.75, 2);
});

test('an image of more than 100 megapixels is refused by its header', async () => {
  const image = await makeIndexedPng(1, 1, ['#000000'], () => 0);
  const bytes = new Uint8Array(await image.arrayBuffer());
  new DataView(bytes.buffer).setUint32(16, 20_000);
  new DataView(bytes.buffer).setUint32(20, 20_000);
  await expect(decodeImage(new Blob([bytes]))).rejects.toMatchObject({ code: 'image-invalid' });
});

test.each(['image/png', 'image/jpeg', 'image/webp'])('the size in the header of %s', async (type) => {
  const image = await new OffscreenCanvas(321, 123).getContext('2d')?.canvas.convertToBlob({ type });
  expect(image?.type).toBe(type);
  expect(imageSize(new Uint8Array((await image?.arrayBuffer()) ?? []))).toEqual({ width: 321, height: 123 });
});

test('5 MB of CSS: the page is read, its rules count', async () => {
  let css = '';
  for (let rule = 0; css.length < 5_000_000; rule++)
    css += `.block-${rule} > .item-${rule % 97}:not(.off) { color: #${(rule % 4096).toString(16).padStart(3, '0')}; margin: ${rule % 40}px; padding: 4px 8px }\n`;
  css += 'h1 { color: #9d0208; font: 700 40px/1.2 Georgia, serif }';
  const html = `<h1>Large</h1>${'<div class="block-7"><p class="item-7">A paragraph of a page.</p></div>'.repeat(150)}`;
  let [last, longest] = [performance.now(), 0];
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 10);
  const started = performance.now();
  const page = await capturePage(html, css, undefined);
  clearInterval(watch);
  console.info(
    `5 MB of CSS took ${Math.round(performance.now() - started)} ms, at most ${Math.round(longest)} ms without a pause`,
  );
  expect(page.texts).toHaveLength(151);
  const { palette, typography } = extractBrand({ page });
  expect(palette.map(({ hex }) => hex)).toContain('#9d0208');
  expect(typography.styles.find(({ name }) => name === 'h1')?.sizePx).toBe(40);
});

test('a page larger than the bounds is cut and says so', async () => {
  const page = await capturePage('<p>A line of a long page.</p>'.repeat(6000), undefined, undefined);
  expect(page.truncated).toBe(true);
  expect(page.height).toBe(8000);
  expect(page.elements.length).toBeLessThanOrEqual(4000);
});

test('inline runs are one sentence; what is hidden is not read; a heading knows its level', async () => {
  const html = `<style>.sr{position:absolute;width:1px;height:1px;overflow:hidden}</style>
    <h2>Order <em>to</em>day!</h2><p hidden>Hidden.</p><p style="visibility:hidden">Unseen.</p><p style="opacity:0">Clear.</p>
    <p class="sr">For readers.</p><p style="text-transform:uppercase" dir="rtl">Right</p>`;
  const page = await capturePage(html, undefined, undefined);
  expect(extractBrand({ page }).sentences).toEqual(['Order today!', 'Right']);
  expect(page.texts.map(({ heading, align }) => [heading, align])).toEqual([
    [2, 'left'],
    [2, 'left'],
    [2, 'left'],
    [0, 'right'],
  ]);
});
