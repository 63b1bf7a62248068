import type { BrandInput, BrandKit, BrandProgress } from '../../../src/index.ts';
import { announce, button, make } from '../dom.ts';
import type { EngineHost } from '../engineHost.ts';
import { errorBox, isAbort } from '../errors.ts';
import { formatMs } from '../format.ts';
import { progressBar, setProgress, VariantModel } from '../variantModel.ts';
import { BrandForm } from './brandForm.ts';
import { brandView } from './brandView.ts';
import { exportView } from './exportView.ts';

const phases: Readonly<Record<BrandProgress['phase'], string>> = {
  render: 'Rendering the page',
  image: 'Reading the image',
  features: 'Measuring colours, type and layout',
  network: 'Running the network',
  done: 'Done',
};

/** Drop an image or paste a page, get a brand kit to take away. */
export class BrandPanel {
  readonly element = make('div', 'brand-panel');
  readonly #model: VariantModel<'brandkit'>;
  readonly #onMemoryChange: () => void;
  readonly #bar = progressBar('Analysing');
  readonly #detail = make('p', 'load-detail');
  readonly #run = make('div', 'load');
  readonly #problems = make('div', 'problems');
  readonly #summary = make('p', 'brand-summary');
  readonly #input = make('div', 'brand-input');
  readonly #kit = make('div', 'brand-kit');
  #stop: AbortController | undefined;

  constructor(host: EngineHost, onMemoryChange: () => void) {
    this.#model = new VariantModel('brandkit', host, 'Brandkit');
    this.#onMemoryChange = onMemoryChange;
    this.#run.append(
      this.#bar,
      this.#detail,
      button('Stop', 'quiet', () => this.#stop?.abort()),
    );
    this.#run.hidden = true;
    const form = new BrandForm((input, name) => void this.#analyze(input, name));
    this.element.append(
      form.element,
      this.#model.element,
      this.#run,
      this.#problems,
      this.#summary,
      this.#input,
      this.#kit,
    );
  }

  async #analyze(input: BrandInput, name: string): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#problems.replaceChildren();
    try {
      const model = await this.#model.get();
      if (stop.signal.aborted) return;
      const start = performance.now();
      const kit = await model.analyze(input, {
        signal: stop.signal,
        onProgress: (progress) => this.#stop === stop && this.#showProgress(progress),
      });
      if (this.#stop === stop) this.#show(kit, input, name, performance.now() - start);
    } catch (error) {
      if (this.#stop !== stop || isAbort(error)) return;
      this.#clear();
      this.#problems.append(errorBox(error));
    } finally {
      if (this.#stop === stop) this.#run.hidden = true;
      this.#onMemoryChange();
    }
  }

  #showProgress({ phase, fraction }: BrandProgress): void {
    this.#run.hidden = phase === 'done';
    this.#detail.textContent = phases[phase];
    setProgress(this.#bar, fraction, phases[phase]);
  }

  #show(kit: BrandKit, { image }: BrandInput, name: string, ms: number): void {
    this.#clear();
    const memory = kit.cached ? 'remembered from before' : formatMs(ms);
    this.#summary.textContent = `${name}: ${kit.tone.label}, ${Math.round(kit.consistency * 100)} % consistent (${memory})`;
    if (image instanceof Blob) {
      const picture = make('img');
      picture.src = URL.createObjectURL(image);
      picture.alt = name;
      this.#input.append(picture);
    }
    this.#kit.append(...brandView(kit), exportView(kit));
    announce(this.#summary.textContent);
  }

  #clear(): void {
    for (const picture of this.#input.querySelectorAll('img')) URL.revokeObjectURL(picture.src);
    for (const part of [this.#input, this.#kit, this.#summary]) part.replaceChildren();
  }
}
