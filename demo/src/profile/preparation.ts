import type { KernelChoice, WarmUpTimes } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { formatGpuMs } from './format.ts';

/** What a warm-up took; of what was warm already, little. */
export function warmUpFacts({ tuneMs, compileMs, runMs, totalMs }: WarmUpTimes): HTMLElement {
  const rows: readonly (readonly [string, number])[] = [
    ['Measuring kernels', tuneMs],
    ['Compiling', compileMs],
    ['First run', runMs],
    ['Together', totalMs],
  ];
  return make(
    'dl',
    'facts wide',
    ...rows.map(([term, ms]) => make('div', 'fact', make('dt', '', term), make('dd', '', formatGpuMs(ms)))),
  );
}

const reasons: Readonly<Record<KernelChoice['from'], string>> = {
  heuristic: 'by rule',
  remembered: 'measured earlier',
  tuned: 'measured now',
};

function describeChoice({ from, speedup, heuristic, chosen, rejected }: KernelChoice): string {
  const won = chosen === heuristic ? '' : `, ${speedup.toFixed(2)}× as fast as ${heuristic}`;
  const wrong = rejected.length > 0 ? `; wrong on this device: ${rejected.join(', ')}` : '';
  return `${reasons[from]}${won}${wrong}`;
}

/** Which kernel serves what, and why. */
export function choicesTable(choices: readonly KernelChoice[]): HTMLElement {
  const heads = ['For', 'Kernel', 'Of', 'Chosen'].map((text) => {
    const head = make('th', '', text);
    head.scope = 'col';
    return head;
  });
  const rows = choices.map((choice) => {
    const head = make('th', '', choice.label);
    head.scope = 'row';
    return make(
      'tr',
      '',
      head,
      make('td', '', choice.chosen),
      make('td', 'number', String(choice.candidates)),
      make('td', '', describeChoice(choice)),
    );
  });
  const table = make('table', 'work-table', make('thead', '', make('tr', '', ...heads)), make('tbody', '', ...rows));
  const scroll = make('div', 'scroll', table);
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', 'Which kernel serves what');
  return make('details', 'options', make('summary', '', 'Which kernel serves what, and why'), scroll);
}
