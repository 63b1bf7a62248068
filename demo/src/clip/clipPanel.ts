import type { ClipEvent, TimeRange } from '../../../src/index.ts';
import { announce, button, make } from '../dom.ts';
import { download } from '../download.ts';
import type { EngineHost } from '../engineHost.ts';
import { errorBox, isAbort } from '../errors.ts';
import { progressBar, setProgress, VariantModel } from '../variantModel.ts';
import { ClipForm, type ClipJob } from './clipForm.ts';
import { clock, ScoreChart } from './scoreChart.ts';
import { SegmentList } from './segmentList.ts';

/** Drop a video, see what is worth sharing and why, take the clips away. */
export class ClipPanel {
  readonly element = make('div', 'clip-panel');
  readonly #model: VariantModel<'viral-clipper'>;
  readonly #onMemoryChange: () => void;
  readonly #bar = progressBar('Reading the video');
  readonly #detail = make('p', 'load-detail');
  readonly #run = make('div', 'load');
  readonly #problems = make('div', 'problems');
  readonly #video = make('video', 'preview');
  readonly #chartPlace = make('div', 'score-chart');
  readonly #results = make('div', 'clip-results');
  readonly #summary = make('p', 'clip-summary');
  readonly #list = new SegmentList({ preview: (range) => this.#preview(range), save: (range) => this.#save(range) });
  readonly #chart = new ScoreChart(this.#chartPlace, (second) => this.#seek(second));
  #job: ClipJob | undefined;
  #stop: AbortController | undefined;
  #previewEnd = Number.POSITIVE_INFINITY;

  constructor(host: EngineHost, onMemoryChange: () => void) {
    this.#model = new VariantModel('viral-clipper', host, 'ViralClipper');
    this.#onMemoryChange = onMemoryChange;
    this.#run.append(
      this.#bar,
      this.#detail,
      button('Stop', 'quiet', () => this.#stop?.abort()),
    );
    this.#run.hidden = true;
    this.#results.hidden = true;
    this.#video.controls = true;
    this.#video.setAttribute('aria-label', 'The video');
    this.#video.addEventListener('timeupdate', () => this.#onTime());
    this.#chartPlace.setAttribute('role', 'img');
    this.#chartPlace.setAttribute('aria-label', 'Score by time; the segments are listed below');
    const why =
      'The curve is the score of each second. The others tell why: what picture, sound, captions or engagement alone would score.';
    this.#results.append(
      this.#video,
      this.#chartPlace,
      make('p', 'hint', why),
      make('h3', '', 'Worth sharing'),
      this.#summary,
      this.#list.element,
    );
    const form = new ClipForm((job) => void this.#find(job));
    this.element.append(form.element, this.#model.element, this.#run, this.#problems, this.#results);
  }

  async #find(job: ClipJob): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#job = job;
    this.#problems.replaceChildren();
    this.#list.clear();
    this.#showVideo(job.video);
    try {
      const model = await this.#model.get();
      if (stop.signal.aborted) return;
      this.#showProgress(0, 'Opening the video');
      await this.#follow(model.clip(job.video, { ...job.options, explain: true, signal: stop.signal }), job, stop);
    } catch (error) {
      if (this.#stop !== stop) return;
      this.#summary.textContent = 'Stopped.';
      if (!isAbort(error)) this.#problems.append(errorBox(error));
    } finally {
      if (this.#stop === stop) this.#run.hidden = true;
      this.#onMemoryChange();
    }
  }

  async #follow(events: AsyncIterable<ClipEvent>, job: ClipJob, stop: AbortController): Promise<void> {
    let found = 0;
    let drawn = false;
    this.#summary.textContent = 'Reading…';
    for await (const event of events) {
      if (this.#stop !== stop) return;
      if (event.type === 'progress') {
        if (!drawn) await this.#chart.reset(event.durationSeconds, job.options.threshold ?? 0.8);
        drawn = true;
        this.#results.hidden = false;
        this.#showProgress(event.fraction, `${clock(event.seconds)} of ${clock(event.durationSeconds)} read`);
      } else if (event.type === 'scores') {
        this.#chart.add(event);
      } else if (event.type === 'segment') {
        found++;
        this.#chart.mark(event);
        this.#list.add(event);
      } else {
        this.#problems.append(make('p', 'notice', `${event.message} (at ${clock(event.seconds)})`));
      }
    }
    this.#summary.textContent =
      found === 0
        ? 'Nothing in this video is over the threshold.'
        : `${found} ${found === 1 ? 'segment' : 'segments'}.`;
    announce(this.#summary.textContent);
  }

  #showProgress(fraction: number, text: string): void {
    this.#run.hidden = false;
    this.#detail.textContent = text;
    setProgress(this.#bar, fraction, text);
  }

  #showVideo(video: Blob): void {
    if (this.#video.src) URL.revokeObjectURL(this.#video.src);
    this.#previewEnd = Number.POSITIVE_INFINITY;
    this.#video.src = URL.createObjectURL(video);
  }

  #preview({ start, end }: TimeRange): void {
    this.#previewEnd = end;
    this.#seek(start);
    // A browser that wants a gesture first shows the frame and its own play button.
    this.#video.play().catch(() => undefined);
    this.#video.scrollIntoView({ block: 'nearest' });
  }

  #seek(second: number): void {
    this.#video.currentTime = second;
    this.#chart.setPlayhead(second);
  }

  #onTime(): void {
    this.#chart.setPlayhead(this.#video.currentTime);
    if (this.#video.currentTime < this.#previewEnd) return;
    this.#previewEnd = Number.POSITIVE_INFINITY;
    this.#video.pause();
  }

  async #save(range: TimeRange): Promise<void> {
    const job = this.#job;
    if (!job) return;
    const model = await this.#model.get();
    const blob = await model.cut(job.video, range);
    const [, stem = 'video', ending = 'webm'] = /^(.*)\.(\w+)$/.exec(job.name) ?? [];
    download(blob, `${stem}-${clock(range.start).replace(':', 'm')}s.${ending}`);
    announce('The clip is cut.');
  }
}
