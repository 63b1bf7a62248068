import type { BrandKit, ContrastPair, FontFamily, PaletteColor } from '../../../src/index.ts';
import { make } from '../dom.ts';

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.095 ? 1 : 0)} %`;
const px = (values: readonly number[]): string =>
  values.map((value) => `${Math.round(value * 10) / 10}`).join(', ') || 'none';

function section(title: string, ...contents: HTMLElement[]): HTMLElement {
  return make('section', 'brand-section', make('h3', '', title), ...contents);
}

const fact = (term: string, value: string): HTMLElement =>
  make('div', 'fact', make('dt', '', term), make('dd', '', value));

/** A brand kit as a person looks at it. */
export function brandView(kit: BrandKit): HTMLElement[] {
  const { typography, layout } = kit;
  return [
    section('Palette', palette(kit.palette), contrasts(kit.contrasts)),
    section('Tone', toneBars(kit)),
    section('Consistency', consistency(kit.consistency)),
    ...(typography.source === 'none' ? [] : [section('Type', ...specimen(kit))]),
    ...(layout.source === 'none'
      ? []
      : [
          section(
            layout.source === 'image' ? 'Layout, as the image shows it' : 'Layout',
            make(
              'dl',
              'facts wide',
              fact('Columns', layout.columns === undefined ? 'none found' : String(layout.columns)),
              fact('Spacing unit', layout.spacingUnitPx === undefined ? 'none found' : `${layout.spacingUnitPx} px`),
              fact('Spacings in px', px(layout.spacingsPx)),
              fact('Corner radii in px', px(layout.radiiPx)),
              fact('Area with content', percent(layout.density)),
            ),
          ),
        ]),
  ];
}

function palette(colors: readonly PaletteColor[]): HTMLElement {
  const swatches = colors.map(({ hex, role, share }) => {
    const patch = make('span', 'swatch-color');
    patch.style.background = hex;
    return make(
      'li',
      'swatch',
      patch,
      make('code', 'swatch-hex', hex),
      make('span', 'swatch-role', role ?? 'no role'),
      make('span', 'hint', `${percent(share)} of the area`),
    );
  });
  return make('ul', 'swatches', ...swatches);
}

const levels: Readonly<Record<ContrastPair['level'], string>> = {
  AAA: 'AAA',
  AA: 'AA',
  'AA-large': 'AA for large text only',
  fail: 'too low',
};

function contrasts(pairs: readonly ContrastPair[]): HTMLElement {
  const rows = pairs.map(({ foreground, background, ratio, level }) => {
    const sample = make('span', 'contrast-sample', 'Aa');
    sample.setAttribute('aria-hidden', 'true');
    sample.style.color = foreground;
    sample.style.background = background;
    const colors = make('td', '', make('code', '', foreground), ' on ', make('code', '', background));
    return make(
      'tr',
      level === 'fail' ? 'fails' : '',
      make('td', '', sample),
      colors,
      make('td', 'number', `${ratio.toFixed(2)} : 1`),
      make('td', '', levels[level]),
    );
  });
  const heading = make('tr', '', ...['', 'Pair', 'Contrast', 'WCAG'].map((name) => make('th', '', name)));
  return make('table', 'contrasts', make('thead', '', heading), make('tbody', '', ...rows));
}

function toneBars({ tone }: BrandKit): HTMLElement {
  const rows = Object.entries(tone.scores)
    .sort(([, a], [, b]) => b - a)
    .map(([name, score]) => {
      const bar = make('span', 'tone-bar');
      bar.style.width = `${Math.max(0.5, score * 100)}%`;
      const row = make(
        'li',
        'tone',
        make('span', '', name),
        make('span', 'tone-track', bar),
        make('span', 'number', percent(score)),
      );
      if (name === tone.label) row.classList.add('chosen');
      return row;
    });
  return make('ol', 'tones', ...rows);
}

function consistency(value: number): HTMLElement {
  const bar = make('span', 'tone-bar');
  bar.style.width = `${value * 100}%`;
  const verdict =
    value >= 0.5 ? 'Colours, type, layout and text go together.' : 'Colours, type, layout and text do not go together.';
  return make('p', 'consistency', make('span', 'number', percent(value)), make('span', 'tone-track', bar), verdict);
}

function specimen({ typography }: BrandKit): HTMLElement[] {
  const { families, sizesPx, bodySizePx, scaleRatio, lineHeight } = typography;
  const facts = make(
    'dl',
    'facts wide',
    fact('Body size', bodySizePx === undefined ? 'unknown' : `${bodySizePx} px`),
    fact('Sizes in px', px(sizesPx)),
    fact('Scale', scaleRatio === undefined ? 'none found' : scaleRatio.toFixed(3)),
    fact('Line height', lineHeight === undefined ? 'unknown' : lineHeight.toFixed(2)),
  );
  return [make('ul', 'specimens', ...families.map(familyView)), facts];
}

function familyView({ family, stack, role, weights, share }: FontFamily): HTMLElement {
  const sample = make('p', 'specimen-text', 'Sphinx of black quartz, judge my vow');
  sample.style.fontFamily = stack;
  sample.style.fontWeight = String(weights[0] ?? 400);
  return make(
    'li',
    'specimen',
    make(
      'p',
      'specimen-name',
      make('strong', '', family),
      ` · ${role} · weights ${weights.join(', ')} · ${percent(share)} of the text`,
    ),
    sample,
  );
}
