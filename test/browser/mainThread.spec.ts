import { expect, test } from '@playwright/test';
import { ask, openDemo } from './demoPage.ts';

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

  for (const question of ['What is 417 + 286?', 'What is 987 + 654 + 321?']) {
    const { updates, text } = await ask(page, question);
    expect(updates, 'pieces of text generated meanwhile').toBeGreaterThan(8);
    expect(text).toMatch(/703|1962/);
  }
  // Entries come after the task that they describe.
  await page.waitForTimeout(300);
  const longTasks = await page.evaluate(() => window.recorded.longTasksMs);
  expect(longTasks, 'durations of long tasks, in ms').toEqual([]);
});
