// demo/public/samples/brand.png: a card with a logo in the colours that brand.json says.
//   node scripts/train/brands/makeSample.mjs
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../lib/processes.mjs';
import { setup } from '../../setup.mjs';

const samples = join(repositoryRoot, 'demo/public/samples');
const { image } = JSON.parse(readFileSync(join(samples, 'brand.json'), 'utf8'));
const { background, text, primary, secondary, accent } = image.colors;

/** Sun, hill and sea in a ring, and the name beside it. */
const card = `<!doctype html>
<body style="margin: 0">
<svg xmlns="http://www.w3.org/2000/svg" width="${image.width}" height="${image.height}" viewBox="0 0 960 540">
  <rect width="960" height="540" fill="${background}"/>
  <clipPath id="ring"><circle cx="240" cy="250" r="140"/></clipPath>
  <g clip-path="url(#ring)">
    <rect x="100" y="110" width="280" height="280" fill="${accent}"/>
    <circle cx="290" cy="210" r="56" fill="${secondary}"/>
    <path d="M60 330 Q190 190 320 330 T460 330 V420 H60 Z" fill="${primary}"/>
  </g>
  <g fill="${text}" font-family="Georgia, 'DejaVu Serif', serif">
    <text x="430" y="250" font-size="84" font-weight="700">Harbour</text>
    <text x="430" y="320" font-size="38">sail school, est. 1998</text>
  </g>
  <rect x="430" y="360" width="220" height="56" rx="8" fill="${primary}"/>
  <rect x="0" y="470" width="960" height="70" fill="${text}"/>
</svg>`;

const executablePath = await setup({ browser: true });
if (executablePath) {
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: image.width, height: image.height } });
    await page.setContent(card);
    const file = join(samples, image.file);
    writeFileSync(file, await page.screenshot());
    process.stdout.write(`${file}: ${statSync(file).size} bytes\n`);
  } finally {
    await browser.close();
  }
}
