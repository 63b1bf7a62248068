import type uPlot from 'uplot';
import type { MemoryReport, MemorySample } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { formatBytes } from '../format.ts';
import { themeColor } from '../themeColor.ts';

/** Bands from below; what is kept for reuse lies on top. Each is told apart by its place, and named in the legend. */
const bandColors = ['#2f7f98', '#c2762a', '#7a62b5', '#4d8f57', '#b4526e', '#8a8f3c', '#5a6f8f', '#9a6b4f'] as const;
const pooled = 'kept for reuse';
const height = 240;
/** Steps of the axis, in bytes: round numbers of KiB, MiB and GiB. */
const axisSteps = Array.from({ length: 34 }, (_, power) => 2 ** power);

type Series = { readonly name: string; readonly bytes: readonly number[] };

/** Owners who have the most for the longest below, then what is kept for reuse. */
function seriesOf(samples: readonly MemorySample[]): Series[] {
  const owners = [...new Set(samples.flatMap(({ byOwner }) => Object.keys(byOwner)))];
  const series = owners.map((name) => ({ name, bytes: samples.map(({ byOwner }) => byOwner[name] ?? 0) }));
  const mean = ({ bytes }: Series): number => bytes.reduce((sum, value) => sum + value, 0) / bytes.length;
  return [
    ...series.toSorted((a, b) => mean(b) - mean(a)),
    { name: pooled, bytes: samples.map(({ pooledBytes }) => pooledBytes) },
  ];
}

/** GPU memory by owner since the engine started, and the same as a table. */
export class MemoryChart {
  readonly element = make('div', 'memory');
  readonly #place = make('div', 'memory-chart');
  readonly #table = make('table', 'work-table');
  #plot: uPlot | undefined;

  constructor() {
    this.#place.setAttribute('role', 'img');
    this.#place.setAttribute('aria-label', 'GPU memory by owner over time; the table below has the figures');
    const details = make('details', 'options', make('summary', '', 'Memory as a table'), this.#table);
    this.element.append(this.#place, details);
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height })).observe(this.#place);
  }

  async show({ history }: MemoryReport): Promise<void> {
    const [{ default: UPlot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    const series = seriesOf(history);
    const seconds = history.map(({ timeMs }) => timeMs / 1000);
    this.#plot?.destroy();
    this.#plot = new UPlot(this.#options(UPlot, series), [seconds, ...stacked(series).toReversed()], this.#place);
    this.#fillTable(series);
  }

  #width(): number {
    return Math.max(240, this.#place.clientWidth);
  }

  #options(UPlot: typeof uPlot, series: readonly Series[]): uPlot.Options {
    const axis = {
      stroke: themeColor('--ink-soft'),
      grid: { stroke: themeColor('--line'), width: 1 },
      ticks: { stroke: themeColor('--line') },
    };
    const paths = UPlot.paths.stepped?.({ align: 1 });
    return {
      width: this.#width(),
      height,
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most) * 1.05] } },
      axes: [
        { ...axis, values: (_, splits) => splits.map((second) => `${second} s`) },
        { ...axis, size: 76, incrs: axisSteps, values: (_, splits) => splits.map((bytes) => formatBytes(bytes)) },
      ],
      series: [
        { label: 'Time', value: (_, second: number | null) => (second === null ? '–' : `${second.toFixed(1)} s`) },
        // The highest first: each one covers those behind it up to its own height.
        ...series
          .map(({ name, bytes }, index): uPlot.Series => {
            const color = name === pooled ? themeColor('--line') : bandColors[index % bandColors.length];
            return {
              label: name,
              ...(color ? { fill: color, stroke: color } : {}),
              width: 1,
              points: { show: false },
              ...(paths ? { paths } : {}),
              value: (_, __, ___, at) => (at === null ? '–' : formatBytes(bytes[at] ?? 0)),
            };
          })
          .toReversed(),
      ],
      cursor: { y: false },
    };
  }

  #fillTable(series: readonly Series[]): void {
    const heads = ['Owner', 'Now', 'Most'].map((text) => {
      const head = make('th', '', text);
      head.scope = 'col';
      return head;
    });
    const rows = series.map(({ name, bytes }) => {
      const head = make('th', '', name);
      head.scope = 'row';
      const number = (value: number): HTMLElement => make('td', 'number', formatBytes(value));
      return make('tr', '', head, number(bytes.at(-1) ?? 0), number(Math.max(0, ...bytes)));
    });
    this.#table.replaceChildren(make('thead', '', make('tr', '', ...heads)), make('tbody', '', ...rows));
  }
}

/** Each series on top of those before it. */
function stacked(series: readonly Series[]): number[][] {
  let below: readonly number[] = [];
  return series.map(({ bytes }) => {
    const top = bytes.map((value, index) => value + (below[index] ?? 0));
    below = top;
    return top;
  });
}
