import { EngineError, type DeepSeekModel, type ModelSource, type Precision } from '../../src/index.ts';
import { byId, announce } from './dom.ts';
import { errorBox, isAbort } from './errors.ts';
import { formatCount } from './format.ts';
import { LoadProgressView } from './loadProgress.ts';
import type { EngineHost } from './engineHost.ts';

export interface ModelChoice {
  readonly source: ModelSource;
  /** What the page calls it. */
  readonly label: string;
  readonly precision: Precision;
}

/** The checkpoint that answers in the chat: loads it, shows how far that is, keeps the last one that worked. */
export class ChatModel {
  readonly #host: EngineHost;
  readonly #onChange: (model: DeepSeekModel | undefined) => void;
  readonly #summary = byId('model-summary', HTMLElement);
  readonly #load = byId('load', HTMLElement);
  readonly #loadError = byId('load-error', HTMLElement);
  readonly #progress = new LoadProgressView(byId('load-bar', HTMLElement), byId('load-detail', HTMLElement));
  #model: DeepSeekModel | undefined;
  #choice: ModelChoice | undefined;
  #description = 'No model is loaded.';
  #loading: AbortController | undefined;
  /** The model whose kernels are being compiled. */
  #warming: DeepSeekModel | undefined;

  constructor(host: EngineHost, onChange: (model: DeepSeekModel | undefined) => void) {
    this.#host = host;
    this.#onChange = onChange;
    byId('load-cancel', HTMLButtonElement).addEventListener('click', () => this.#loading?.abort());
  }

  /** The model that answers, and where it came from. */
  get current(): { readonly model: DeepSeekModel; readonly choice: ModelChoice } | undefined {
    return this.#model && this.#choice && { model: this.#model, choice: this.#choice };
  }

  /** Replaces the model. When it fails, the page shows why and the model before stays in use. */
  async load(choice: ModelChoice): Promise<void> {
    this.#loading?.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#loadError.replaceChildren();
    this.#summary.textContent = `Loading ${choice.label}`;
    this.#progress.reset();
    this.#load.hidden = false;
    try {
      const model = await this.#loadOrMakeRoom(choice, loading.signal);
      const before = this.#model;
      this.#model = model;
      this.#choice = choice;
      this.#description = `${choice.label} · ${formatCount(model.parameters)} parameters · ${model.precision}`;
      announce(`Model loaded: ${this.#description}`);
      // First the chat lets go of the model before, which may be answering.
      this.#onChange(model);
      await before?.dispose();
      void this.#warmUp(model);
    } catch (error) {
      if (!isAbort(error) && this.#loading === loading) this.#loadError.replaceChildren(errorBox(error));
      throw error;
    } finally {
      // A load that was replaced by another leaves the display to it.
      if (this.#loading === loading) {
        this.#loading = undefined;
        this.#load.hidden = true;
        this.#summary.textContent = this.#warming ? `${this.#description} · compiling kernels…` : this.#description;
      }
    }
  }

  /** The model before is given up only where both do not fit. */
  async #loadOrMakeRoom(choice: ModelChoice, signal: AbortSignal): Promise<DeepSeekModel> {
    try {
      return await this.#loadOnce(choice, signal);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'out-of-memory' || !this.#model) throw error;
      const before = this.#model;
      this.#model = undefined;
      this.#description = 'No model is loaded.';
      this.#onChange(undefined);
      await before.dispose();
      return this.#loadOnce(choice, signal);
    }
  }

  async #loadOnce({ source, precision }: ModelChoice, signal: AbortSignal): Promise<DeepSeekModel> {
    const engine = await this.#host.engine();
    return engine.load('deepseek', {
      source,
      precision,
      signal,
      onProgress: (progress) => {
        // What an abandoned load still reports is not the progress of the one that took its place.
        if (!signal.aborted) this.#progress.update(progress);
      },
    });
  }

  /** Compiles the kernels while the person types; a question that comes sooner waits for them as it would anyway. */
  async #warmUp(model: DeepSeekModel): Promise<void> {
    this.#warming = model;
    try {
      await model.warmUp();
    } catch {
      // The first question meets the same error and shows it.
    } finally {
      if (this.#warming === model) this.#warming = undefined;
      if (!this.#loading) this.#summary.textContent = this.#description;
    }
  }

  /** The engine did not start: there is nothing to wait for. */
  showUnavailable(): void {
    this.#summary.textContent = 'No model is loaded: the engine did not start.';
  }
}
