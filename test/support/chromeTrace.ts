/**
 * What viewers ask of a file in the Chrome trace-event format, written from its public description ("Trace Event Format",
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU): the JSON object format; complete, counter and
 * metadata events. Throws with the place of what breaks a rule.
 */
type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const metadataArgs: Readonly<Record<string, (args: Json) => boolean>> = {
  process_name: ({ name }) => typeof name === 'string',
  process_labels: ({ labels }) => typeof labels === 'string',
  process_sort_index: ({ sort_index: index }) => typeof index === 'number',
  thread_name: ({ name }) => typeof name === 'string',
  thread_sort_index: ({ sort_index: index }) => typeof index === 'number',
};

export interface CheckedTrace {
  readonly complete: readonly (Json & {
    readonly name: string;
    readonly ts: number;
    readonly dur: number;
    readonly tid: number;
  })[];
  readonly counters: readonly Json[];
  /** Of threads, by tid. */
  readonly names: ReadonlyMap<number, string>;
}

export function checkChromeTrace(file: unknown): CheckedTrace {
  if (!isObject(file)) throw new Error('The file is no object.');
  const { traceEvents, displayTimeUnit = 'ms' } = file;
  if (!Array.isArray(traceEvents)) throw new Error('traceEvents is no array.');
  if (displayTimeUnit !== 'ms' && displayTimeUnit !== 'ns')
    throw new Error(`displayTimeUnit is ${String(displayTimeUnit)}.`);
  const events = traceEvents.map((event: unknown, index) => checkEvent(event, `event ${index}`));
  const of = (ph: string): Json[] => events.filter((event) => event['ph'] === ph);
  const complete = of('X') as unknown as CheckedTrace['complete'];
  for (const tid of new Set(complete.map((event) => event.tid))) {
    checkNesting(complete.filter((event) => event.tid === tid));
  }
  const threads = of('M').filter(({ name }) => name === 'thread_name');
  const names = new Map(threads.map(({ tid, args }) => [Number(tid), String((args as Json)['name'])]));
  return { complete, counters: of('C'), names };
}

function checkEvent(event: unknown, at: string): Json {
  const fail = (what: string): never => {
    throw new Error(`${at}: ${what} in ${JSON.stringify(event)}`);
  };
  if (!isObject(event)) return fail('no object');
  const { ph, name, pid, tid, ts, dur, cat, args } = event;
  if (typeof name !== 'string') fail('no name');
  if (!Number.isSafeInteger(pid) || !Number.isSafeInteger(tid)) fail('no pid or tid');
  if (!isObject(args)) return fail('no args');
  switch (ph) {
    case 'X':
      if (!isTime(ts) || !isTime(dur)) fail('no ts or dur');
      if (typeof cat !== 'string') fail('no cat');
      break;
    case 'C':
      if (!isTime(ts)) fail('no ts');
      if (Object.keys(args).length === 0 || !Object.values(args).every((value) => isTime(value)))
        fail('no series of numbers');
      break;
    case 'M':
      if (!metadataArgs[String(name)]?.(args)) fail('unknown metadata');
      break;
    default:
      fail(`phase ${String(ph)}`);
  }
  return event;
}

/** Complete events of one thread lie in one another or side by side; a thousandth of a µs is rounding. */
function checkNesting(events: CheckedTrace['complete']): void {
  const sorted = events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur);
  const open: { readonly end: number; readonly name: string }[] = [];
  for (const { ts, dur, name } of sorted) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= ts + 1e-3) open.pop();
    const around = open.at(-1);
    if (around && ts + dur > around.end + 1e-3)
      throw new Error(`${name} at ${ts} ends behind ${around.name} around it.`);
    open.push({ end: ts + dur, name });
  }
}
