// Reading the number that a reasoning model answers with. Depends on nothing but Node.

const endOfThought = '</think>';

/**
 * The first number in a text: thousands separators and a leading minus (also U+2212) are understood.
 * @param {string} text
 * @returns {number | undefined}
 */
function firstNumber(text) {
  // A hyphen inside a word ("step-2") is no minus.
  const match = /(?<minus>(?<!\w)[-\u2212])?(?<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?<fraction>\.\d+)?/.exec(text);
  if (!match?.groups) return undefined;
  const { minus, digits = '', fraction = '' } = match.groups;
  const value = Number(digits.replaceAll(',', '') + fraction);
  return minus ? -value : value;
}

/**
 * The first number after `</think>`; undefined when the thought did not end or no number follows.
 * @param {string} output
 */
export function answeredNumber(output) {
  const end = output.indexOf(endOfThought);
  return end < 0 ? undefined : firstNumber(output.slice(end + endOfThought.length));
}
