import type { ClipSegment, TimeRange } from '../../../src/index.ts';
import { button, make } from '../dom.ts';
import { errorBox } from '../errors.ts';
import { clock } from './scoreChart.ts';

export interface SegmentActions {
  readonly preview: (range: TimeRange) => void;
  /** Cuts the clip out and offers it as a file. */
  readonly save: (range: TimeRange) => Promise<void>;
}

/** What is worth sharing, in the order of the video: to look at and to take away. */
export class SegmentList {
  readonly element = make('ol', 'segments');
  readonly #actions: SegmentActions;

  constructor(actions: SegmentActions) {
    this.#actions = actions;
  }

  clear(): void {
    this.element.replaceChildren();
  }

  add({ start, end, score, clip }: ClipSegment): void {
    const span = `${clock(start)} to ${clock(end)}`;
    const preview = button('Preview', 'quiet', () => this.#actions.preview({ start, end }));
    preview.setAttribute('aria-label', `Preview ${span}`);
    const save = button(`Download ${Math.round(clip.end - clip.start)} s clip`, 'quiet', () => void saving());
    save.setAttribute('aria-label', `Download the clip around ${span}`);
    const problem = make('div');
    const saving = async (): Promise<void> => {
      save.disabled = true;
      problem.replaceChildren();
      try {
        await this.#actions.save(clip);
      } catch (error) {
        problem.replaceChildren(errorBox(error));
      } finally {
        save.disabled = false;
      }
    };
    this.element.append(
      make(
        'li',
        'segment',
        make('span', 'segment-time', span),
        make('span', 'segment-score', `score ${score.toFixed(2)}`),
        make('span', 'segment-actions', preview, save),
        problem,
      ),
    );
  }
}
