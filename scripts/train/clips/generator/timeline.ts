import type { TimeRange } from '../../../../src/engine/clipApi.ts';
import type { Random } from './random.ts';

const shortestHighlight = 8;
const longestHighlight = 40;
/** Seconds between two highlights, so that they can be told apart. */
const betweenHighlights = 8;

/** Times of highlights, and of the gaps beside them that may hold a distractor each; nothing overlaps. */
export function layOut(random: Random, seconds: number): { highlights: TimeRange[]; gaps: TimeRange[] } {
  const wanted = random.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]);
  const highlights: TimeRange[] = [];
  for (let attempt = 0; attempt < 60 && highlights.length < wanted; attempt++) {
    const length = random.scale(shortestHighlight, Math.min(longestHighlight, seconds / 3));
    const start = random.chance(0.06) ? 0 : random.between(0, seconds - length);
    const slot = { start: whole(random, start), end: whole(random, start + length) };
    const free = highlights.every(
      ({ start, end }) => slot.end + betweenHighlights <= start || end + betweenHighlights <= slot.start,
    );
    if (free && slot.end <= seconds && slot.end - slot.start >= shortestHighlight) highlights.push(slot);
  }
  highlights.sort((one, other) => one.start - other.start);
  return { highlights, gaps: gapsBetween(random, highlights, seconds) };
}

/** Highlights begin on whole seconds as often as between them. */
function whole(random: Random, second: number): number {
  return random.chance(0.5) ? Math.round(second) : Math.round(second * 100) / 100;
}

function gapsBetween(random: Random, highlights: readonly TimeRange[], seconds: number): TimeRange[] {
  const gaps: TimeRange[] = [];
  const edges = [...highlights, { start: seconds, end: seconds }];
  let from = 0;
  for (const { start, end } of edges) {
    let at = from + random.between(1, 5);
    while (start - at > 5) {
      const length = Math.min(start - 1.5 - at, random.between(3.5, 30));
      if (random.chance(0.85)) gaps.push({ start: at, end: at + length });
      at += length + random.between(2, 10);
    }
    from = end;
  }
  return gaps;
}
