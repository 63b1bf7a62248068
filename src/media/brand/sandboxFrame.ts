import { abortedError, EngineError, throwIfAborted } from '../../core/errors.ts';
import { cleanPage, withoutAddresses } from './cleanPage.ts';

/** What a brand's page is shown in, px: a common laptop's. */
export const viewport = { width: 1280, height: 900 } as const;

/** Longest html and css together, characters. */
const longestPage = 10_000_000;
const loadMs = 10_000;
/** Fonts and pictures inside the page (data: URLs) are waited for this long. */
const settleMs = 2_000;

/**
 * Nothing may be fetched, nothing may run; only what the page itself holds is shown. The frame's sandbox keeps scripts out by itself; this
 * keeps out what needs no script: style sheets, pictures, fonts, media, frames, forms, base.
 */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; base-uri 'none'";
const blank = `<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}"></head><body></body></html>`;

/** Final state at once, and nothing that only a pointer brings; a rule of its own so that its effect can be checked. */
const stillness =
  '*,*::before,*::after{animation-delay:0s!important;animation-duration:0s!important;transition:none!important}' +
  'html{--halftone-styles:allowed}';

/**
 * Shows a page in a frame of this document, out of sight, without scripts and without network, and gives its document to `read`. The frame is gone
 * afterwards.
 * @throws EngineError not-supported, input-too-long, aborted, and what `read` throws
 */
export async function withSandboxedPage<T>(
  html: string,
  css: string,
  signal: AbortSignal | undefined,
  read: (page: Document) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  if (typeof document === 'undefined') {
    throw new EngineError(
      'not-supported',
      'html is rendered by a document, and this thread has none.',
      'Call analyze() in a page, or pass a captured `page`, an image or text.',
    );
  }
  if (html.length + css.length > longestPage) {
    throw new EngineError(
      'input-too-long',
      `html and css have ${html.length + css.length} characters.`,
      `Pass at most ${longestPage}.`,
    );
  }
  const content = parsePage(html);
  const frame = createFrame();
  try {
    const page = await openFrame(frame, signal);
    showContent(page, content, css);
    await settle(page, signal);
    return await read(page);
  } finally {
    frame.remove();
  }
}

/** A document that is not shown: nothing in it loads or runs. */
function parsePage(html: string): Document {
  try {
    return new DOMParser().parseFromString(html, 'text/html');
  } catch (error) {
    throw policyError(error);
  }
}

const policyError = (cause?: unknown): EngineError =>
  new EngineError(
    'not-supported',
    "This page's Content-Security-Policy forbids rendering html with its styles.",
    "Allow 'unsafe-inline' styles and parsing of html where analyze() is called, or pass a captured `page`.",
    cause,
  );

function createFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.setAttribute('aria-hidden', 'true');
  frame.setAttribute('referrerpolicy', 'no-referrer');
  frame.tabIndex = -1;
  frame.inert = true;
  const { width, height } = viewport;
  // color-scheme: the same page looks the same whatever the user prefers.
  frame.style.cssText =
    `all:initial;position:fixed;left:${-2 * width}px;top:0;width:${width}px;height:${height}px;border:0;` +
    'opacity:0;pointer-events:none;color-scheme:light';
  return frame;
}

/** The empty document, its policy in force. */
async function openFrame(frame: HTMLIFrameElement, signal: AbortSignal | undefined): Promise<Document> {
  const loaded = new Promise<void>((done) => frame.addEventListener('load', () => done(), { once: true }));
  try {
    frame.srcdoc = blank;
  } catch (error) {
    throw policyError(error);
  }
  (document.body ?? document.documentElement).append(frame);
  if (!(await within(loaded, loadMs, signal)) || !frame.contentDocument) {
    throw new EngineError(
      'not-supported',
      'A frame for the page did not open.',
      'Allow frames where analyze() is called.',
    );
  }
  return frame.contentDocument;
}

/** Whether a promise ended in time. */
async function within(work: Promise<unknown>, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<boolean>((done, fail) => {
      timer = setTimeout(() => done(false), ms);
      onAbort = () => fail(abortedError(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      void work.then(() => done(true), fail);
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}

/** Moves the cleaned content over, node by node: it is never written out and parsed again. */
function showContent(page: Document, content: Document, css: string): void {
  cleanPage(content);
  const styles = [withoutAddresses(css), stillness].map((text) => {
    const style = page.createElement('style');
    style.textContent = text;
    return style;
  });
  for (const part of ['documentElement', 'head', 'body'] as const) {
    const [from, to] = [content[part], page[part]];
    for (const { name, value } of from.attributes) to.setAttribute(name, value);
  }
  page.head.append(...[...content.head.childNodes].map((node) => page.adoptNode(node)), ...styles);
  page.body.append(...[...content.body.childNodes].map((node) => page.adoptNode(node)));
  const marked = page.defaultView?.getComputedStyle(page.documentElement).getPropertyValue('--halftone-styles');
  if (marked !== 'allowed') throw policyError();
}

async function settle(page: Document, signal: AbortSignal | undefined): Promise<void> {
  const pictures = [...page.images].map((image) => image.decode().catch(() => undefined));
  // Asking for a box lays the page out, and only then fonts start to load.
  page.body.getBoundingClientRect();
  await within(Promise.all([page.fonts.ready, ...pictures]), settleMs, signal);
}
