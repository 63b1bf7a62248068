// Profiles and ablations on this machine's GPU: shares of the ceilings by kernel, the GPU's busy share, what each flag is worth.
import type { Engine, Precision, ProfiledRun, VariantName, WorkTime } from '../../src/engine/api.ts';

type Print = (line: Readonly<Record<string, unknown>>) => void;

const rounded = (value: number | undefined): number | undefined => value && Number(value.toPrecision(4));

const describeWork = ({ ms, dispatches, gbPerSecond, flopPerSecond, shareOfStream, shareOfFma }: WorkTime) => ({
  ms: rounded(ms),
  dispatches,
  gbs: rounded(gbPerSecond),
  tflops: rounded(flopPerSecond && flopPerSecond / 1e12),
  ofStream: rounded(shareOfStream),
  ofFma: rounded(shareOfFma),
});

const describeRun = ({ name, rows, keys, gpuMs, rounds, dispatches, byKernel, plain }: ProfiledRun) => ({
  run: name,
  rows,
  keys,
  gpuMs: rounded(gpuMs),
  rounds,
  dispatches,
  plain: {
    runs: plain.runs,
    msEach: rounded(plain.wallMs / plain.runs),
    busyMsEach: rounded(plain.gpuBusyMs / plain.runs),
    utilisation: rounded(plain.utilisation),
  },
  byKernel: Object.fromEntries(byKernel.map((total) => [total.kernel, describeWork(total)])),
});

/** The default language model's prompt and tokens. */
export async function checkLanguageProfile(
  engine: Engine,
  precision: Precision,
  reasoner: File[],
  print: Print,
): Promise<void> {
  const model = await engine.load('deepseek', { source: reasoner, precision });
  await model.warmUp();
  const { runs, ceilings, clock } = await model.profile({ seq: 128, tokens: 128 });
  print({ ceilings, clock });
  for (const run of runs) print(describeRun(run));
  await model.dispose();
}

/** What each flag is worth: for the default language model, and for a published trunk. */
export async function checkAblation(
  engine: Engine,
  precision: Precision,
  reasoner: File[],
  print: Print,
): Promise<void> {
  const cases: readonly (readonly [string, VariantName, File[] | { init: 'random'; seed: number }])[] = [
    ['reasoner', 'deepseek', reasoner],
    ['viral-clipper', 'viral-clipper', { init: 'random', seed: 1 }],
  ];
  for (const [name, variant, source] of cases) {
    const { flags } = await engine.ablate(variant, { source, precision }, { seq: 64, tokens: 64, rounds: 7 });
    for (const { flag, inForce, ratio, range, on, off, times, difference, outputsAgree, paired } of flags)
      print({
        ablation: name,
        flag,
        inForce,
        ratio: rounded(ratio),
        range: range.map(rounded),
        moreBytes: on.bytes - off.bytes,
        times: Object.fromEntries(
          times.map((time) => [time.task, [rounded(time.ratio), rounded(time.offMs), rounded(time.onMs)]]),
        ),
        difference: rounded(difference),
        outputsAgree,
        paired,
      });
  }
}
