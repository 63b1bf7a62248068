import {
  publishedParameterCounts,
  type BrandkitModel,
  type VariantName,
  type ViralClipperModel,
} from '../../src/index.ts';
import { announce, button, make } from './dom.ts';
import type { EngineHost } from './engineHost.ts';
import { errorBox, isAbort } from './errors.ts';
import { formatBytes, formatCount, formatMs } from './format.ts';
import { LoadProgressView } from './loadProgress.ts';
import { progressBar } from './variantModel.ts';
import { isIdentical, normalValues, statistics } from './seededInput.ts';

export type TrunkVariant = Exclude<VariantName, 'deepseek'>;
type TrunkModel = ViralClipperModel | BrandkitModel;

const shapes: Readonly<Record<TrunkVariant, string>> = {
  'viral-clipper': '6 layers, hidden size 512, 8 heads, intermediate size 2048',
  brandkit: '4 layers, hidden size 512, 8 heads, intermediate size 1024',
};

/** Rows of the input: [1, 16, hidden]. */
const seqLen = 16;
const hidden = 512;

/** Runs a variant's published configuration with seeded weights. */
export class TrunkPanel {
  readonly #variant: TrunkVariant;
  readonly #host: EngineHost;
  readonly #onMemoryChange: () => void;
  readonly #run = button('Run the trunk', '', () => void this.#loadAndRun());
  readonly #free = button('Free its memory', 'quiet', () => void this.#dispose());
  readonly #cancel = button('Cancel', 'quiet', () => this.#loading?.abort());
  readonly #load = make('div', 'load');
  readonly #progress: LoadProgressView;
  readonly #output = make('div', 'trunk-output');
  #loading: AbortController | undefined;
  #model: TrunkModel | undefined;

  constructor(variant: TrunkVariant, host: EngineHost, onMemoryChange: () => void) {
    this.#variant = variant;
    this.#host = host;
    this.#onMemoryChange = onMemoryChange;
    const bar = progressBar(`Loading the published ${variant}`);
    const detail = make('p', 'load-detail');
    this.#progress = new LoadProgressView(bar, detail);
    this.#load.append(bar, detail, this.#cancel);
    this.#load.hidden = true;
    this.#free.hidden = true;
  }

  contents(): HTMLElement[] {
    const count = publishedParameterCounts()[this.#variant];
    return [
      make(
        'p',
        'hint',
        `The trunk as published (${shapes[this.#variant]}; ${formatCount(count)} parameters), filled with seeded random weights `,
        'and run twice on the same seeded random input. The output means nothing; that it is finite, and the same twice, does.',
      ),
      make('div', 'form-actions', this.#run, this.#free),
      this.#load,
      this.#output,
    ];
  }

  async #loadAndRun(): Promise<void> {
    this.#run.disabled = true;
    this.#output.replaceChildren();
    try {
      this.#model ??= await this.#loadModel();
      this.#free.hidden = false;
      await this.#forwardTwice(this.#model);
    } catch (error) {
      if (!isAbort(error)) this.#output.replaceChildren(errorBox(error));
    } finally {
      this.#run.disabled = false;
      this.#onMemoryChange();
    }
  }

  async #loadModel(): Promise<TrunkModel> {
    const loading = new AbortController();
    this.#loading = loading;
    this.#progress.reset();
    this.#load.hidden = false;
    try {
      const engine = await this.#host.engine();
      return await engine.load(this.#variant, {
        source: { init: 'random', seed: 1 },
        signal: loading.signal,
        onProgress: (progress) => this.#progress.update(progress),
      });
    } finally {
      this.#load.hidden = true;
    }
  }

  async #forwardTwice(model: TrunkModel): Promise<void> {
    const input = normalValues(seqLen * hidden, 1);
    const timed = async (): Promise<{ readonly output: Float32Array; readonly ms: number }> => {
      const start = performance.now();
      // A copy: the engine may take the array over.
      const output = await model.forward(input.slice(), [1, seqLen, hidden]);
      return { output, ms: performance.now() - start };
    };
    const first = await timed();
    const second = await timed();
    const { sizeBytes } = await model.metrics();
    const { mean, deviation, least, most, finite } = statistics(second.output);
    const same = isIdentical(first.output, second.output);
    const rows: readonly (readonly [string, string])[] = [
      ['Parameters', formatCount(model.parameters)],
      ['Weights', `${formatBytes(sizeBytes[model.precision])} in ${model.precision}`],
      ['Input', `[1, ${seqLen}, ${hidden}], normal, seed 1`],
      ['First run, compiling included', formatMs(first.ms)],
      ['Second run', formatMs(second.ms)],
      ['Output mean ± deviation', `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`],
      ['Output range', `${least.toFixed(3)} to ${most.toFixed(3)}`],
      ['All values finite', finite ? 'yes' : 'no'],
      ['Both runs identical', same ? 'yes, bit by bit' : 'no'],
    ];
    const facts = rows.map(([term, value]) => make('div', 'fact', make('dt', '', term), make('dd', '', value)));
    this.#output.replaceChildren(make('h3', '', 'Result'), make('dl', 'facts wide', ...facts));
    announce(`The trunk ran in ${formatMs(second.ms)}; both runs are ${same ? 'identical' : 'different'}.`);
  }

  async #dispose(): Promise<void> {
    const model = this.#model;
    this.#model = undefined;
    this.#free.hidden = true;
    this.#run.focus();
    await model?.dispose();
    this.#onMemoryChange();
  }
}
