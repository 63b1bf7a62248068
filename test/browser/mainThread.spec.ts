import { expect, test } from '@playwright/test';
import { ask, openDemo } from './demoPage.ts';

const questions = [
  ['What is 417 + 286?', '703'],
  ['What is 987 + 654 + 321?', '1962'],
] as const;

test('no task of the main thread lasts 50 ms during a generation', async ({ page }) => {
  await openDemo(page);
  await page.evaluate(() => {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.recorded.longTasksMs.push(duration);
    });
    observer.observe({ type: 'longtask' });
  });
  // The observer works at all: a task that is long on purpose is seen.
  const seen = await page.evaluate(async () => {
    await new Promise((resolve) =>
      setTimeout(() => {
        const end = performance.now() + 80;
        while (performance.now() < end);
        setTimeout(resolve, 200);
      }),
    );
    return window.recorded.longTasksMs.splice(0).length;
  });
  expect(seen).toBeGreaterThan(0);

  let longTasksMs: number[] = [];
  // A busy machine can take the processor from any task for 50 ms: what the page does itself, it does every time.
  for (let attempt = 0; attempt < 3; attempt++) {
    for (const [question, answer] of questions) {
      const { updates, text } = await ask(page, question);
      expect(updates, 'pieces of text generated meanwhile').toBeGreaterThan(8);
      expect(text).toContain(answer);
    }
    // Entries come after the task that they describe.
    await page.waitForTimeout(300);
    longTasksMs = await page.evaluate(() => window.recorded.longTasksMs.splice(0));
    if (longTasksMs.length === 0) break;
  }
  expect(longTasksMs, 'durations of long tasks, in ms').toEqual([]);
});

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time of the thread in microseconds, of events that have one. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

test('no task of the main thread computes for 50 ms during a generation', async ({ page, browser }) => {
  await openDemo(page);
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  for (const [question, answer] of questions) expect((await ask(page, question)).text).toContain(answer);
  const trace: { traceEvents: TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString());
  const mainThreads = new Set(
    trace.traceEvents.filter(({ args }) => args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasksMs = trace.traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && mainThreads.has(`${pid}:${tid}`))
    .map(({ tdur }) => (tdur ?? 0) / 1000);
  expect(tasksMs.length, 'tasks seen').toBeGreaterThan(50);
  const longestMs = Math.max(...tasksMs);
  test.info().annotations.push({ type: 'longest task', description: `${longestMs.toFixed(1)} ms of processor time` });
  expect(longestMs).toBeGreaterThan(0);
  expect(longestMs).toBeLessThan(50);
});
