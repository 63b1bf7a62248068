import { parseText, tokenizeVTTCue, type VTTNode } from 'media-captions';
import { EngineError } from '../core/errors.ts';

interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Seconds a cue may last and still be looked for: longer ones than this are kept aside. */
const timingPattern = /\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->/;

/** Cues by time. */
export class Captions {
  /** By their start. */
  readonly #cues: readonly Cue[];
  #longest = 0;

  constructor(cues: readonly Cue[]) {
    this.#cues = [...cues].sort((a, b) => a.start - b.start);
    for (const { start, end } of cues) this.#longest = Math.max(this.#longest, end - start);
  }

  get count(): number {
    return this.#cues.length;
  }

  /** What is on screen at some time in [start, end), a line for each cue. */
  textIn(start: number, end: number): string {
    const lines: string[] = [];
    for (let i = this.#firstAfter(start - this.#longest); i < this.#cues.length; i++) {
      const cue = this.#cues[i];
      if (!cue || cue.start >= end) break;
      if (cue.end > start) lines.push(cue.text);
    }
    return lines.join('\n');
  }

  #firstAfter(start: number): number {
    let from = 0;
    let to = this.#cues.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#cues[middle]?.start ?? 0) < start) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/**
 * WebVTT or SRT, as lenient as players are: cues that cannot be read are skipped. Blank text has no cues.
 * @throws EngineError captions-invalid when it is neither
 */
export async function parseCaptions(source: string | Blob): Promise<Captions> {
  const text = (typeof source === 'string' ? source : await readText(source)).replace(/^\uFEFF/, '');
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trimEnd());
  const isVtt = /^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '');
  if (!isVtt && text.trim() !== '' && !timingPattern.test(text)) throw invalid();
  // SRT has its numbers alone in a line before the times; the blank line at the end closes the last cue.
  const { cues } = await parseText(`${lines.join('\n')}\n\n`, { type: isVtt ? 'vtt' : 'srt', errors: false });
  return new Captions(
    cues.map((cue) => ({
      start: cue.startTime,
      end: cue.endTime,
      text: plain(tokenizeVTTCue(cue))
        .replaceAll(/\{\\[^}]*\}/g, '')
        .trim(),
    })),
  );
}

/** A cue's text without its markup. */
const plain = (nodes: readonly VTTNode[]): string =>
  nodes.map((node) => (node.type === 'text' ? node.data : plain(node.children))).join('');

async function readText(blob: Blob): Promise<string> {
  try {
    return await blob.text();
  } catch (error) {
    throw invalid(error);
  }
}

const invalid = (cause?: unknown): EngineError =>
  new EngineError(
    'captions-invalid',
    'The captions are neither WebVTT nor SRT.',
    'Pass a .vtt or .srt file, or its text.',
    cause,
  );
