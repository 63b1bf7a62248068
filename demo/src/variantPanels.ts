import { BrandPanel } from './brand/brandPanel.ts';
import { ClipPanel } from './clip/clipPanel.ts';
import { button, byId, make } from './dom.ts';
import type { EngineHost } from './engineHost.ts';
import { TrunkPanel, type TrunkVariant } from './trunkPanel.ts';

const texts: Readonly<Record<TrunkVariant, { title: string; lead: string; about: string }>> = {
  'viral-clipper': {
    title: 'ViralClipper',
    lead: 'Drop a video and get the clips worth sharing.',
    about:
      'It is decoded, scored and cut in this tab. The model that ships with this page was trained on generated videos with planted highlights: it knows bursts of motion, loudness, cuts and speech, and nothing of people.',
  },
  brandkit: {
    title: 'Brandkit',
    lead: 'Drop a screenshot, a logo or a page and get a brand kit to paste into code.',
    about:
      'Colours, type and layout are measured; tone and consistency are the network’s. The model that ships with this page was trained on generated brands.',
  },
};

/** Fills the panels of the two variants around the trunk. */
export function connectVariantPanels(host: EngineHost, onMemoryChange: () => void): void {
  const panels = {
    'viral-clipper': new ClipPanel(host, onMemoryChange).element,
    brandkit: new BrandPanel(host, onMemoryChange).element,
  };
  for (const variant of ['viral-clipper', 'brandkit'] as const) {
    const { title, lead, about } = texts[variant];
    const viewCode = button('View code', 'quiet', () => undefined);
    viewCode.dataset['example'] = variant === 'brandkit' ? 'brand' : 'clip';
    const trunk = make('details', 'options', make('summary', '', 'The published configuration'));
    trunk.append(...new TrunkPanel(variant, host, onMemoryChange).contents());
    byId(`panel-${variant}`, HTMLElement).replaceChildren(
      make('div', 'panel-heading', make('h2', '', title), make('div', 'panel-actions', viewCode)),
      make('p', 'lead', lead),
      make('p', '', about),
      panels[variant],
      trunk,
    );
  }
}
