import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../scripts/bench/options.mjs';
import { planCases } from '../../../scripts/bench/plan.mjs';
import { figuresOf } from '../../../scripts/bench/figures.mjs';
import { markdown, table } from '../../../scripts/bench/report.mjs';
import type { Report } from '../../../scripts/bench/runBench.mjs';
import { growthExponent, median, pairedRatio } from '../../../scripts/bench/statistics.mjs';
import type { AdapterReport, Ceilings } from '../../../bench/src/protocol.ts';

const ceilings: Ceilings = { streamBytes: 1e9, fmaF32: 1e10, fmaF16: undefined, dispatchMs: 0.01 };
const adapter = (software: boolean): AdapterReport => ({
  adapter: { vendor: 'acme', architecture: 'one', device: '', description: '' },
  software,
  features: { f16: !software, subgroups: true },
  tier: 'baseline',
  userAgent: '',
});

describe('statistics', () => {
  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes the ratio of each pair, so that a drift of both does not count', () => {
    expect(pairedRatio([1, 10, 100], [2, 20, 200])?.median).toBe(2);
    expect(pairedRatio([1, 1], [])).toBeUndefined();
  });

  it('finds the exponent of growth', () => {
    const squares = [1, 2, 4, 8].map((size) => ({ size, value: 3 * size * size }));
    expect(growthExponent(squares)).toBeCloseTo(2, 10);
    expect(growthExponent([{ size: 1, value: 1 }])).toBeUndefined();
  });
});

/** A report of one trunk, seq 1: Halftone takes 4 ms and the peer 40, over 2 MB of weights. */
function report(peerMs: readonly number[] = [40, 40, 40]): Report {
  const options = readOptions(['--variants', 'brandkit', '--seq', '1', '--precisions', 'f32', '--cases', 'trunks']);
  const [planned] = planCases(options, adapter(true), ceilings);
  if (!planned) throw new Error('There is a case.');
  const measurement = {
    label: 'seq 1',
    size: 1,
    halftoneMs: [4, 4, 4],
    peerMs,
    flops: 1e6,
    bytes: 2e6,
    error: { relative: 1e-7, worst: 1e-7 },
  };
  const result = { sections: [{ name: 'brandkit f32', measurements: [measurement] }] };
  return {
    adapter: adapter(true),
    ceilings,
    versions: { halftone: '1' },
    date: 'today',
    cases: [{ ...planned, result, seconds: 1 }],
  };
}

describe('the report', () => {
  it('says what was met, missed and not measured', () => {
    const verdicts = Object.fromEntries(figuresOf(report()).map((figure) => [figure.case, figure]));
    expect(verdicts['brandkit f32, seq 1, against onnxruntime-web']).toMatchObject({
      verdict: 'met',
      reached: '10.0×',
    });
    expect(verdicts['brandkit f32, seq 128, against onnxruntime-web']).toMatchObject({ verdict: 'not measured' });
    const slow = figuresOf(report([4, 4, 4]))[0];
    expect(slow).toMatchObject({ verdict: 'missed', reached: '1.0×' });
  });

  it('tells a share of memory by the wall and by the clock of the GPU', () => {
    const options = readOptions(['--cases', 'operations', '--precisions', 'f16']);
    const [planned] = planCases(options, adapter(false), ceilings);
    if (!planned) throw new Error('There is a case.');
    const measurement = {
      label: '4096 keys',
      size: 4096,
      halftoneMs: [5, 4, 4],
      gpuMs: [2.5, 2.5, 3],
      peerMs: [],
      flops: 1,
      bytes: 2e6,
    };
    const result = { sections: [{ name: 'attention, one query, f16', measurements: [measurement] }] };
    const whole = { ...report(), adapter: adapter(false), cases: [{ ...planned, result, seconds: 1 }] };
    const verdicts = Object.fromEntries(figuresOf(whole).map((figure) => [figure.case, figure]));
    const name = 'attention at 4,096 keys, one query, f16';
    expect(verdicts[name]).toMatchObject({ verdict: 'missed', reached: '50 %' });
    expect(verdicts[`${name}, by the GPU's clock`]).toMatchObject({ verdict: 'met', reached: '80 %' });
    expect(markdown(whole)).toContain("GPU's clock 2.50 ms, 80 % stream");
  });

  it('has ratio, medians, the difference and the share of the ceiling in a row', () => {
    const row = markdown(report())
      .split('\n')
      .find((line) => line.startsWith('| seq 1'));
    const cells = row?.split('|').map((cell) => cell.trim()) ?? [];
    expect(cells.slice(1, 9)).toEqual([
      'seq 1',
      '10.00×',
      '10.00 to 10.00',
      '4.00',
      '40.00',
      '1.0e-7',
      '500 MB/s',
      '50 % stream',
    ]);
  });

  it('compares ways of one forward with the first of them', () => {
    const options = readOptions(['--cases', 'latency', '--variants', 'brandkit', '--precisions', 'f32']);
    const [planned] = planCases(options, adapter(true), ceilings);
    if (!planned) throw new Error('There is a case.');
    const row = (label: string, halftoneMs: number[], peerMs: number[]) => ({
      label,
      size: 1,
      flops: 0,
      bytes: 2e6,
      halftoneMs,
      peerMs,
    });
    const rows = [row('as it is', [4, 5, 6], [4, 5, 6]), row('another', [2, 4, 3], [4, 5, 6]), row('a piece', [1], [])];
    const result = { sections: [{ name: 'ways', measurements: rows }] };
    const text = markdown({ ...report(), cases: [{ ...planned, result, seconds: 1 }] });
    const cells = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    expect(cells.find(([, label]) => label === 'another')?.slice(2, 6)).toEqual([
      '3.00',
      '2.50 to 3.50',
      '2.00×',
      '67 %',
    ]);
    expect(cells.find(([, label]) => label === 'a piece')?.slice(2, 6)).toEqual(['1.00', '1.00 to 1.00', '', '']);
  });

  it('aligns its columns', () => {
    expect(table(['a', 'long'], [['1', '2']])).toBe('| a   | long |\n| --- | ---- |\n| 1   | 2    |');
  });
});

describe('options and plan', () => {
  it('refuses what it does not know, with what there is', () => {
    expect(() => readOptions(['--cases', 'all'])).toThrow('trunks');
    expect(() => readOptions(['--precisions', 'f64'])).toThrow('f32, f16, int8, int4');
    expect(() => readOptions(['--runs', 'many'])).toThrow('--runs');
  });

  it('has the latency case only where it is asked for', () => {
    const kinds = (args: string[]) =>
      planCases(readOptions(args), adapter(false), ceilings).map(({ benchCase }) => benchCase.kind);
    expect(kinds([])).not.toContain('latency');
    expect(kinds(['--cases', 'latency', '--variants', 'deepseek', '--precisions', 'f16,int8'])).toEqual([
      'latency',
      'latency',
    ]);
  });

  it('leaves f16 out where the adapter has none, and large models to Halftone alone on a CPU', () => {
    const planned = planCases(readOptions([]), adapter(true), ceilings);
    expect(planned.some(({ name }) => name.includes('f16'))).toBe(false);
    expect(planned.find(({ name }) => name === 'deepseek f32')?.benchCase.peer).toBe(false);
    expect(planned.find(({ name }) => name === 'brandkit f32')?.benchCase.peer).toBe(true);
    const onGpu = planCases(readOptions([]), adapter(false), ceilings);
    expect(onGpu.find(({ name }) => name === 'deepseek f16')?.benchCase.peer).toBe(true);
  });
});
