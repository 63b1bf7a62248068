import type { PageSnapshot } from './pageSnapshot.ts';

/** Most sentences that are looked at. */
const maxSentences = 256;
/** A longer sentence is cut into pieces of this many characters: nobody's sentence, but a table or a list in one run. */
const longestSentence = 400;

/** Behind a mark that ends a sentence and white space, at line breaks, and behind CJK's full stops. */
const boundary = /(?<=[.!?…]["'”’)\]]*)\s+|\s*\n\s*|(?<=[。！？])/u;

/** Sentences with at least one letter or digit, white space collapsed. */
export function splitSentences(text: string): string[] {
  return text
    .split(boundary)
    .map((part) => part.replace(/\s+/gu, ' ').trim())
    .flatMap((part) => pieces(part))
    .filter((part) => /[\p{L}\p{N}]/u.test(part));
}

function pieces(sentence: string): string[] {
  const found: string[] = [];
  for (let rest = sentence; rest;) {
    const space = rest.lastIndexOf(' ', longestSentence);
    const end = rest.length <= longestSentence ? rest.length : space > 0 ? space : longestSentence;
    found.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return found;
}

/** The copy of a page: text runs of a block belong together, and a block ends a sentence. */
function pageCopy(page: PageSnapshot): string {
  const blocks: string[] = [];
  let last: number | undefined;
  for (const { block, text } of page.texts) {
    if (block === last && blocks.length > 0) blocks.push(`${blocks.pop()}${text}`);
    else blocks.push(text);
    last = block;
  }
  return blocks.join('\n');
}

/** Given text first, then the page's; each sentence once, at most `limit` and never more than 256. */
export function brandSentences(
  text: string | undefined,
  page: PageSnapshot | undefined,
  limit = maxSentences,
): string[] {
  const all = [...splitSentences(text ?? ''), ...(page ? splitSentences(pageCopy(page)) : [])];
  return [...new Set(all)].slice(0, Math.min(limit, maxSentences));
}
