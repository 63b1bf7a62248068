import { EngineError, type Profile } from '../../../src/index.ts';
import { announce, button, make } from '../dom.ts';
import { download } from '../download.ts';
import type { EngineHost } from '../engineHost.ts';
import { errorBox, isAbort } from '../errors.ts';
import { LoadProgressView } from '../loadProgress.ts';
import { progressBar, setProgress } from '../variantModel.ts';
import { ablationView } from './ablationChart.ts';
import { ceilingFacts } from './ceilingFacts.ts';
import { MemoryChart } from './memoryChart.ts';
import { ProfileForm, type ProfileJob } from './profileForm.ts';
import { choicesTable, warmUpFacts } from './preparation.ts';
import { runView } from './runView.ts';
import { type ChatSource, Subjects } from './subjects.ts';

/** Rounds of an ablation: a page should answer in a minute. */
const ablationRounds = 5;
const ablationTokens = 16;

/** Where a model's time and memory go, and what each optimisation is worth. */
export class ProfilePanel {
  readonly #host: EngineHost;
  readonly #subjects: Subjects;
  readonly #onMemoryChange: () => void;
  readonly #form = new ProfileForm({
    profile: (job) => void this.#run('Profiling', (signal) => this.#profile(job, signal)),
    ablate: (job) => void this.#run('Switching flags', (signal) => this.#ablate(job, signal)),
  });
  readonly #bar = progressBar('Measuring');
  readonly #detail = make('p', 'load-detail');
  readonly #progress = new LoadProgressView(this.#bar, this.#detail);
  readonly #working = make('div', 'load');
  readonly #problems = make('div', 'problems');
  readonly #runs = make('div', 'profiled-runs');
  readonly #memory = new MemoryChart();
  readonly #results = make('div', 'profile-results');
  readonly #ablation = make('div', 'profile-results');
  #stop: AbortController | undefined;

  constructor(host: EngineHost, chat: ChatSource, onMemoryChange: () => void) {
    this.#host = host;
    this.#subjects = new Subjects(host, chat);
    this.#onMemoryChange = onMemoryChange;
    this.#working.append(
      this.#bar,
      this.#detail,
      button('Stop', 'quiet', () => this.#stop?.abort()),
    );
    this.#working.hidden = true;
    this.#results.hidden = true;
  }

  contents(): HTMLElement[] {
    return [
      make('div', 'panel-heading', make('h2', '', 'Profile')),
      make(
        'p',
        'lead',
        'Where the time and the memory of a model go on this device, and what each optimisation is worth on it.',
      ),
      this.#form.element,
      this.#working,
      this.#problems,
      this.#results,
      this.#ablation,
    ];
  }

  /** One thing at a time, with what it says while it lasts. */
  async #run(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#problems.replaceChildren();
    this.#form.busy = true;
    this.#working.hidden = false;
    this.#bar.setAttribute('aria-label', what);
    setProgress(this.#bar, 0, what);
    this.#detail.textContent = `${what}…`;
    try {
      await work(stop.signal);
    } catch (error) {
      if (!isAbort(error)) this.#problems.replaceChildren(errorBox(error));
      else announce('Stopped.');
    } finally {
      this.#working.hidden = true;
      this.#form.busy = false;
      this.#onMemoryChange();
    }
  }

  async #profile({ subject, precision, seq }: ProfileJob, signal: AbortSignal): Promise<void> {
    const model = await this.#subjects.model(subject, precision, {
      signal,
      onProgress: (progress) => this.#progress.update(progress),
    });
    this.#show(0.3, 'Warming it up');
    const warmUp = await model.warmUp();
    this.#show(0.5, 'Running it, dispatch by dispatch');
    const profile = await model.profile({ seq, signal });
    this.#show(0.9, 'Drawing');
    const { kernelChoices } = await model.metrics();
    await this.#showProfile(profile, model.variant, [
      make('h3', '', 'Warm-up, by phase'),
      warmUpFacts(warmUp),
      ...(kernelChoices.length > 0 ? [choicesTable(kernelChoices)] : []),
    ]);
  }

  async #showProfile(profile: Profile, name: string, preparation: readonly HTMLElement[]): Promise<void> {
    const { runs, trace } = profile;
    const save = button('Download the trace', 'quiet', () =>
      download(new Blob([JSON.stringify(trace)], { type: 'application/json' }), `halftone-${name}-trace.json`),
    );
    const free = button('Free its memory', 'quiet', () => void this.#free());
    free.hidden = !this.#subjects.keepsOne;
    const reader = make('a', '', 'Perfetto');
    reader.href = 'https://ui.perfetto.dev';
    this.#runs.replaceChildren(...runs.map(runView));
    this.#results.replaceChildren(
      make('h3', '', 'Where the time goes'),
      this.#runs,
      make('h3', '', 'What this device reaches at most'),
      ceilingFacts(profile),
      ...preparation,
      make('h3', '', 'GPU memory over time'),
      this.#memory.element,
      make(
        'div',
        'form-actions',
        save,
        free,
        make('span', 'hint', 'The trace opens in chrome://tracing and in ', reader, '.'),
      ),
    );
    this.#results.hidden = false;
    const engine = await this.#host.engine();
    await this.#memory.show(await engine.memory());
    const last = runs.at(-1);
    if (last) announce(`Profiled: the GPU was busy ${Math.round(last.plain.utilisation * 100)} % of the time.`);
  }

  async #ablate({ subject, precision, seq }: ProfileJob, signal: AbortSignal): Promise<void> {
    const { variant, load } = this.#subjects.source(subject, precision);
    const engine = await this.#host.engine();
    const ablation = await engine.ablate(variant, load, {
      seq,
      tokens: ablationTokens,
      rounds: ablationRounds,
      signal,
      onProgress: ({ flag, phase, fraction }) =>
        this.#show(
          fraction,
          `${phase === 'load' ? 'Loading for' : 'Measuring'} ${flag ?? 'the engine’s own settings'}`,
        ),
    });
    this.#ablation.replaceChildren(make('h3', '', 'What each optimisation is worth'), ablationView(ablation));
    announce(`${ablation.flags.length} flags measured.`);
  }

  #show(fraction: number, text: string): void {
    setProgress(this.#bar, fraction, text);
    this.#detail.textContent = text;
  }

  async #free(): Promise<void> {
    this.#results.hidden = true;
    try {
      await this.#subjects.free();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.#problems.replaceChildren(errorBox(error));
    }
    this.#onMemoryChange();
  }
}
