import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import { drawLayout, type LayoutStyle } from './layoutHabits.ts';
import { drawPalette, type Palette } from './palettes.ts';
import type { Random } from './random.ts';
import { drawType, type TypeStyle } from './typePairs.ts';

/** What a brand looks like. */
export interface Look {
  readonly palette: Palette;
  readonly type: TypeStyle;
  readonly layout: LayoutStyle;
}

/** Parts of a page that a style is written for. */
export const roles = [
  'body',
  'header',
  'logo',
  'nav',
  'navLink',
  'hero',
  'kicker',
  'title',
  'lead',
  'section',
  'heading',
  'subheading',
  'text',
  'grid',
  'card',
  'button',
  'ghost',
  'quote',
  'cite',
  'list',
  'item',
  'table',
  'headCell',
  'cell',
  'input',
  'footer',
  'fine',
  'badge',
  'media',
  'price',
  'banner',
] as const;

export type Role = (typeof roles)[number];

/** CSS declarations by property. */
export type Declarations = Readonly<Record<string, string>>;

/** `mono`: system faces and one colour, as on pages that nobody designed. */
export function drawLook(random: Random, tone: BrandTone, plain: { palette: boolean; type: boolean }): Look {
  return {
    palette: drawPalette(random, tone, plain.palette),
    type: drawType(random, tone, plain.type),
    layout: drawLayout(random, tone),
  };
}

const px = (value: number): string => `${Math.round(value * 100) / 100}px`;

function step(type: TypeStyle, steps: number): string {
  // Whole pixels, as designers write them.
  return px(Math.round(type.basePx * type.ratio ** steps));
}

function typeRules({ type, palette }: Look): Partial<Record<Role, Declarations>> {
  const heading = {
    'font-family': type.heading,
    'font-weight': String(type.headingWeight),
    'line-height': String(type.headingLineHeight),
    ...(type.headingTracking === 0 ? {} : { 'letter-spacing': `${type.headingTracking}em` }),
    ...(type.headingCase === 'none' ? {} : { 'text-transform': type.headingCase }),
  };
  const label = {
    ...(type.labelCase === 'none' ? {} : { 'text-transform': type.labelCase }),
    ...(type.labelTracking === 0 ? {} : { 'letter-spacing': `${type.labelTracking}em` }),
  };
  return {
    body: {
      'font-family': type.body,
      'font-size': px(type.basePx),
      'font-weight': String(type.bodyWeight),
      'line-height': String(type.lineHeight),
      color: palette.text,
      background: palette.background,
    },
    logo: { ...heading, 'font-size': step(type, 2), color: palette.primary },
    navLink: { ...label, 'font-size': step(type, 0), color: palette.text, 'text-decoration': 'none' },
    kicker: { ...label, 'font-size': step(type, -1) },
    title: { ...heading, 'font-size': step(type, 4) },
    lead: { 'font-size': step(type, 1) },
    heading: { ...heading, 'font-size': step(type, 3), color: palette.text },
    subheading: { ...heading, 'font-size': step(type, 1), color: palette.primary },
    text: { color: palette.text },
    quote: { 'font-family': type.heading, 'font-size': step(type, 2), color: palette.text },
    cite: { 'font-size': step(type, -1), color: palette.muted },
    headCell: { 'font-weight': '700', 'font-size': step(type, 0), color: palette.text },
    fine: { 'font-size': step(type, -1), color: palette.muted },
    badge: { ...label, 'font-size': step(type, -1), color: readable(palette), 'font-weight': '700' },
    price: { 'font-family': type.heading, 'font-size': step(type, 2), color: palette.primary },
    button: { ...label, 'font-family': type.body, 'font-size': step(type, 0), 'font-weight': type.bodyWeight < 400 ? '400' : '600' },
    ghost: { ...label, 'font-family': type.body, 'font-size': step(type, 0) },
    input: { 'font-family': type.body, 'font-size': step(type, 0) },
  };
}

function readable(palette: Palette): string {
  return palette.onPrimary;
}

function boxRules({ palette, layout }: Look): Partial<Record<Role, Declarations>> {
  const { unit, air } = layout;
  const gap = (units: number): string => px(unit * units);
  const radius = px(layout.radius);
  const line = layout.borderPx > 0 ? { border: `${layout.borderPx}px solid ${palette.border}` } : {};
  const shadow = layout.shadow === 'none' ? {} : { 'box-shadow': layout.shadow };
  const center = { 'text-align': layout.align };
  const pressed = { 'border-radius': layout.pillButtons ? '999px' : radius, padding: `${gap(1.5)} ${gap(3)}`, display: 'inline-block' };
  return {
    body: { margin: '0' },
    header: { display: 'flex', 'align-items': 'center', 'justify-content': 'space-between', padding: `${gap(2)} ${gap(4)}`, background: palette.background },
    nav: { display: 'flex', gap: gap(3) },
    hero: { background: palette.hero, color: palette.onHero, padding: `${gap(air * 3)} ${gap(4)}`, ...center },
    kicker: { margin: `0 0 ${gap(1)}` },
    title: { margin: `0 0 ${gap(2)}` },
    lead: { margin: `0 0 ${gap(air)}` },
    section: { padding: `${gap(air * 2)} ${gap(4)}`, 'max-width': px(layout.maxWidth), margin: '0 auto', ...center },
    heading: { margin: `0 0 ${gap(2)}` },
    subheading: { margin: `0 0 ${gap(1)}` },
    text: { margin: `0 0 ${gap(2)}` },
    grid:
      layout.flow === 'grid'
        ? { display: 'grid', gap: gap(air), 'grid-template-columns': `repeat(${layout.columns}, 1fr)` }
        : { display: 'flex', gap: gap(air), 'flex-wrap': 'wrap' },
    card: {
      background: palette.surface,
      padding: gap(air),
      'border-radius': radius,
      ...(layout.flow === 'grid' ? {} : { flex: `1 1 ${Math.floor(80 / layout.columns)}%` }),
      ...line,
      ...shadow,
    },
    button: { ...pressed, background: palette.primary, color: palette.onPrimary, border: '0' },
    ghost: { ...pressed, background: 'transparent', color: palette.primary, border: `${Math.max(1, layout.borderPx)}px solid ${palette.primary}` },
    quote: { margin: `0 0 ${gap(2)}`, padding: `0 0 0 ${gap(2)}`, 'border-left': `${Math.max(2, layout.borderPx)}px solid ${palette.accent}` },
    list: { margin: `0 0 ${gap(2)}`, padding: `0 0 0 ${gap(3)}` },
    item: { margin: `0 0 ${gap(1)}` },
    table: { width: '100%', 'border-collapse': 'collapse' },
    headCell: { padding: gap(1), 'border-bottom': `2px solid ${palette.primary}`, 'text-align': 'left' },
    cell: { padding: gap(1), 'border-bottom': `1px solid ${palette.border}`, 'text-align': 'left' },
    input: { padding: `${gap(1.5)} ${gap(2)}`, border: `1px solid ${palette.border}`, 'border-radius': radius, background: palette.surface, color: palette.text },
    footer: { background: palette.surface, color: palette.muted, padding: `${gap(air * 1.5)} ${gap(4)}`, ...center },
    fine: { margin: `0 0 ${gap(1)}` },
    badge: { background: palette.primary, padding: `${gap(0.5)} ${gap(1)}`, 'border-radius': layout.pillButtons ? '999px' : radius, display: 'inline-block' },
    media: { background: palette.accent, height: gap(air * 8), 'border-radius': radius, margin: `0 0 ${gap(2)}` },
    price: { margin: `0 0 ${gap(1)}` },
    banner: { background: palette.accent, color: palette.text, padding: `${gap(1.5)} ${gap(4)}`, ...center },
  };
}

/** A style for every part of a page. */
export function rulesOf(look: Look): Record<Role, Declarations> {
  const type = typeRules(look);
  const box = boxRules(look);
  return Object.fromEntries(roles.map((role) => [role, { ...type[role], ...box[role] }])) as Record<Role, Declarations>;
}
