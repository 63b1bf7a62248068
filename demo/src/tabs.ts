import type { VariantName } from '../../src/index.ts';
import { byId } from './dom.ts';

const variants: readonly VariantName[] = ['deepseek', 'viral-clipper', 'brandkit'];

function fromHash(): VariantName {
  return variants.find((variant) => `#${variant}` === location.hash) ?? 'deepseek';
}

/** The tablist: arrow keys, Home and End move and select; the variant shown is in the address. */
export function connectTabs(onShow: (variant: VariantName) => void): void {
  const tabs = variants.map((variant) => byId(`tab-${variant}`, HTMLButtonElement));
  const panels = variants.map((variant) => byId(`panel-${variant}`, HTMLElement));

  const show = (shown: VariantName): void => {
    for (const [index, variant] of variants.entries()) {
      const selected = variant === shown;
      tabs[index]?.setAttribute('aria-selected', String(selected));
      // One stop of the Tab key for the whole list.
      tabs[index]?.setAttribute('tabindex', selected ? '0' : '-1');
      panels[index]?.toggleAttribute('hidden', !selected);
    }
    onShow(shown);
  };
  const select = (index: number): void => {
    const at = (index + variants.length) % variants.length;
    const variant = variants[at];
    if (!variant) return;
    history.replaceState(null, '', `#${variant}`);
    tabs[at]?.focus();
    show(variant);
  };

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(index));
    tab.addEventListener('keydown', ({ key }) => {
      const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: variants.length - 1 }[key];
      if (target !== undefined) select(target);
    });
  }
  window.addEventListener('hashchange', () => {
    if (variants.some((variant) => `#${variant}` === location.hash)) show(fromHash());
  });
  show(fromHash());
}
