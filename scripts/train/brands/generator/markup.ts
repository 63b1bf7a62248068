import { type Element } from './element.ts';
import type { Declarations, Role } from './look.ts';
import type { Random } from './random.ts';

/** How an author writes: what is said is the same. */
export interface Hand {
  readonly tags: 'semantic' | 'divs';
  /** Where styles are: classes in a style element, the same with variables, classes in a file of its own, or at each element. */
  readonly styles: 'classes' | 'variables' | 'file' | 'inline';
  readonly naming: 'role' | 'block' | 'short';
  readonly indent: boolean;
  readonly titled: boolean;
  /** What this author leaves to the browser's own style sheet. */
  readonly leaves: readonly Left[];
}

/** Properties of some roles. */
interface Left {
  readonly roles: readonly Role[];
  readonly properties: readonly string[];
}

const oftenLeft: readonly Left[] = [
  { roles: ['title', 'heading', 'subheading'], properties: ['margin'] },
  { roles: ['title', 'heading', 'subheading'], properties: ['font-size', 'line-height'] },
  { roles: ['lead', 'text', 'fine', 'quote', 'list', 'item', 'kicker', 'price'], properties: ['margin', 'padding'] },
  { roles: ['lead', 'kicker', 'fine', 'cite', 'badge', 'item'], properties: ['font-size'] },
  { roles: ['button', 'ghost', 'input'], properties: ['font-size', 'font-family'] },
];

export function drawHand(random: Random): Hand {
  return {
    tags: random.chance(0.7) ? 'semantic' : 'divs',
    styles: random.pick(['classes', 'classes', 'variables', 'file', 'inline']),
    naming: random.pick(['role', 'block', 'short']),
    indent: random.chance(0.6),
    titled: random.chance(0.8),
    leaves: random.chance(0.4) ? oftenLeft.filter(() => random.chance(0.5)) : [],
  };
}

/** The rules of a page's looks, by role. */
export type Rules = readonly Readonly<Record<Role, Declarations>>[];

const keptTags = new Set(['table', 'tr', 'td', 'th', 'ul', 'ol', 'li', 'input', 'button', 'a']);
const empty = new Set(['input']);
/** Roles whose element has a layout of its own as a table row. */
const rowTags = new Set(['tr']);

function without(declarations: Declarations, role: Role, leaves: readonly Left[]): Declarations {
  const left = new Set(leaves.filter(({ roles }) => roles.includes(role)).flatMap(({ properties }) => properties));
  return left.size === 0
    ? declarations
    : Object.fromEntries(Object.entries(declarations).filter(([property]) => !left.has(property)));
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const writeDeclarations = (declarations: Declarations, separator: string): string =>
  Object.entries(declarations)
    .map(([property, value]) => `${property}: ${value};`)
    .join(separator);

function className(hand: Hand, role: Role, look: number, index: number): string {
  const names = { role, block: `page__${role.toLowerCase()}`, short: `c${index}` };
  return look === 0 ? names[hand.naming] : `${names[hand.naming]}-${look + 1}`;
}

interface Sheet {
  readonly rules: Map<string, Declarations>;
  /** Order in which roles came up, for the short names. */
  readonly seen: Map<Role, number>;
}

function openTag(node: Element, hand: Hand, rules: Rules, sheet: Sheet): string {
  const look = node.look ?? 0;
  const declared = without(rules[look]?.[node.role] ?? {}, node.role, hand.leaves);
  const own = rowTags.has(node.tag) ? {} : declared;
  const tag = tagOf(node, hand);
  const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`);
  // What a heading's tag would bring by itself is reset by the rule; a link has somewhere to go.
  if (tag === 'a') attributes.push(' href="#"');
  if (hand.styles === 'inline') {
    const style = writeDeclarations({ ...own, ...node.own }, ' ');
    if (style !== '') attributes.push(` style="${escapeHtml(style)}"`);
  } else if (!rowTags.has(node.tag)) {
    const index = sheet.seen.get(node.role) ?? sheet.seen.size;
    sheet.seen.set(node.role, index);
    const name = className(hand, node.role, look, index);
    sheet.rules.set(`.${name}`, own);
    attributes.push(` class="${name}"`);
    if (node.own) attributes.push(` style="${escapeHtml(writeDeclarations(node.own, ' '))}"`);
  }
  return `<${tag}${attributes.join('')}>`;
}

function tagOf(node: Element, hand: Hand): string {
  if (hand.tags === 'semantic' || keptTags.has(node.tag)) return node.tag;
  return node.tag === 'span' ? 'span' : 'div';
}

function write(node: Element, hand: Hand, rules: Rules, sheet: Sheet, depth: number): string {
  const pad = hand.indent ? `\n${'  '.repeat(depth)}` : '';
  const open = openTag(node, hand, rules, sheet);
  if (empty.has(node.tag)) return pad + open;
  const inside =
    node.text === undefined
      ? (node.children ?? []).map((child) => write(child, hand, rules, sheet, depth + 1)).join('') + ((node.children ?? []).length > 0 ? pad : '')
      : escapeHtml(node.text);
  return `${pad}${open}${inside}</${tagOf(node, hand)}>`;
}

/** Colours and families that occur more than once become custom properties. */
function withVariables(css: string): string {
  const counts = new Map<string, number>();
  for (const [value] of css.matchAll(/#[0-9a-f]{6}/g)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const named = [...counts].filter(([, count]) => count > 1).map(([value], index) => [value, `--color-${index + 1}`] as const);
  const replaced = named.reduce((text, [value, name]) => text.replaceAll(value, `var(${name})`), css);
  return `:root { ${named.map(([value, name]) => `${name}: ${value};`).join(' ')} }\n${replaced}`;
}

/** The page as a person would have written it: `css` only where it lies in a file of its own. */
export function writePage(body: readonly Element[], title: string, hand: Hand, rules: Rules, bodyOwn?: Declarations): { html: string; css: string | undefined } {
  const sheet: Sheet = { rules: new Map(), seen: new Map() };
  const inside = body.map((node) => write(node, hand, rules, sheet, 1)).join('');
  const bodyRule: Declarations = { ...rules[0]?.body, ...bodyOwn };
  const bodyStyle = hand.styles === 'inline' ? ` style="${escapeHtml(writeDeclarations(bodyRule, ' '))}"` : '';
  const lines = [...sheet.rules].map(([selector, rule]) => `${selector} { ${writeDeclarations(rule, ' ')} }`);
  const plain = [`body { ${writeDeclarations(bodyRule, ' ')} }`, ...lines].join('\n');
  const css = hand.styles === 'variables' ? withVariables(plain) : plain;
  const style = hand.styles === 'classes' || hand.styles === 'variables' ? `<style>\n${css}\n</style>` : '';
  const head = `<meta charset="utf-8">${hand.titled ? `<title>${escapeHtml(title)}</title>` : ''}${style}`;
  return {
    html: `<!doctype html>\n<html lang="en">\n<head>${head}</head>\n<body${bodyStyle}>${inside}\n</body>\n</html>\n`,
    css: hand.styles === 'file' ? css : undefined,
  };
}
