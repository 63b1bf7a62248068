import { EngineError } from '../../core/errors.ts';
import type { ClipOptions, EngagementNumbers, RetentionCurve, TimeRange } from '../clipApi.ts';
import { checkNames, checkValue } from '../flags.ts';

const optionNames = ['captions', 'engagement', 'threshold', 'clipSeconds', 'explain', 'signal'];
const numberNames = ['views', 'likes', 'comments', 'shares', 'averageViewSeconds'];

/** @throws EngineError unknown-option, invalid-option */
export function checkClip(video: unknown, options: ClipOptions): void {
  checkVideo(video);
  checkNames(options, optionNames, 'clip');
  const { captions, engagement, threshold, clipSeconds } = options;
  checkValue(
    'captions',
    captions,
    captions === undefined || typeof captions === 'string' || captions instanceof Blob,
    'the text of a WebVTT or SRT file, or the file',
  );
  checkValue('threshold', threshold, threshold === undefined || within(threshold, 0, 1), 'a number from 0 to 1');
  checkValue(
    'clipSeconds',
    clipSeconds,
    clipSeconds === undefined || within(clipSeconds, 10, 60),
    'a number from 10 to 60',
  );
  if (engagement !== undefined) checkEngagement(engagement);
}

/** @throws EngineError invalid-option */
export function checkCut(video: unknown, range: TimeRange): void {
  checkVideo(video);
  const known = typeof range === 'object' && range !== null;
  const { start, end } = known ? range : { start: Number.NaN, end: Number.NaN };
  const right = within(start, 0, Number.MAX_VALUE) && within(end, 0, Number.MAX_VALUE) && start < end;
  checkValue(
    'range',
    known ? `${String(start)} to ${String(end)}` : range,
    right,
    '{ start, end } in seconds, start before end',
  );
}

function checkVideo(video: unknown): void {
  const right = video instanceof Blob || (typeof video === 'string' && video !== '');
  checkValue('video', video, right, 'a Blob or File, or a URL');
}

function checkEngagement(engagement: EngagementNumbers | RetentionCurve): void {
  if (Array.isArray(engagement)) {
    const wrong = (engagement as RetentionCurve).find(
      (point) => !within(point?.second, 0, Number.MAX_VALUE) || !within(point.share, 0, 1),
    );
    if (!wrong) return;
    throw new EngineError(
      'invalid-option',
      `engagement has the point ${JSON.stringify(wrong)}.`,
      'Points are { second, share }, second from 0 on and share from 0 to 1.',
    );
  }
  checkValue(
    'engagement',
    engagement,
    typeof engagement === 'object' && engagement !== null,
    'numbers or a retention curve',
  );
  checkNames(engagement, numberNames, 'engagement');
  for (const [name, value] of Object.entries(engagement))
    checkValue(
      `engagement.${name}`,
      value,
      value === undefined || within(value, 0, Number.MAX_VALUE),
      'a number from 0 on',
    );
}

const within = (value: unknown, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;
