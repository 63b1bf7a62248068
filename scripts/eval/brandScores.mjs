// Figures over pages with known tone and consistency.

/** In the order of the tone head's outputs (src/variants/brandTones.ts). */
export const brandTones = Object.freeze([
  'formal',
  'casual',
  'playful',
  'urgent',
  'luxurious',
  'technical',
  'friendly',
  'bold',
  'calm',
  'inspirational',
]);

/**
 * Area under the ROC curve: the chance that a consistent page scores over one that is not, ties counted half. NaN where one of the kinds is missing.
 * @param {readonly { readonly consistent: boolean, readonly consistency: number }[]} pages
 */
export function rankAuc(pages) {
  const fitting = pages.filter(({ consistent }) => consistent);
  const clashing = pages.filter(({ consistent }) => !consistent);
  let won = 0;
  for (const one of fitting)
    for (const other of clashing)
      won += one.consistency > other.consistency ? 1 : one.consistency === other.consistency ? 0.5 : 0;
  return won / (fitting.length * clashing.length);
}

/**
 * A table: a row for each tone that pages have, a column for each that was found.
 * @param {readonly { readonly tone: string, readonly found: string }[]} pages
 */
export function confusionLines(pages) {
  const width = Math.max(...brandTones.map(({ length }) => length));
  const short = (/** @type {string} */ tone) => tone.slice(0, 6).padStart(7);
  const rows = brandTones.map((tone) => {
    const of = pages.filter((page) => page.tone === tone);
    const cells = brandTones.map((other) =>
      String(of.filter(({ found }) => found === other).length || '·').padStart(7),
    );
    return `${tone.padEnd(width)}${cells.join('')}`;
  });
  return [`${'tone \\ found'.padEnd(width)}${brandTones.map(short).join('')}`, ...rows];
}
