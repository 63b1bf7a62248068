import type { LoadProgress } from '../../src/index.ts';
import { formatBytes } from './format.ts';

const phaseNames: Readonly<Record<LoadProgress['phase'], string>> = {
  open: 'Reading the checkpoint’s header',
  measure: 'Measuring what each matrix would lose',
  weights: 'Streaming weights to the GPU',
  compile: 'Compiling kernels',
  done: 'Ready',
};

/** A progress bar and its line of detail, drawn at most once a frame. */
export class LoadProgressView {
  readonly #bar: HTMLElement;
  readonly #detail: HTMLElement;
  #latest: LoadProgress | undefined;
  #frame = 0;

  constructor(bar: HTMLElement, detail: HTMLElement) {
    this.#bar = bar;
    this.#detail = detail;
  }

  reset(): void {
    this.#latest = undefined;
    this.#draw(0, 'Starting');
  }

  update(progress: LoadProgress): void {
    this.#latest = progress;
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#drawLatest());
  }

  #drawLatest(): void {
    this.#frame = 0;
    if (!this.#latest) return;
    const { phase, loadedBytes, totalBytes, fraction, bytesPerSecond } = this.#latest;
    const bytes = totalBytes > 0 ? `${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}` : '';
    const rate = bytesPerSecond > 0 && phase === 'weights' ? `${formatBytes(bytesPerSecond)}/s` : '';
    this.#draw(fraction, [phaseNames[phase], bytes, rate].filter(Boolean).join(' · '));
  }

  #draw(fraction: number, text: string): void {
    const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
    this.#bar.style.setProperty('--fraction', `${percent}%`);
    this.#bar.setAttribute('aria-valuenow', String(percent));
    this.#bar.setAttribute('aria-valuetext', `${percent} %: ${text}`);
    this.#detail.textContent = text;
  }
}
