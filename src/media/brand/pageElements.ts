import type { PageElement, PageText, Sides } from './pageSnapshot.ts';

/** Longest text of one run, and longest font stack, characters. */
const longestRun = 4000;
const longestStack = 300;
const mostStops = 8;

const clear = 'rgba(0, 0, 0, 0)';
const pictures = new Set(['img', 'video', 'canvas', 'picture', 'image']);
const shapes = new Set(['path', 'rect', 'circle', 'ellipse', 'polygon', 'polyline']);
/** Their content is no copy, or is not rendered as written. */
const wordless = new Set(['style', 'script', 'textarea', 'select', 'option', 'title', 'desc', 'defs']);
const colorPattern = /(?:rgba?|oklch|oklab|lch|lab|color)\([^()]*\)/gu;

const px = (value: string): number => Number.parseFloat(value) || 0;

/** Whether an element and all that is in it is not to be seen. */
export function isHidden(element: Element, style: CSSStyleDeclaration, box: DOMRect): boolean {
  if (style.display === 'none' || style.opacity === '0' || element.localName === 'defs') return true;
  // Text for screen readers only: clipped to a pixel.
  return style.position === 'absolute' && box.width <= 1 && box.height <= 1 && style.overflow === 'hidden';
}

export function elementOf(element: Element, style: CSSStyleDeclaration, box: DOMRect, parent: number): PageElement {
  const tag = element.localName.toLowerCase();
  const isShape = shapes.has(tag);
  const clipped = isClippedToText(style);
  const background = isShape ? style.fill : style.backgroundColor;
  const widths = sides((side) => px(style.getPropertyValue(`border-${side}-width`)));
  const side = sideNames[widths.findIndex((width) => width > 0)] ?? 'top';
  const painted = !clipped && background !== clear && background !== 'none' && !background.startsWith('url');
  const isButton = looksLikeButton(element, tag, painted || Math.max(...widths) > 0, style);
  return {
    tag,
    parent,
    x: box.left,
    y: box.top,
    width: box.width,
    height: box.height,
    display: style.display,
    position: style.position,
    background: painted ? background : '',
    gradient: clipped ? [] : gradientStops(style.backgroundImage),
    picture: pictures.has(tag) || style.backgroundImage.includes('url("data:'),
    button: isButton,
    borderColor: isShape ? clear : style.getPropertyValue(`border-${side}-color`),
    borderWidths: widths,
    radius: radius(style.borderTopLeftRadius, box),
    shadow: style.boxShadow !== 'none' && style.boxShadow !== '',
    margins: sides((name) => px(style.getPropertyValue(`margin-${name}`))),
    paddings: sides((name) => px(style.getPropertyValue(`padding-${name}`))),
    gaps: [px(style.rowGap), px(style.columnGap)],
    gridColumns: style.display.includes('grid') ? trackCount(style.gridTemplateColumns) : 0,
  };
}

const sideNames = ['top', 'right', 'bottom', 'left'] as const;

const sides = (of: (side: string) => number): Sides => [of('top'), of('right'), of('bottom'), of('left')];

function looksLikeButton(element: Element, tag: string, isBox: boolean, style: CSSStyleDeclaration): boolean {
  if (tag === 'button' || element.getAttribute('role') === 'button') return true;
  if (tag === 'input') return ['submit', 'button', 'reset'].includes(element.getAttribute('type') ?? '');
  return tag === 'a' && isBox && px(style.paddingLeft) >= 4 && element.children.length < 3;
}

const isClippedToText = (style: CSSStyleDeclaration): boolean => style.backgroundClip === 'text';

function gradientStops(image: string): string[] {
  return image.includes('gradient(') ? (image.match(colorPattern) ?? []).slice(0, mostStops) : [];
}

/** '12px', '50%' or '12px 8px'. */
const radius = (value: string, box: DOMRect): number =>
  value.includes('%') && !value.includes('px') ? (px(value) / 100) * Math.min(box.width, box.height) : px(value);

/** Used tracks: '200px 200px', possibly with line names. */
const trackCount = (tracks: string): number => tracks.replace(/\[[^\]]*\]/gu, '').match(/[\d.]+px/gu)?.length ?? 0;

/** A text node with the look that its element gives it; undefined where nothing of it is rendered. */
export function textOf(
  node: Node,
  element: Element,
  style: CSSStyleDeclaration,
): Omit<PageText, 'element' | 'block' | 'heading' | 'link'> | undefined {
  const text = (node.nodeValue ?? '').replace(/\s+/gu, ' ').slice(0, longestRun);
  if (text.trim() === '' || wordless.has(element.localName) || style.visibility !== 'visible') return undefined;
  const place = placeOf(node, element.ownerDocument);
  return place && { text, ...place, ...lookOf(style) };
}

/** Box around a text node and the number of its lines; undefined where it is not rendered. */
function placeOf(node: Node, document: Document) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const { left, top, width, height } = range.getBoundingClientRect();
  if (width <= 0 || height <= 0) return undefined;
  const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
  return { x: left, y: top, width, height, lines: Math.max(1, lines) };
}

function lookOf(style: CSSStyleDeclaration) {
  const letters = style.getPropertyValue('-webkit-text-fill-color') || style.color;
  const [ground] = gradientStops(style.backgroundImage);
  const rightToLeft = style.direction === 'rtl';
  const aligned: Record<string, string> = {
    start: rightToLeft ? 'right' : 'left',
    end: rightToLeft ? 'left' : 'right',
    '-webkit-center': 'center',
  };
  return {
    color: letters === clear && isClippedToText(style) && ground ? ground : letters,
    fontFamily: style.fontFamily.slice(0, longestStack),
    sizePx: px(style.fontSize),
    weight: Number(style.fontWeight) || 400,
    lineHeightPx: style.lineHeight === 'normal' ? undefined : px(style.lineHeight),
    letterSpacingPx: px(style.letterSpacing),
    transform: style.textTransform,
    italic: style.fontStyle !== 'normal',
    underline: style.textDecorationLine.includes('underline'),
    align: aligned[style.textAlign] ?? style.textAlign,
  };
}
