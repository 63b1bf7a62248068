import type { VariantName } from '../../src/index.ts';
import { byId } from './dom.ts';

/** A panel each: the variants, and where their time goes. */
export type View = VariantName | 'profile';

const views: readonly View[] = ['deepseek', 'viral-clipper', 'brandkit', 'profile'];

function fromHash(): View {
  return views.find((view) => `#${view}` === location.hash) ?? 'deepseek';
}

/** The tablist: arrow keys, Home and End move and select; the view shown is in the address. */
export function connectTabs(onShow: (view: View) => void): void {
  const tabs = views.map((view) => byId(`tab-${view}`, HTMLButtonElement));
  const panels = views.map((view) => byId(`panel-${view}`, HTMLElement));

  const show = (shown: View): void => {
    for (const [index, view] of views.entries()) {
      const selected = view === shown;
      tabs[index]?.setAttribute('aria-selected', String(selected));
      // One stop of the Tab key for the whole list.
      tabs[index]?.setAttribute('tabindex', selected ? '0' : '-1');
      panels[index]?.toggleAttribute('hidden', !selected);
    }
    onShow(shown);
  };
  const select = (index: number): void => {
    const at = (index + views.length) % views.length;
    const view = views[at];
    if (!view) return;
    history.replaceState(null, '', `#${view}`);
    tabs[at]?.focus();
    show(view);
  };

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(index));
    tab.addEventListener('keydown', ({ key }) => {
      const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: views.length - 1 }[key];
      if (target !== undefined) select(target);
    });
  }
  window.addEventListener('hashchange', () => {
    if (views.some((view) => `#${view}` === location.hash)) show(fromHash());
  });
  show(fromHash());
}
