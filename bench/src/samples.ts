import type { Measurement, OutputError } from './protocol.ts';

/** What runs once and gives its output; undefined: does not take part. */
export type Runner = () => Promise<Float32Array>;

class OutputMismatch extends Error {}

/**
 * How far `a` is from `b`, relative to b or, with `input`, to what the network added to its input: a residual stream would hide its layers'
 * errors. Not finite numbers are infinitely far.
 */
export function compareOutputs(a: Float32Array, b: Float32Array, input?: Float32Array): OutputError {
  if (a.length !== b.length) throw new OutputMismatch(`The outputs have ${a.length} and ${b.length} elements.`);
  let difference = 0;
  let norm = 0;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) return { relative: Infinity, worst: Infinity };
    difference += (x - y) ** 2;
    const size = Math.abs(y - (input?.[i] ?? 0));
    norm += size * size;
    worst = Math.max(worst, Math.abs(x - y));
    largest = Math.max(largest, size);
  }
  return { relative: Math.sqrt(difference / norm), worst: worst / largest };
}

export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Time in which a GPU has raised its clocks: an H100 in Chromium, behind a load, takes 2.77 ms for a trunk's forward in its
 * first 300 ms of work and 1.00 ms then, in two steps and no more.
 */
const warmUpMs = 800;

/** Runs all in turn for as long as a GPU may take to come out of its rest: `ms`, and at least once each. */
export async function warmedUp(
  runners: readonly ((() => Promise<unknown>) | undefined)[],
  ms = warmUpMs,
): Promise<void> {
  const start = performance.now();
  do {
    for (const run of runners) await run?.();
  } while (performance.now() - start < ms);
}

/** Pairs of measurements in ms, the order turned around from pair to pair, so that a slow drift meets both alike. */
export async function pairedSamples(
  runs: number,
  halftone: () => Promise<number>,
  peer: (() => Promise<number>) | undefined,
): Promise<Pick<Measurement, 'halftoneMs' | 'peerMs'>> {
  const halftoneMs: number[] = [];
  const peerMs: number[] = [];
  for (let pair = 0; pair < runs; pair++) {
    if (peer && pair % 2 === 1) peerMs.push(await peer());
    halftoneMs.push(await halftone());
    if (peer && pair % 2 === 0) peerMs.push(await peer());
  }
  return { halftoneMs, peerMs };
}

/** @throws OutputMismatch: a time without a check of the output does not count */
export function checkOutputs(
  what: string,
  output: Float32Array,
  expected: Float32Array,
  tolerance: number,
  input?: Float32Array,
): OutputError {
  const error = compareOutputs(output, expected, input);
  if (error.relative <= tolerance) return error;
  throw new OutputMismatch(
    `${what}: the outputs differ by ${error.relative.toExponential(2)} relative (${error.worst.toExponential(2)} at worst), allowed is ${tolerance}.`,
  );
}

/** The peer may be so many times the tolerance away from the reference: beyond, it runs another network. */
const peerSlack = 2.5;

/**
 * As `checkOutputs`; where the two differ by more, a `reference` in f32 judges: Halftone must be within the tolerance of it,
 * and the peer near enough to be the same network. What each is off by is in the note.
 */
export async function judgeOutputs(
  what: string,
  output: Float32Array,
  expected: Float32Array,
  tolerance: number,
  input: Float32Array,
  reference: Runner | undefined,
): Promise<Pick<Measurement, 'error' | 'note'>> {
  const error = compareOutputs(output, expected, input);
  if (error.relative <= tolerance || !reference)
    return { error: checkOutputs(what, output, expected, tolerance, input) };
  const exact = await reference();
  const own = checkOutputs(`${what} against f32`, output, exact, tolerance, input).relative;
  const others = checkOutputs(`${what}, the peer against f32`, expected, exact, peerSlack * tolerance, input).relative;
  return { error, note: `against f32: Halftone ${own.toExponential(1)}, the peer ${others.toExponential(1)}` };
}

/**
 * Runs both once (which compiles what they need), compares their outputs, lets the GPU raise its clocks, and then takes
 * samples.
 */
export async function compareThenTime(
  what: string,
  runs: number,
  tolerance: number,
  halftone: Runner,
  peer: Runner | undefined,
  input: Float32Array,
  reference?: Runner,
): Promise<Pick<Measurement, 'halftoneMs' | 'peerMs' | 'error' | 'note'>> {
  let output: Float32Array = new Float32Array();
  const firstMs = await timed(async () => {
    output = await halftone();
  });
  const runHalftone = (): Promise<number> => timed(halftone);
  const judged = peer && (await judgeOutputs(what, output, await peer(), tolerance, input, reference));
  // A first run of many seconds, on a CPU, has warmed up what there is.
  if (firstMs < 10 * warmUpMs) await warmedUp([halftone, peer]);
  if (!peer) return pairedSamples(runs, runHalftone, undefined);
  return { ...(await pairedSamples(runs, runHalftone, () => timed(peer))), ...judged };
}

/** A measurement, or what its outputs differ by in place of its times; the ones behind it go on. */
export async function orMismatch(
  base: Measurement,
  measure: () => Promise<Partial<Measurement>>,
): Promise<Measurement> {
  try {
    return { ...base, ...(await measure()) };
  } catch (error) {
    if (!(error instanceof OutputMismatch)) throw error;
    return { ...base, halftoneMs: [], peerMs: [], note: `MISMATCH: ${error.message}`, mismatch: true };
  }
}

/** Numbers in ±1.75 that every precision holds exactly, the same for each seed. */
export function seededInput(length: number, seed: number): Float32Array {
  let state = (seed * 0x9e37_79b9) >>> 0 || 1;
  return Float32Array.from({ length }, () => {
    // xorshift32 after Marsaglia, 'Xorshift RNGs' (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return ((state >>> 21) - 1024 + 0.5) / 512 - ((state >>> 21) - 1024 + 0.5) / 512 / 8;
  });
}
