import type { PageElement, PageSnapshot, PageText } from '../../src/media/brand/pageSnapshot.ts';

const none = [0, 0, 0, 0] as const;

/** An element of a hand-made page; what is not said is as for an unstyled block. */
export const element = (tag: string, box: readonly number[], look: Partial<PageElement> = {}): PageElement => {
  const [x = 0, y = 0, width = 0, height = 0] = box;
  return {
    tag,
    parent: -1,
    x,
    y,
    width,
    height,
    display: 'block',
    position: 'static',
    background: '',
    gradient: [],
    picture: false,
    button: false,
    borderColor: 'rgb(0, 0, 0)',
    borderWidths: none,
    radius: 0,
    shadow: false,
    margins: none,
    paddings: none,
    gaps: [0, 0],
    gridColumns: 0,
    ...look,
  };
};

export const textRun = (text: string, box: readonly number[], look: Partial<PageText> = {}): PageText => {
  const [x = 0, y = 0, width = 0, height = 0] = box;
  return {
    element: 0,
    block: 0,
    text,
    x,
    y,
    width,
    height,
    heading: 0,
    link: false,
    lines: 1,
    color: 'rgb(0, 0, 0)',
    fontFamily: 'Arial, sans-serif',
    sizePx: 16,
    weight: 400,
    lineHeightPx: 24,
    letterSpacingPx: 0,
    transform: 'none',
    italic: false,
    underline: false,
    align: 'left',
    ...look,
  };
};

export const snapshot = (
  elements: readonly PageElement[],
  texts: readonly PageText[] = [],
  height = 900,
): PageSnapshot => ({
  viewport: { width: 1280, height: 900 },
  width: 1280,
  height,
  canvas: 'rgb(255, 255, 255)',
  elements,
  texts,
  truncated: false,
});
