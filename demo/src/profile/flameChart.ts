import type { KernelProfile, ProfiledRun } from '../../../src/index.ts';
import { button, make } from '../dom.ts';
import { describeWork } from './format.ts';

/** Families of kernels that have a colour of their own. */
export function familyOf(kernel: string): string {
  if (kernel.startsWith('linear')) return 'product';
  if (kernel.startsWith('attention')) return 'attention';
  if (kernel.startsWith('norm') || kernel.startsWith('quantize') || kernel.startsWith('mean')) return 'rows';
  if (kernel.startsWith('sample') || kernel.startsWith('softmax')) return 'sampling';
  return 'other';
}

/** Part of the width from which on a bar has room for its name. */
const namedShare = 0.07;

interface Bar {
  readonly element: HTMLButtonElement;
  readonly row: number;
  /** Of the whole run, in ms. */
  readonly start: number;
  readonly ms: number;
  readonly layer: string;
}

/**
 * A run as bars in the order of time: its layers, under them their dispatches. Pressing a layer makes it as wide as the chart, pressing it again
 * shows all. One stop of the Tab key; arrow keys move among the bars.
 */
export class FlameChart {
  readonly element = make('div', 'flame');
  readonly #run: ProfiledRun;
  readonly #bars: Bar[] = [];
  readonly #detail = make('p', 'flame-detail');
  #zoomed: string | undefined;

  constructor(run: ProfiledRun) {
    this.#run = run;
    const rows = [make('div', 'flame-row'), make('div', 'flame-row')];
    this.#addBars(run, rows);
    const chart = make('div', 'flame-bars', ...rows);
    chart.setAttribute('role', 'group');
    chart.setAttribute('aria-label', `${run.name}: layers, and under them dispatches, by GPU time`);
    chart.addEventListener('keydown', (event) => this.#onKey(event));
    chart.addEventListener('mouseleave', () => this.#tellWhole());
    this.element.append(chart, this.#detail);
    this.#bars[0]?.element.setAttribute('tabindex', '0');
    this.#place();
    this.#tellWhole();
  }

  #addBars({ layers, kernels }: ProfiledRun, rows: readonly HTMLElement[]): void {
    let start = 0;
    const starts = new Map<string, number>();
    for (const layer of layers) {
      starts.set(layer.layer, start);
      const element = this.#bar(layer.layer, 'layer', describeWork(layer), () => this.#zoom(layer.layer));
      this.#bars.push({ element, row: 0, start, ms: layer.ms, layer: layer.layer });
      rows[0]?.append(element);
      start += layer.ms;
    }
    for (const kernel of kernels) {
      const at = starts.get(kernel.layer) ?? 0;
      starts.set(kernel.layer, at + kernel.ms);
      const element = this.#bar(shortLabel(kernel), familyOf(kernel.kernel), describeKernel(kernel), () =>
        this.#zoom(kernel.layer),
      );
      this.#bars.push({ element, row: 1, start: at, ms: kernel.ms, layer: kernel.layer });
      rows[1]?.append(element);
    }
  }

  #bar(name: string, family: string, detail: string, onClick: () => void): HTMLButtonElement {
    const element = button('', `flame-bar ${family}`, onClick);
    element.append(make('span', 'flame-name', name));
    element.setAttribute('aria-label', `${name}: ${detail}`);
    element.setAttribute('tabindex', '-1');
    const tell = (): void => {
      this.#detail.replaceChildren(make('strong', '', name), ` ${detail}`);
    };
    element.addEventListener('mouseenter', tell);
    element.addEventListener('focus', tell);
    return element;
  }

  #tellWhole(): void {
    const { name, dispatches } = this.#run;
    const zoomed = this.#run.layers.find(({ layer }) => layer === this.#zoomed);
    const rest = zoomed
      ? `${zoomed.layer}: ${describeWork(zoomed)}. Press it again for all layers.`
      : `${name}: ${dispatches} dispatches. Point at a bar, or press a layer to look into it.`;
    this.#detail.textContent = rest;
  }

  #zoom(layer: string): void {
    this.#zoomed = this.#zoomed === layer ? undefined : layer;
    this.#place();
    this.#tellWhole();
  }

  /** Where each bar lies, in percent of the shown time. */
  #place(): void {
    const shown = this.#bars.filter(({ row, layer }) => row === 0 && (!this.#zoomed || layer === this.#zoomed));
    const from = shown[0]?.start ?? 0;
    const total = shown.reduce((sum, { ms }) => sum + ms, 0);
    for (const { element, start, ms, layer } of this.#bars) {
      const share = total > 0 ? ms / total : 0;
      // A bar without time would be nothing to see and nothing to point at.
      element.hidden = share === 0 || (this.#zoomed !== undefined && layer !== this.#zoomed);
      element.style.left = `${(100 * (start - from)) / total}%`;
      element.style.width = `${100 * share}%`;
      element.classList.toggle('narrow', share < namedShare);
    }
    for (const { element, row } of this.#bars)
      if (row === 0) element.setAttribute('aria-expanded', String(this.#zoomed !== undefined && !element.hidden));
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#bars.findIndex(({ element }) => element === document.activeElement);
    const from = this.#bars[at];
    if (!from) return;
    const target = this.#neighbour(event.key, from, at);
    if (event.key === 'Escape' && this.#zoomed) this.#zoom(this.#zoomed);
    if (!target) return;
    event.preventDefault();
    from.element.setAttribute('tabindex', '-1');
    target.element.setAttribute('tabindex', '0');
    target.element.focus();
  }

  #neighbour(key: string, from: Bar, at: number): Bar | undefined {
    const seen = (bars: readonly Bar[]): Bar[] => bars.filter(({ element }) => !element.hidden);
    const sameRow = (bars: readonly Bar[]): Bar[] => seen(bars).filter(({ row }) => row === from.row);
    switch (key) {
      case 'ArrowRight':
        return sameRow(this.#bars.slice(at + 1))[0];
      case 'ArrowLeft':
        return sameRow(this.#bars.slice(0, at)).at(-1);
      case 'Home':
        return sameRow(this.#bars)[0];
      case 'End':
        return sameRow(this.#bars).at(-1);
      case 'ArrowDown':
      case 'ArrowUp':
        return seen(this.#bars).find(({ row, layer }) => layer === from.layer && row === (key === 'ArrowDown' ? 1 : 0));
      default:
        return undefined;
    }
  }
}

/** Inside its layer a dispatch needs the layer's name no more. */
const shortLabel = ({ label, layer }: KernelProfile): string =>
  label === layer ? label : label.slice(layer.length + 1);

const describeKernel = (kernel: KernelProfile): string => `by ${kernel.kernel}: ${describeWork(kernel)}`;
