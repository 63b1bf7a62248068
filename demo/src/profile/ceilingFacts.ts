import type { ModelProfile } from '../../../src/index.ts';
import { make } from '../dom.ts';
import { formatBytesPerSecond, formatFlops } from './format.ts';

const significant = (value: number): string => value.toPrecision(3);

/** What the device reaches in kernels that do nothing else, and how fine its clock is. */
export function ceilingFacts({ ceilings, clock }: ModelProfile): HTMLElement {
  const { streamGBps, fmaTflops, dispatchUs } = ceilings;
  const teraflops = (rate: number | undefined): string =>
    rate === undefined ? 'not on this device' : formatFlops(rate * 1e12);
  const step =
    clock.resolutionMs >= 0.01
      ? `${significant(clock.resolutionMs)} ms`
      : `${significant(clock.resolutionMs * 1e6)} ns`;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Reading memory', streamGBps === undefined ? 'no room to measure it' : formatBytesPerSecond(streamGBps), ''],
    ['Multiply-adds in f32', teraflops(fmaTflops.f32), ''],
    ['Multiply-adds in f16', teraflops(fmaTflops.f16), ''],
    ['One more dispatch', `${significant(dispatchUs)} µs`, ''],
    [
      'Step of the GPU’s clock',
      clock.resolutionMs === 0 ? 'unknown' : step,
      clock.coarse
        ? 'The browser rounds it: times are means over many rounds, those of single dispatches are rough. In Chrome, chrome://flags/#enable-webgpu-developer-features makes it exact.'
        : '',
    ],
  ];
  return make(
    'dl',
    'facts wide',
    ...rows.map(([term, value, note]) =>
      make('div', 'fact', make('dt', '', term), make('dd', '', value), ...(note ? [make('dd', 'note', note)] : [])),
    ),
  );
}
