import type { KernelProfile, KernelTotal, ProfiledRun, WorkTime } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { familyOf } from './flameChart.ts';
import { formatBytesPerSecond, formatFlops, formatGpuMs, formatPercent } from './format.ts';

/** A number with a bar behind it that shows a share of something. */
function meter(text: string, share: number | undefined, note: string, family = 'plain'): HTMLElement {
  const cell = make('td', 'meter', make('span', 'meter-text', text));
  if (share === undefined) return cell;
  const fill = make('span', `meter-fill ${family}`);
  fill.style.width = `${Math.min(100, Math.max(0, share * 100))}%`;
  cell.append(make('span', 'meter-note', note), make('span', 'meter-bar', fill));
  return cell;
}

function row(names: readonly string[], work: WorkTime, family: string): HTMLElement {
  const { ms, share, dispatches, gbPerSecond, flopPerSecond, shareOfStream, shareOfFma, flops, bytes } = work;
  const rate = (part: number | undefined, of: string): string =>
    part === undefined ? '' : `${formatPercent(part)} ${of}`;
  const [first = '', ...rest] = names;
  const head = make('th', '', first);
  head.scope = 'row';
  return make(
    'tr',
    '',
    head,
    ...rest.map((name) => make('td', '', name)),
    make('td', 'number', String(dispatches)),
    meter(formatGpuMs(ms), share, formatPercent(share), family),
    bytes > 0
      ? meter(formatBytesPerSecond(gbPerSecond), shareOfStream, rate(shareOfStream, 'of stream'))
      : make('td', 'meter', '–'),
    flops > 0 ? meter(formatFlops(flopPerSecond), shareOfFma, rate(shareOfFma, 'of FMA')) : make('td', 'meter', '–'),
  );
}

function table(caption: string, names: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const heads = [...names, 'Dispatches', 'GPU time', 'Memory', 'Arithmetic'].map((text) => {
    const head = make('th', '', text);
    head.scope = 'col';
    return head;
  });
  const element = make(
    'table',
    'work-table',
    make('caption', 'visually-hidden', caption),
    make('thead', '', make('tr', '', ...heads)),
    make('tbody', '', ...rows),
  );
  // A wide table scrolls by itself, also by keyboard.
  const scroll = make('div', 'scroll', element);
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', caption);
  return scroll;
}

/** Where the time of a run went, by kernel: what it took, and what it achieved of what the device reaches. */
export const kernelTotals = ({ name, byKernel }: ProfiledRun): HTMLElement =>
  table(
    `${name}: GPU time by kernel`,
    ['Kernel'],
    byKernel.map((total: KernelTotal) => row([total.kernel], total, familyOf(total.kernel))),
  );

/** Every dispatch of a run in its order: what the bars show, as a table. */
export const dispatchTable = ({ name, kernels }: ProfiledRun): HTMLElement =>
  table(
    `${name}: every dispatch`,
    ['Dispatch', 'Kernel'],
    kernels.map((kernel: KernelProfile) => row([kernel.label, kernel.kernel], kernel, familyOf(kernel.kernel))),
  );
