import type { ProfiledRun } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { FlameChart } from './flameChart.ts';
import { formatGpuMs, formatPercent } from './format.ts';
import { dispatchTable, kernelTotals } from './workTable.ts';

const titles: Readonly<Record<ProfiledRun['name'], (run: ProfiledRun) => string>> = {
  forward: ({ rows }) => `A forward of ${rows} rows`,
  score: ({ rows }) => `The whole network over ${rows} rows`,
  prefill: ({ rows }) => `Reading ${rows} tokens of a prompt`,
  decode: ({ keys }) => `One token behind ${keys}`,
};

/** One kind of run: how busy the GPU is, bars by layer and dispatch, a table by kernel. */
export function runView(run: ProfiledRun): HTMLElement {
  const { runs, wallMs, utilisation } = run.plain;
  const each = wallMs / runs;
  const busy = make('strong', 'busy-share', formatPercent(utilisation));
  const table = make('details', 'options', make('summary', '', 'Every dispatch as a table'), dispatchTable(run));
  return make(
    'section',
    'profiled-run',
    make('h4', '', titles[run.name](run)),
    make(
      'p',
      'run-summary',
      make('span', 'run-time', `${formatGpuMs(each)} each`),
      ` over ${runs} plain runs; the GPU was busy `,
      busy,
      ` of the time. Dispatch by dispatch it takes ${formatGpuMs(run.gpuMs)} (${run.rounds} rounds).`,
    ),
    new FlameChart(run).element,
    kernelTotals(run),
    table,
  );
}
