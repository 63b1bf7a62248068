import { describe, expect, it } from 'vitest';
import { parseCaptions } from '../../../src/media/captions.ts';

const at = async (source: string | Blob, start: number, end = start + 1): Promise<string> =>
  (await parseCaptions(source)).textIn(start, end);

describe('parseCaptions', () => {
  it('reads WebVTT with settings, notes, styles, voices, entities and timestamps', async () => {
    const vtt = [
      'WEBVTT - a title',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      'NOTE nothing to see',
      '',
      'first',
      '00:01.000 --> 00:02.500 line:0 position:20%',
      '<v Ann>Hello <b>there</b> &amp; you</v>',
      '',
      '01:00:03.000 --> 01:00:04.000',
      'one <01:00:03.500>two',
    ].join('\n');
    expect(await at(vtt, 1)).toBe('Hello there & you');
    expect(await at(vtt, 0)).toBe('');
    expect(await at(vtt, 3603)).toBe('one two');
  });

  it('reads SRT with commas, several lines, tags, override codes, a byte order mark and Windows line ends', async () => {
    const srt =
      '\uFEFF1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<i>Up</i>\r\nand down\r\n\r\n2\r\n00:00:05,5 --> 00:00:06,000\r\nlate\r\n';
    expect(await at(srt, 1)).toBe('Up\nand down');
    expect(await at(srt, 5)).toBe('late');
    expect((await parseCaptions(new Blob([srt]))).count).toBe(2);
  });

  it('gives every cue that is on screen, however long ago it began', async () => {
    const vtt =
      'WEBVTT\n\n00:00.000 --> 00:59.000\nlong\n\n00:10.000 --> 00:11.000\nshort\n\n00:12.000 --> 00:13.000\nnext\n';
    expect(await at(vtt, 10)).toBe('long\nshort');
    expect(await at(vtt, 11)).toBe('long');
    expect(await at(vtt, 12)).toBe('long\nnext');
  });

  it('is as lenient as players: broken cues are skipped, the others stay', async () => {
    const vtt =
      'WEBVTT\n\n00:03.000 --> 00:01.000\nbackwards\n\nxx --> 00:02.000\nbroken\n\n00:04.000 --> 00:05.000\nfine';
    expect((await parseCaptions(vtt)).count).toBe(1);
    expect(await at(vtt, 4)).toBe('fine');
    expect((await parseCaptions('WEBVTT')).count).toBe(0);
    expect((await parseCaptions(' \n ')).count).toBe(0);
  });

  it.each(['Just some text.', '{"cues": []}', '<html></html>', '\u0000\u0001\u0002'])('refuses %j', async (text) => {
    await expect(parseCaptions(text)).rejects.toMatchObject({ code: 'captions-invalid' });
  });
});
