import type { Ablation, AblationTask, AblationTime, FlagAblation } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { formatBytes } from '../format.ts';
import { formatGpuMs } from './format.ts';

const taskNames: Readonly<Record<AblationTask, string>> = {
  forward: 'a forward',
  repeatedForward: 'the same forward again',
  forwards: 'four forwards at once',
  score: 'scoring a window',
  repeatedScore: 'the same window again',
  analyze: 'analysing a text',
  repeatedAnalyze: 'the same text again',
  firstToken: 'first token of a new prompt',
  repeatedFirstToken: 'first token of the same prompt again',
  decode: 'a token behind the first',
  generations: 'three answers at once',
};

/** Ratios that fill half of the chart: 4 times as fast, or 4 times as slow. */
const widest = 4;

type Compared = Pick<AblationTime, 'ratio' | 'range'>;

/** Where a ratio lies, in percent: 1 in the middle. */
const place = (ratio: number): number => 50 + 50 * Math.max(-1, Math.min(1, Math.log(ratio) / Math.log(widest)));

/** A bar from the middle: to the right where the flag makes it faster, to the left where slower; a line over all rounds. */
function ratioBar({ ratio, range }: Compared): HTMLElement {
  const spanning = (className: string, from: number, to: number): HTMLElement => {
    const element = make('span', className);
    element.style.left = `${Math.min(from, to)}%`;
    element.style.width = `${Math.abs(to - from)}%`;
    return element;
  };
  const side = isClear({ ratio, range }) ? (ratio > 1 ? 'faster' : 'slower') : 'unclear';
  const bar = make(
    'span',
    'ratio-bar',
    spanning(`ratio-fill ${side}`, 50, place(ratio)),
    spanning('ratio-range', place(range[0]), place(range[1])),
  );
  bar.setAttribute('aria-hidden', 'true');
  return bar;
}

/** Every round says the same, and it is more than what two equal engines may be apart. */
const isClear = ({ ratio, range: [lowest, highest] }: Compared): boolean =>
  Math.abs(ratio - 1) >= 0.03 && (lowest > 1 || highest < 1);

const times = (ratio: number): string => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}×`;

function describeRatio(compared: Compared): string {
  const { ratio, range } = compared;
  if (isClear(compared)) return ratio > 1 ? `${times(ratio)} as fast` : `${times(1 / ratio)} as slow`;
  return range[1] - range[0] < 0.1 ? 'no difference' : 'no clear difference';
}

const taskRow = (compared: AblationTime): HTMLElement =>
  make(
    'li',
    'ratio-row',
    make('span', 'ratio-name', taskNames[compared.task]),
    ratioBar(compared),
    make('span', 'ratio-text', describeRatio(compared)),
    make('span', 'ratio-times', `${formatGpuMs(compared.offMs)} off, ${formatGpuMs(compared.onMs)} on`),
  );

function describeBytes({ on, off }: FlagAblation): string {
  const more = on.bytes - off.bytes;
  if (more === 0) return `the same memory, ${formatBytes(on.bytes)}`;
  return `${formatBytes(Math.abs(more))} ${more > 0 ? 'more' : 'less'} memory (${formatBytes(off.bytes)} off, ${formatBytes(on.bytes)} on)`;
}

function describeOutputs({ difference, outputsAgree }: FlagAblation): string {
  if (difference === 0) return 'the same output, bit by bit';
  return `outputs ${outputsAgree ? 'agree' : 'differ'}: ${difference.toExponential(1)} apart`;
}

function flagView(result: FlagAblation): HTMLElement {
  const { flag, inForce, times, paired, on, off } = result;
  const notes = [
    inForce ? 'on in this engine' : 'off in this engine',
    describeBytes(result),
    describeOutputs(result),
    ...(paired ? [] : ['measured one after the other: memory had no room for both']),
  ];
  const item = make(
    'li',
    'flag-ablation',
    make(
      'div',
      'ratio-row whole',
      make('h4', 'ratio-name', flag),
      ratioBar(result),
      make('span', 'ratio-text', describeRatio(result)),
      make('span', 'ratio-times', `${formatGpuMs(off.ms)} off, ${formatGpuMs(on.ms)} on`),
    ),
    make('p', 'note', `${notes.join('; ')}.`),
    make('ul', 'flag-tasks', ...times.map(taskRow)),
  );
  item.dataset['flag'] = flag;
  return item;
}

/** What each flag is worth: bars by flag and task, bytes, and whether the outputs agree. */
export function ablationView({ flags, seq, tokens, rounds, precision }: Ablation): HTMLElement {
  const size = tokens > 0 ? `prompts of ${seq} tokens, ${tokens} tokens behind them` : `inputs of ${seq} rows`;
  return make(
    'div',
    'ablation',
    make(
      'p',
      'hint',
      `In ${precision}, ${size}, median of ${rounds} paired rounds. Bars to the right: faster with the flag on; a full half is ${widest} times. The thin line spans all rounds: where it crosses the middle, they do not agree.`,
    ),
    make('ul', 'flag-ablations', ...flags.map(flagView)),
  );
}
