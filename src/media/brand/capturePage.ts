import { EngineError, throwIfAborted } from '../../core/errors.ts';
import { elementOf, isHidden, textOf } from './pageElements.ts';
import { type PageElement, type PageSnapshot, type PageText, snapshotLimits } from './pageSnapshot.ts';
import { viewport, withSandboxedPage } from './sandboxFrame.ts';

/** Elements between two pauses, so that the page that captures stays responsive. */
const batch = 200;
const longestReadMs = 15_000;

/**
 * Renders html and css out of sight and reads what is to be seen: 1280 × 900 px, light colour scheme, animations at their end, no script, no request.
 * Needs a document.
 * @throws EngineError empty-input, not-supported, input-too-long, aborted
 */
export async function capturePage(
  html: string,
  css: string | undefined,
  signal: AbortSignal | undefined,
): Promise<PageSnapshot> {
  const page = await withSandboxedPage(html, css ?? '', signal, (document) => readPage(document, signal));
  if (page.texts.length === 0 && page.elements.every(({ tag }) => tag === 'html' || tag === 'body')) {
    throw new EngineError('empty-input', 'The html shows nothing.', 'Pass the html of a page with visible content.');
  }
  return page;
}

async function readPage(document: Document, signal: AbortSignal | undefined): Promise<PageSnapshot> {
  const view = document.defaultView;
  if (!view) throw new EngineError('not-supported', 'The frame of the page closed.', 'Call analyze() again.');
  const reader = new Reader(view);
  const deadline = performance.now() + longestReadMs;
  for (const step of reader.walk(document.documentElement)) {
    if (step % batch !== 0) continue;
    await new Promise((done) => setTimeout(done));
    throwIfAborted(signal);
    if (performance.now() > deadline) {
      throw new EngineError(
        'input-too-long',
        `Laying out the html took over ${longestReadMs / 1000} s.`,
        'Pass less html and css.',
      );
    }
  }
  return reader.snapshot(document);
}

/** What a node gets from those around it. */
interface Inherited {
  /** Index of the nearest ancestor that is in the snapshot. */
  readonly parent: number;
  readonly block: number;
  readonly heading: number;
  readonly link: boolean;
}

class Reader {
  readonly #view: Window;
  readonly #elements: PageElement[] = [];
  readonly #texts: PageText[] = [];
  #characters = 0;
  #truncated = false;

  constructor(view: Window) {
    this.#view = view;
  }

  /** In document order; yields the number of nodes visited. */
  *walk(root: Element): Generator<number> {
    const waiting: { node: Node; inherited: Inherited }[] = [
      { node: root, inherited: { parent: -1, block: -1, heading: 0, link: false } },
    ];
    let visited = 0;
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      yield ++visited;
      const inner = isElement(next.node)
        ? this.#visit(next.node, next.inherited)
        : this.#read(next.node, next.inherited);
      if (inner) for (const node of [...next.node.childNodes].toReversed()) waiting.push({ node, inherited: inner });
      this.#truncated ||= waiting.length > 0 && this.#isFull();
      if (this.#isFull()) return;
    }
  }

  #isFull(): boolean {
    const { elements, texts, characters } = snapshotLimits;
    return this.#elements.length >= elements || this.#texts.length >= texts || this.#characters >= characters;
  }

  /** What an element's children get; undefined: they are not looked at. */
  #visit(element: Element, { parent, block, heading, link }: Inherited): Inherited | undefined {
    const style = this.#view.getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (isHidden(element, style, box)) return undefined;
    if (box.top >= snapshotLimits.heightPx) {
      this.#truncated = true;
      return undefined;
    }
    const isInside = box.width > 0 && box.height > 0 && box.left < viewport.width && box.right > 0;
    const isSeen = isInside && style.visibility === 'visible';
    const index = isSeen ? this.#elements.push(elementOf(element, style, box, parent)) - 1 : parent;
    return {
      parent: index,
      block: isSeen && style.display !== 'inline' ? index : block,
      heading: headingLevel(element) || heading,
      link: link || element.localName === 'a',
    };
  }

  #read(node: Node, { parent, block, heading, link }: Inherited): undefined {
    const element = node.parentElement;
    if (node.nodeType !== node.TEXT_NODE || !element) return;
    const text = textOf(node, element, this.#view.getComputedStyle(element));
    if (!text) return;
    this.#texts.push({ ...text, element: parent, block, heading, link });
    this.#characters += text.text.length;
  }

  snapshot(document: Document): PageSnapshot {
    const { width, height } = viewport;
    const full = Math.max(document.documentElement.scrollHeight, document.body.scrollHeight, height);
    const [html, body] = [document.documentElement, document.body].map(
      (element) => this.#view.getComputedStyle(element).backgroundColor,
    );
    const canvas = [html, body].find((color) => color !== undefined && color !== 'rgba(0, 0, 0, 0)');
    return {
      viewport: { width, height },
      width,
      height: Math.min(full, snapshotLimits.heightPx),
      canvas: canvas ?? 'rgb(255, 255, 255)',
      elements: this.#elements,
      texts: this.#texts,
      truncated: this.#truncated || full > snapshotLimits.heightPx,
    };
  }
}

const headingLevel = (element: Element): number => {
  const [, level] = /^h([1-6])$/.exec(element.localName) ?? [];
  if (level) return Number(level);
  const isHeading = element.getAttribute('role') === 'heading';
  return isHeading ? Math.min(6, Math.max(1, Number(element.getAttribute('aria-level')) || 2)) : 0;
};

/** By its type's number: a node of another document is an instance of that one's classes. */
const isElement = (node: Node): node is Element => node.nodeType === node.ELEMENT_NODE;
