import type { TimeRange } from '../../../../src/engine/clipApi.ts';
import type { Caption } from './plan.ts';
import type { Random } from './random.ts';

interface Words {
  readonly calm: readonly [string, ...string[]];
  readonly excited: readonly [string, ...string[]];
}

const training: Words = {
  calm: [
    'we start with the first part of the list',
    'this line shows the average of last year',
    'please keep the lid closed while it cooks',
    'the next step is to mix both together',
    'here you can see the map of the region',
    'after that we wait for about ten minutes',
    'the meeting was moved to the second floor',
    'it is mostly cloudy with some light wind',
    'and then the road goes along the river',
    'I put the screws back in the small box',
    'as you may remember from the last lesson',
    'so the value stays about the same',
    'let us look at the table once more',
    'in the morning the shop is usually quiet',
  ],
  excited: [
    'oh my god, what was that',
    'no way, did you see it',
    'yes, yes, we did it',
    'wow, that is unbelievable',
    'look at him go',
    'he scores, what a goal',
    "let's go",
    'this is insane',
    'I cannot believe it',
    'run, run, run',
    'that was so close',
    'watch this',
    'the crowd goes wild',
    'incredible',
    'best moment ever',
  ],
};

const heldOut: Words = {
  calm: [
    'the museum opens again on Tuesday',
    'we compare two kinds of paper here',
    'turn the handle a little to the left',
    'most of these plants need little water',
    'the report has three short chapters',
    'now the train passes the old station',
    'you will find the link below',
  ],
  excited: [
    'holy moly, they made it',
    'what a finish',
    'are you kidding me',
    'she wins, she actually wins',
    'woohoo, amazing',
    'here it comes, hold on',
    'that is crazy',
  ],
};

/** Captions all along the video, with pauses; those that lie in an excited time are of the excited kind. */
export function planCaptions(
  random: Random,
  seconds: number,
  excited: readonly TimeRange[],
  isHeldOut: boolean,
): Caption[] {
  const words = isHeldOut ? heldOut : training;
  const shortest = random.between(1.2, 2.5);
  const density = random.chance(0.25) ? random.between(0, 0.1) : random.between(0.5, 1);
  const captions: Caption[] = [];
  for (let at = random.between(0, 3); at < seconds - 1;) {
    const length = Math.min(seconds - at, shortest + random.between(0, 3));
    const middle = at + length / 2;
    const thrilled = excited.some(({ start, end }) => middle >= start && middle < end);
    const there = random.chance(thrilled ? Math.max(0.8, density) : density);
    if (there)
      captions.push({ start: at, end: at + length, text: thrilled ? shout(random, words) : say(random, words) });
    at += length + (thrilled ? random.between(0, 0.4) : random.between(0, 1.5));
  }
  return captions.map(({ start, end, text }) => ({ start: round(start), end: round(end), text }));
}

function say(random: Random, { calm }: Words): string {
  const text = random.pick(calm);
  const sentence = random.chance(0.7) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return random.chance(0.6) ? `${sentence}${random.chance(0.1) ? '?' : '.'}` : sentence;
}

function shout(random: Random, { excited }: Words): string {
  let text = random.pick(excited);
  if (random.chance(0.25)) text = text.replace(/[aeo](?=\w*$)/, (vowel) => vowel.repeat(random.whole(3, 6)));
  if (random.chance(0.5)) text = text.toUpperCase();
  text += '!'.repeat(random.chance(0.85) ? random.whole(1, 3) : 0);
  return random.chance(0.15) ? `${text} ${random.pick(['🔥', '😱', '🎉', '😂'])}` : text;
}

function round(second: number): number {
  return Math.round(second * 1000) / 1000;
}

/** WebVTT. */
export function toVtt(captions: readonly Caption[]): string {
  const stamp = (second: number): string => {
    const ms = Math.round(second * 1000);
    const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
    const hours = Math.floor(ms / 3_600_000);
    return `${pad(hours, 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
  };
  const cues = captions.map(({ start, end, text }) => `${stamp(start)} --> ${stamp(end)}\n${text}\n`);
  return ['WEBVTT\n', ...cues].join('\n');
}
