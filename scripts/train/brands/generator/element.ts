import type { Declarations, Role } from './look.ts';

/** A part of a page before it is markup. */
export interface Element {
  readonly role: Role;
  /** Tag where the author writes semantic markup; elsewhere it is a div, a span, or what it must be. */
  readonly tag: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly Element[];
  /** Which of the page's looks it follows; the first unless told. */
  readonly look?: number;
  /** Declarations of this one alone. */
  readonly own?: Declarations;
}

/** The text of an element, or its children. */
export function element(role: Role, tag: string, content: string | readonly Element[], attributes?: Readonly<Record<string, string>>): Element {
  const inside = typeof content === 'string' ? { text: content } : { children: content };
  return { role, tag, ...inside, ...(attributes ? { attributes } : {}) };
}

/** Changes every element, children before parents. */
export function mapElements(root: Element, change: (element: Element) => Element): Element {
  const children = root.children?.map((child) => mapElements(child, change));
  return change(children ? { ...root, children } : root);
}
