import type { ModelByVariant, VariantName } from '../../src/index.ts';
import { button, make } from './dom.ts';
import type { EngineHost } from './engineHost.ts';
import { LoadProgressView } from './loadProgress.ts';

/** A variant's default model: loaded when it is first needed, with its progress shown, given up when asked. */
export class VariantModel<V extends Exclude<VariantName, 'deepseek'>> {
  /** Progress and its cancel button; hidden while nothing loads. */
  readonly element = make('div', 'load');
  readonly #variant: V;
  readonly #host: EngineHost;
  readonly #progress: LoadProgressView;
  #loading: AbortController | undefined;
  #model: Promise<ModelByVariant[V]> | undefined;

  constructor(variant: V, host: EngineHost, name: string) {
    this.#variant = variant;
    this.#host = host;
    const bar = progressBar(`Loading ${name}`);
    const detail = make('p', 'load-detail');
    this.#progress = new LoadProgressView(bar, detail);
    this.element.append(
      bar,
      detail,
      button('Cancel', 'quiet', () => this.#loading?.abort()),
    );
    this.element.hidden = true;
  }

  /** @throws EngineError as `engine.load` does; the next call tries again */
  get(): Promise<ModelByVariant[V]> {
    this.#model ??= this.#load().catch((error: unknown) => {
      this.#model = undefined;
      throw error;
    });
    return this.#model;
  }

  async #load(): Promise<ModelByVariant[V]> {
    const loading = new AbortController();
    this.#loading = loading;
    this.#progress.reset();
    this.element.hidden = false;
    try {
      const engine = await this.#host.engine();
      return await engine.load(this.#variant, {
        source: `./models/${this.#variant}/`,
        signal: loading.signal,
        onProgress: (progress) => this.#progress.update(progress),
      });
    } finally {
      this.element.hidden = true;
    }
  }
}

export function progressBar(label: string): HTMLElement {
  const bar = make('div', 'progress', make('div', 'progress-fill'));
  bar.setAttribute('role', 'progressbar');
  bar.setAttribute('aria-label', label);
  bar.setAttribute('aria-valuemin', '0');
  bar.setAttribute('aria-valuemax', '100');
  return bar;
}

export function setProgress(bar: HTMLElement, fraction: number, text: string): void {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  bar.style.setProperty('--fraction', `${percent}%`);
  bar.setAttribute('aria-valuenow', String(percent));
  bar.setAttribute('aria-valuetext', `${percent} %: ${text}`);
}
