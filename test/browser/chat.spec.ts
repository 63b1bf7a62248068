import { expect, test } from '@playwright/test';
import { ask, expectAnswer, openDemo, shotPath, tokensRead } from './demoPage.ts';

test.describe('the chat', () => {
  test('streams an answer, its thinking apart', async ({ page }) => {
    await openDemo(page);
    await page.screenshot({ path: shotPath('welcome') });
    await page.evaluate(() => {
      const turns = document.querySelector('#turns');
      if (!turns) throw new Error('no #turns');
      new MutationObserver(() => {
        const shown = turns.querySelectorAll('.thinking-text, .answer');
        window.recorded.shownLengths.add(
          [...shown].reduce((sum, element) => sum + (element.textContent ?? '').length, 0),
        );
      }).observe(turns, { childList: true, characterData: true, subtree: true });
    });
    await page.getByLabel('Your question').fill('What is 417 + 286?');
    await page.keyboard.press('Enter');
    await expect(page.locator('.turn-stats')).toContainText('tokens/s');
    await expect(page.locator('.turn-stats')).toContainText('generated');

    await expectAnswer(page, '703');
    await expect(page.locator('.thinking')).toHaveAttribute('open', '');
    await expect(page.locator('.thinking-text')).toContainText('417');
    await expect(page.locator('.turn')).not.toContainText('<think>');
    const updates = await page.evaluate(() => window.recorded.shownLengths.size);
    expect(updates, 'different lengths of text shown while streaming').toBeGreaterThan(4);
    await expect(page.locator('#announcer')).toContainText('Answer:');
    await expect(page.getByLabel('Your question')).toBeFocused();
    expect(await page.evaluate(() => scrollY), 'what fits the screen is not scrolled').toBe(0);
    await page.screenshot({ path: shotPath('answer-light') });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: shotPath('answer-dark') });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: shotPath('answer-phone-dark'), fullPage: true });
  });

  test('solves a word problem from an example button', async ({ page }) => {
    await openDemo(page);
    await page.getByRole('button', { name: /Sam has 12 apples/ }).click();
    await expect(page.locator('.turn-stats')).toContainText('generated');
    await expectAnswer(page, '42');
  });

  test('keeps the conversation, and starts a new one', async ({ page }) => {
    await openDemo(page);
    expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
    const alone = await tokensRead(page);
    await ask(page, 'What is 12 + 30?');
    expect(await tokensRead(page), 'the second prompt holds the first turn too').toBeGreaterThan(alone);
    await expect(page.locator('.turn')).toHaveCount(2);
    await page.screenshot({ path: shotPath('two-turns') });

    await page.getByRole('button', { name: 'New chat' }).click();
    await expect(page.locator('.turn')).toHaveCount(0);
    expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
    expect(await tokensRead(page)).toBe(alone);
  });

  test('Shift+Enter breaks the line, an empty question is not sent', async ({ page }) => {
    await openDemo(page);
    const question = page.getByLabel('Your question');
    await question.press('Enter');
    await expect(page.locator('.turn')).toHaveCount(0);
    await question.pressSequentially('What is');
    await question.press('Shift+Enter');
    await question.pressSequentially('2 + 2?');
    await expect(question).toHaveValue('What is\n2 + 2?');
    await expect(page.locator('.turn')).toHaveCount(0);
  });

  for (const how of ['the stop button', 'Escape'] as const) {
    test(`${how} stops an answer, and the next question is answered`, async ({ page }) => {
      await openDemo(page);
      const stopped = await page.evaluate(async (how) => {
        let after = 0;
        let stoppedAt = 0;
        const asked = window.halftoneDemo.ask('What is 987 + 654 + 321?', () => {
          if (stoppedAt) after++;
          else if (how === 'Escape') {
            document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
          } else document.querySelector<HTMLButtonElement>('#stop')?.click();
          stoppedAt ||= performance.now();
        });
        const code = await asked.then(
          () => 'finished',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        );
        return { code, after, ms: performance.now() - stoppedAt };
      }, how);
      expect(stopped.code).toBe('aborted');
      expect(stopped.after, 'tokens that still came').toBeLessThanOrEqual(2);
      expect(stopped.ms).toBeLessThan(2000);
      await expect(page.locator('.turn-stats')).toContainText('Stopped after');
      await expect(page.getByRole('button', { name: 'Send' })).toBeVisible();
      expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
    });
  }
});
