import type uPlot from 'uplot';
import type { ClipEvent, ClipModality, ClipSegment } from '../../../src/index.ts';
import { themeColor } from '../themeColor.ts';

export type ScoresEvent = Extract<ClipEvent, { type: 'scores' }>;

const modalities: readonly ClipModality[] = ['visual', 'audio', 'text', 'engagement'];

/** Line styles of the modalities: told apart by dashes as well as by colour. */
const modalityStyles: Readonly<Record<ClipModality, { readonly stroke: string; readonly dash: number[] }>> = {
  visual: { stroke: '#8a5cc2', dash: [] },
  audio: { stroke: '#c2571a', dash: [8, 4] },
  text: { stroke: '#2e8b57', dash: [3, 3] },
  engagement: { stroke: '#c23b6b', dash: [10, 3, 2, 3] },
};

/** The score curve of a video with its threshold and segments, growing while the video is read. */
export class ScoreChart {
  readonly #place: HTMLElement;
  readonly #onSeek: (second: number) => void;
  readonly #segments: ClipSegment[] = [];
  readonly #seconds: number[] = [];
  readonly #virality: (number | null)[] = [];
  readonly #contributions: Record<ClipModality, (number | null)[]> = {
    visual: [],
    audio: [],
    text: [],
    engagement: [],
  };
  #threshold = 0.8;
  #plot: uPlot | undefined;
  #playhead = 0;

  constructor(place: HTMLElement, onSeek: (second: number) => void) {
    this.#place = place;
    this.#onSeek = onSeek;
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#place.clientWidth, height: 240 })).observe(place);
  }

  /** Empties the chart for a video of that length. */
  async reset(durationSeconds: number, threshold: number): Promise<void> {
    const [{ default: UPlot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    this.#plot?.destroy();
    this.#segments.length = this.#seconds.length = this.#virality.length = 0;
    for (const modality of modalities) this.#contributions[modality].length = 0;
    this.#threshold = threshold;
    this.#playhead = 0;
    this.#plot = new UPlot(this.#options(UPlot, durationSeconds), this.#data(), this.#place);
  }

  add({ firstStep, stepSeconds, virality, contributions }: ScoresEvent): void {
    for (const [step, score] of virality.entries()) {
      this.#seconds.push((firstStep + step) * stepSeconds);
      this.#virality.push(score);
      for (const modality of modalities) this.#contributions[modality].push(contributions[modality]?.[step] ?? null);
    }
    this.#plot?.setData(this.#data(), false);
  }

  mark(segment: ClipSegment): void {
    this.#segments.push(segment);
    this.#plot?.redraw();
  }

  setPlayhead(second: number): void {
    this.#playhead = second;
    this.#plot?.redraw(false);
  }

  #data(): uPlot.AlignedData {
    return [this.#seconds, this.#virality, ...modalities.map((modality) => this.#contributions[modality])];
  }

  #options(UPlot: typeof uPlot, durationSeconds: number): uPlot.Options {
    const ink = themeColor('--ink-soft');
    const axis = {
      stroke: ink,
      grid: { stroke: themeColor('--line'), width: 1 },
      ticks: { stroke: themeColor('--line') },
    };
    const stepped = UPlot.paths.stepped?.({ align: 1 });
    const twoDigits = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
    return {
      width: Math.max(280, this.#place.clientWidth),
      height: 240,
      scales: {
        x: { time: false, range: [0, Math.max(1, durationSeconds)] },
        y: { range: [0, 1] },
      },
      axes: [{ ...axis, values: (_, splits) => splits.map(clock) }, axis],
      series: [
        { label: 'Time', value: (_, value: number | null) => (value === null ? '–' : clock(value)) },
        {
          label: 'Score',
          stroke: themeColor('--accent'),
          width: 2,
          value: (_, value: number | null) => twoDigits(value),
          ...(stepped ? { paths: stepped } : {}),
        },
        ...modalities.map((modality) => ({
          label: `${modality[0]?.toUpperCase()}${modality.slice(1)}`,
          ...modalityStyles[modality],
          width: 1.25,
          value: (_: uPlot, value: number | null) => twoDigits(value),
        })),
      ],
      cursor: { y: false },
      hooks: {
        drawClear: [(plot) => this.#drawSegments(plot)],
        draw: [(plot) => this.#drawLines(plot)],
        ready: [
          (plot) => plot.over.addEventListener('click', () => this.#onSeek(plot.posToVal(plot.cursor.left ?? 0, 'x'))),
        ],
      },
    };
  }

  #drawSegments(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = themeColor('--accent');
    for (const { start, end } of this.#segments) {
      const left = plot.valToPos(start, 'x', true);
      const width = plot.valToPos(end, 'x', true) - left;
      ctx.globalAlpha = 0.14;
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(left, bbox.top, width, 4 * devicePixelRatio);
    }
    ctx.restore();
  }

  #drawLines(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.strokeStyle = themeColor('--ink-soft');
    ctx.setLineDash([6, 4]);
    const y = plot.valToPos(this.#threshold, 'y', true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.strokeStyle = themeColor('--ink');
    const x = plot.valToPos(this.#playhead, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}

/** 75 -> '1:15' */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
