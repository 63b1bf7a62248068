import type { ClipOptions, EngagementNumbers } from '../../../src/index.ts';
import { button, make } from '../dom.ts';
import { fileDrop } from '../fileDrop.ts';

export interface ClipJob {
  readonly video: Blob;
  readonly name: string;
  readonly options: Pick<ClipOptions, 'captions' | 'engagement' | 'threshold' | 'clipSeconds'>;
}

const isCaptions = (file: File): boolean => /\.(vtt|srt)$/i.test(file.name);

/** Where the video, its captions and numbers come from. */
export class ClipForm {
  readonly element = make('form', 'clip-form');
  readonly #onJob: (job: ClipJob) => void;
  readonly #chosen = make('p', 'hint');
  readonly #threshold = numberField('Threshold', { value: 0.8, min: 0.05, max: 0.99, step: 0.01 });
  readonly #clipSeconds = numberField('Clip length in seconds', { value: 30, min: 10, max: 60, step: 1 });
  readonly #numbers = {
    views: numberField('Views', { min: 0, step: 1 }),
    likes: numberField('Likes', { min: 0, step: 1 }),
    comments: numberField('Comments', { min: 0, step: 1 }),
    shares: numberField('Shares', { min: 0, step: 1 }),
    averageViewSeconds: numberField('Average seconds watched', { min: 0, step: 0.1 }),
  };
  #video: { readonly blob: Blob; readonly name: string } | undefined;
  #captions: { readonly blob: Blob; readonly name: string } | undefined;

  constructor(onJob: (job: ClipJob) => void) {
    this.#onJob = onJob;
    const again = button('Find the clips again', 'quiet', () => this.#submit());
    const sample = button('Try the sample video', 'quiet', () => void this.#useSample());
    const details = make('details', 'options', make('summary', '', 'Options and engagement numbers'));
    const fields = [this.#threshold, this.#clipSeconds, ...Object.values(this.#numbers)];
    details.append(make('div', 'option-fields', ...fields.map(({ field }) => field)));
    details.append(
      make(
        'p',
        'hint',
        'A step whose score is over the threshold belongs to a segment. Numbers left empty count as unknown.',
      ),
    );
    this.element.append(
      fileDrop({
        label: 'Drop a video here, or choose one',
        hint: 'WebM or MP4; its captions (.vtt, .srt) beside it if there are any. It stays on this device.',
        accept: 'video/*,.webm,.mp4,.mov,.mkv,.vtt,.srt',
        onFiles: (files) => this.#take(files),
      }),
      make('div', 'form-actions', sample, again, this.#chosen),
      details,
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  #take(files: readonly File[]): void {
    const captions = files.find(isCaptions);
    const video = files.find((file) => !isCaptions(file));
    if (video) {
      this.#video = { blob: video, name: video.name };
      // Captions of the video before are not this one's.
      this.#captions = undefined;
    }
    if (captions) this.#captions = { blob: captions, name: captions.name };
    this.#submit();
  }

  async #useSample(): Promise<void> {
    const [video, captions] = await Promise.all(
      ['highlights.webm', 'highlights.vtt'].map(async (name) => (await fetch(`./samples/${name}`)).blob()),
    );
    if (!video) return;
    this.#video = { blob: video, name: 'highlights.webm' };
    this.#captions = captions && { blob: captions, name: 'highlights.vtt' };
    this.#submit();
  }

  #submit(): void {
    const names = [this.#video?.name, this.#captions?.name].filter((name) => name !== undefined);
    this.#chosen.textContent = this.#video ? names.join(' with ') : 'Choose a video first.';
    if (!this.#video) return;
    const numbers = Object.fromEntries(
      Object.entries(this.#numbers).flatMap(([name, { input }]) =>
        input.value === '' ? [] : [[name, input.valueAsNumber]],
      ),
    ) as EngagementNumbers;
    this.#onJob({
      video: this.#video.blob,
      name: this.#video.name,
      options: {
        threshold: this.#threshold.input.valueAsNumber,
        clipSeconds: this.#clipSeconds.input.valueAsNumber,
        ...(this.#captions ? { captions: this.#captions.blob } : {}),
        ...(Object.keys(numbers).length > 0 ? { engagement: numbers } : {}),
      },
    });
  }
}

function numberField(
  label: string,
  { value, min, max, step }: { value?: number; min: number; max?: number; step: number },
): { readonly field: HTMLElement; readonly input: HTMLInputElement } {
  const input = make('input');
  input.type = 'number';
  input.min = String(min);
  if (max !== undefined) input.max = String(max);
  input.step = String(step);
  if (value !== undefined) input.value = String(value);
  return { field: make('label', 'field', make('span', '', label), input), input };
}
