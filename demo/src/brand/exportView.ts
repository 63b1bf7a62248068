import type { BrandKit } from '../../../src/index.ts';
import { announce, button, make } from '../dom.ts';
import { download } from '../download.ts';

interface Format {
  readonly label: string;
  readonly file: string;
  readonly type: string;
  readonly text: (kit: BrandKit) => string;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const formats: readonly Format[] = [
  {
    label: 'Design tokens',
    file: 'brand.tokens.json',
    type: 'application/json',
    text: (kit) => json(kit.toDesignTokens()),
  },
  { label: 'CSS', file: 'brand.css', type: 'text/css', text: (kit) => kit.toCss() },
  {
    label: 'Tailwind',
    file: 'tailwind.theme.js',
    type: 'text/javascript',
    text: (kit) => `/** theme.extend of a Tailwind config */\nexport default ${json(kit.toTailwind())}`,
  },
];

/** The kit as other tools take it: shown, copied, saved. */
export function exportView(kit: BrandKit): HTMLElement {
  const code = make('code');
  const shown = make('pre', 'export-code', code);
  shown.tabIndex = 0;
  shown.setAttribute('aria-label', 'Exported text');
  let current: Format | undefined;
  const buttons = formats.map((format) => {
    const choose = button(format.label, 'quiet', () => show(format, choose));
    return choose;
  });
  const show = (format: Format, choose: HTMLButtonElement): void => {
    current = format;
    code.textContent = format.text(kit);
    for (const other of buttons) other.setAttribute('aria-pressed', String(other === choose));
  };
  const [first] = formats;
  const [firstButton] = buttons;
  if (first && firstButton) show(first, firstButton);
  const copy = button('Copy', '', () => {
    navigator.clipboard.writeText(code.textContent ?? '').then(
      () => announce('Copied.'),
      () => getSelection()?.selectAllChildren(shown),
    );
  });
  const save = button('Download', 'quiet', () => {
    if (current) download(new Blob([code.textContent ?? ''], { type: current.type }), current.file);
  });
  return make(
    'section',
    'brand-section',
    make('h3', '', 'Export'),
    make('div', 'form-actions', ...buttons, copy, save),
    shown,
  );
}
