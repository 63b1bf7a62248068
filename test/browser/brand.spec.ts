import { access, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { repositoryRoot } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { brandCheckpoint } from '../support/brandCheckpoint.ts';

// Brandkit of the built library in a plain page, in the worker: what is rendered stays in the page, and asks nobody for anything.

type Library = typeof import('../../src/index.ts');
type Brandkit = import('../../src/index.ts').BrandkitModel;
declare global {
  interface Window {
    brandkit: Brandkit;
    ran: string[];
  }
}

let server: Awaited<ReturnType<typeof serve>> | undefined;
/** Whoever connects to this one has leaked something. */
let canary: Server | undefined;
let canaryUrl = '';
let connections = 0;

test.beforeAll(async () => {
  await access(join(repositoryRoot, 'dist/halftone.js'));
  server = await serve({
    folders: { '/dist/': join(repositoryRoot, 'dist'), '/': join(repositoryRoot, 'test/fixtureApp/blank') },
  });
  canary = createServer((_request, response) => response.writeHead(204).end());
  canary.on('connection', () => connections++);
  await new Promise<void>((done) => canary?.listen(0, '127.0.0.1', done));
  const address = canary.address();
  canaryUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/canary`;
});
test.afterAll(async () => {
  await server?.close();
  canary?.close();
});

/** A page with a small Brandkit loaded as `window.brandkit`. */
async function openBrandkit(page: Page): Promise<void> {
  await page.goto(server?.url ?? '');
  const files = await Promise.all(
    brandCheckpoint().map(async (file) => ({ name: file.name, bytes: [...new Uint8Array(await file.arrayBuffer())] })),
  );
  await page.evaluate(async (files) => {
    const library = '/dist/halftone.js';
    const { createEngine } = (await import(library)) as Library;
    const engine = await createEngine();
    const source = files.map(({ name, bytes }) => new File([new Uint8Array(bytes)], name));
    window.ran = [];
    window.brandkit = await engine.load('brandkit', { source, precision: 'f32' });
  }, files);
}

/** Everything that loads, runs or leads away without being asked. */
const hostile = (url: string): string => `<!doctype html>
<html manifest="${url}/manifest" onload="parent.ran.push('html')"><head>
<base href="${url}/base/"><meta http-equiv="refresh" content="0;url=${url}/refresh">
<meta http-equiv="x-dns-prefetch-control" content="on">
<link rel="stylesheet" href="${url}/style.css"><link rel="preload" as="image" href="${url}/preload.png">
<link rel="prefetch" href="${url}/prefetch"><link rel="dns-prefetch" href="${url}/dns"><link rel="preconnect" href="${url}">
<link rel="icon" href="${url}/icon.png"><link rel="modulepreload" href="${url}/module.js"><link rel="prerender" href="${url}/prerender">
<script>parent.ran.push('script')</script><script src="${url}/script.js"></script>
<script type="speculationrules">{"prefetch":[{"urls":["${url}/speculation"]}]}</script>
<style>@import url(${url}/import.css); @font-face { font-family: Far; src: url(${url}/font.woff2) }
body { margin: 0; background: #fffaf0 url(${url}/background.png); font-family: Far, serif; color: #222222; cursor: url(${url}/cursor.png), auto }
ol { background: \\75 rl(${url}/escaped.png) } h1 { color: #b5179e } li { list-style-image: image-set("${url}/set.png" 1x) } p::before { content: url(${url}/content.png) }
div { mask-image: url(${url}/mask.svg#m); filter: url(${url}/filter.svg#f); border-image: url(${url}/border.png) 1 }</style></head>
<body onload="parent.ran.push('body')" background="${url}/body.png">
<h1 onclick="parent.ran.push('click')">Nothing leaves this page</h1><p>It is read where it is.</p><ul><li>One</li></ul><ol><li>Two</li></ol><div>Masked</div>
<img src="${url}/image.png" srcset="${url}/large.png 2x" onerror="parent.ran.push('error')"><img src="data:image/png;base64,!" onerror="parent.ran.push('broken')">
<picture><source srcset="${url}/source.webp"><img src="relative.png"></picture>
<video src="${url}/video.mp4" poster="${url}/poster.png" autoplay></video><audio src="${url}/audio.mp3" autoplay></audio>
<iframe src="${url}/frame"></iframe><iframe srcdoc="<img src=${url}/srcdoc.png>"></iframe><object data="${url}/object"></object><embed src="${url}/embed">
<a href="javascript:parent.ran.push('link')" ping="${url}/ping">Link</a><a href="${url}/there">There</a>
<form action="${url}/form"><input type="image" src="${url}/submit.png"><input autofocus onfocus="parent.ran.push('focus')"><button formaction="${url}/button">Send</button></form>
<svg width="40" height="40" onload="parent.ran.push('svg')"><script>parent.ran.push('svg script')</script><image href="${url}/svg.png" xlink:href="${url}/xlink.png"/>
<use href="${url}/use.svg#u"/><rect width="40" height="40" fill="url(${url}/fill.svg#f)"><animate attributeName="href" values="javascript:1" onbegin="parent.ran.push('animate')"/></rect></svg>
<table background="${url}/table.png"><tr><td background="${url}/cell.png">Cell</td></tr></table>
<noscript><img src="${url}/noscript.png"></noscript><template><img src="${url}/template.png"></template>
<math><mtext><style><img src="${url}/mutation.png" onerror="parent.ran.push('mutation')"></style></mtext></math>
</body></html>`;

test('a page full of scripts and addresses is read without a request and without running anything', async ({
  page,
  context,
}) => {
  await openBrandkit(page);
  // The first brand loads the code for media; behind it nothing may be asked for.
  await page.evaluate(() => window.brandkit.analyze({ text: 'Load the code.', html: '<p>Load the code.</p>' }));
  const requests: string[] = [];
  const refused: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('requestfailed', (request) => request.failure()?.errorText === 'csp' && refused.push(request.url()));
  const kit = await page.evaluate(async (html) => {
    const before = document.body.innerHTML;
    const focused = document.activeElement;
    const { palette, typography, cached } = await window.brandkit.analyze({ html, css: 'p { color: #7209b7 }' });
    await new Promise((done) => setTimeout(done, 1500));
    const left = {
      same: document.body.innerHTML === before && document.activeElement === focused,
      frames: frames.length,
    };
    return { palette, typography, cached, left, ran: window.ran, href: location.href };
  }, hostile(canaryUrl));
  expect(kit.ran).toEqual([]);
  expect(connections).toBe(0);
  // Two are written so that only the frame's policy knows them for addresses: it refuses them before they leave.
  const asked = requests.filter((url) => !url.startsWith('data:') && !url.startsWith('about:'));
  expect(asked.map((url) => new URL(url).pathname).sort()).toEqual(['/canary/escaped.png', '/canary/set.png']);
  expect(refused.sort()).toEqual(asked.sort());
  expect(kit.left).toEqual({ same: true, frames: 0 });
  expect(kit.href).toBe(server?.url);
  const hexes = kit.palette.map(({ hex }) => hex);
  expect(hexes).toEqual(expect.arrayContaining(['#fffaf0', '#222222', '#b5179e', '#7209b7']));
  expect(kit.typography.families[0]?.family).toBe('Far');
});

test('a screenshot, an animation and an SVG become palettes in the worker; a second look is remembered', async ({
  page,
}) => {
  await openBrandkit(page);
  const animation = await readFile(join(repositoryRoot, 'test/browser/data/redThenBlue.gif'));
  const result = await page.evaluate(
    async (gif) => {
      const canvas = new OffscreenCanvas(1200, 800);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('No canvas.');
      context.fillStyle = '#f8f9fa';
      context.fillRect(0, 0, 1200, 800);
      context.fillStyle = '#d62828';
      context.fillRect(60, 600, 240, 80);
      context.fillStyle = '#212529';
      context.font = '24px sans-serif';
      for (let line = 0; line < 12; line++)
        context.fillText('A screenshot has letters as a page has them, thin and smooth.', 60, 80 + line * 40);
      const png = await canvas.convertToBlob();
      const look = async (image: Blob): Promise<{ roles: Record<string, string>; cached: boolean }> => {
        const { palette, cached } = await window.brandkit.analyze({ image });
        return { roles: Object.fromEntries(palette.map(({ role, hex }, index) => [role ?? index, hex])), cached };
      };
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#3a0ca3"/><circle cx="5" cy="5" r="3" fill="#f72585"/></svg>';
      return {
        shot: await look(png),
        again: await look(png),
        animated: await look(new Blob([new Uint8Array(gif)], { type: 'image/gif' })),
        drawn: await look(new Blob([svg], { type: 'image/svg+xml' })),
        cache: (await window.brandkit.metrics()).cache,
      };
    },
    [...animation],
  );
  expect(result.shot).toMatchObject({ roles: { background: '#f8f9fa', primary: '#d62828' }, cached: false });
  expect(result.shot.roles['text']).toMatch(/^#[23]/);
  expect(result.again).toEqual({ ...result.shot, cached: true });
  expect(Object.values(result.animated.roles)).toEqual(['#ff0000']);
  expect(Object.values(result.drawn.roles).sort()).toEqual(['#3a0ca3', '#f72585']);
  expect(result.cache).toMatchObject({ hits: 1, misses: 3 });
});

test('bad input is told apart on this side of the worker too, and the engine goes on', async ({ page }) => {
  await openBrandkit(page);
  const codes = await page.evaluate(async () => {
    const png = async (width: number, height: number): Promise<Blob> => {
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d')?.fillRect(0, 0, width, height);
      return canvas.convertToBlob();
    };
    const bomb = new Uint8Array(await (await png(1, 1)).arrayBuffer());
    new DataView(bomb.buffer).setUint32(16, 60_000);
    new DataView(bomb.buffer).setUint32(20, 60_000);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 0);
    const inputs: Record<string, [unknown, object?]> = {
      text: [{ image: new Blob(['no image'], { type: 'image/png' }) }],
      empty: [{ image: new Blob([]) }],
      bomb: [{ image: new Blob([bomb], { type: 'image/png' }) }],
      svg: [{ image: new Blob(['<svg'], { type: 'image/svg+xml' }) }],
      missing: [{ image: 'missing.png' }],
      nothing: [{}],
      blank: [{ html: '<script>1</script>' }],
      unknown: [{ html: '<p>A</p>', js: '' }],
      option: [{ html: '<p>A</p>' }, { sginal: 1 }],
      long: [{ html: '<p>A</p>', css: ' '.repeat(10_000_001) }],
      aborted: [{ html: '<p>A</p>'.repeat(3000) }, { signal: stop.signal }],
    };
    const found: Record<string, string> = {};
    for (const [name, [input, options]] of Object.entries(inputs)) {
      found[name] = await window.brandkit.analyze(input as never, options).then(
        () => 'resolved',
        (error: { code?: string; message: string }) => error.code ?? error.message,
      );
    }
    const pixel = await window.brandkit.analyze({ image: await png(1, 1) });
    return { ...found, pixel: pixel.palette.map(({ hex, share }) => `${hex} ${share}`).join(), frames: frames.length };
  });
  expect(codes).toEqual({
    text: 'image-invalid',
    empty: 'image-invalid',
    bomb: 'image-invalid',
    svg: 'image-invalid',
    missing: 'source-not-found',
    nothing: 'empty-input',
    blank: 'empty-input',
    unknown: 'unknown-option',
    option: 'unknown-option',
    long: 'input-too-long',
    aborted: 'aborted',
    pixel: '#000000 1',
    frames: 0,
  });
});
