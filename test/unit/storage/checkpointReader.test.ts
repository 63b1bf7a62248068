import { describe, expect, it } from 'vitest';
import type { DirectoryHandleLike } from '../../../src/storage/directorySource.ts';
import { openSource } from '../../../src/storage/openSource.ts';
import { readJson, type CheckpointSource } from '../../../src/storage/source.ts';
import { codeOf, expectSame, file, makeSafetensors, open, pattern, readAll } from './checkpoints.ts';

const config = file('config.json', '{"hidden_size":4}');
const a = pattern(40_000, 1);
const b = pattern(120, 2);
const c = pattern(4000, 3);
const single = makeSafetensors({ a, b, c });

/** What the File API gives, in a tree. */
function directory(files: readonly File[]): DirectoryHandleLike {
  return {
    name: 'model',
    getFileHandle: async (name) => {
      const found = files.find((entry) => entry.name === name);
      if (!found) throw new DOMException('none', 'NotFoundError');
      return { getFile: async () => found };
    },
    getDirectoryHandle: () => Promise.reject(new DOMException('none', 'NotFoundError')),
    async *keys() {
      for (const { name } of files) yield name;
    },
  };
}

describe('a single file', () => {
  const source = openSource([config, file('model.safetensors', single)]);

  it('gives config, directory and bytes', async () => {
    const checkpoint = await open(source);
    expect(checkpoint.config).toEqual({ hidden_size: 4 });
    const { tensors, totalBytes } = await checkpoint.readDirectory();
    expect([...tensors.keys()]).toEqual(['a', 'b', 'c']);
    expect(tensors.get('b')).toMatchObject({ file: 'model.safetensors', dtype: 'F32', shape: [30], byteLength: 120 });
    expect(totalBytes).toBe(single.length);
    expectSame(await readAll(checkpoint, ['c', 'a', 'b']), { a, b, c });
    expectSame(await readAll(checkpoint, ['b']), { b });
  });

  it('comes in whole rows of the size asked for', async () => {
    const checkpoint = await open(source);
    const sizes: number[] = [];
    for await (const { rows } of checkpoint.tensors(new Set(['a']))) {
      for await (const piece of rows(600, 2000)) {
        sizes.push(piece.length);
        expect(piece.byteOffset).toBe(0);
      }
    }
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([1800]));
    expect(sizes.at(-1)).toBe(40_000 % 1800);
    for await (const { rows } of checkpoint.tensors(new Set(['b']))) {
      for await (const piece of rows(60, 1)) expect(piece.length).toBe(60);
    }
  });

  it('reports progress up to the total, whatever is wanted', async () => {
    for (const wanted of [['a', 'b', 'c'], ['b'], []]) {
      const checkpoint = await open(source);
      const seen: number[] = [];
      await readAll(checkpoint, wanted, 4, 4096, (bytes) => seen.push(bytes));
      expect(seen.at(-1)).toBe(single.length);
      expect(seen).toEqual(seen.toSorted((x, y) => x - y));
    }
  });

  it('may be left half-way: what a consumer does not read is passed over', async () => {
    const checkpoint = await open(source);
    const seen: string[] = [];
    for await (const { entry, rows } of checkpoint.tensors(new Set(['a', 'b', 'c']))) {
      if (entry.name === 'a') for await (const _ of rows(4, 100)) break;
      if (entry.name !== 'c') continue;
      for await (const piece of rows(4, 4000)) seen.push(String(piece[0]));
    }
    expect(seen).toEqual([String(c[0])]);
  });

  it('names a wanted tensor that is not there', async () => {
    const checkpoint = await open(source);
    expect(await codeOf(() => readAll(checkpoint, ['a', 'lm_head.weight']))).toBe('tensor-missing');
  });

  it('is refused when it is cut', async () => {
    for (const length of [3, 20, single.length - 1]) {
      const cut = openSource([config, file('model.safetensors', single.slice(0, length))]);
      expect(await codeOf(async () => (await open(cut)).readDirectory())).toBe('checkpoint-truncated');
    }
  });
});

/** A source that does not know lengths, as HTTP without Content-Length. */
function lengthless(
  bytes: Uint8Array<ArrayBuffer>,
  chunkBytes: number,
  onPull?: (byte: number) => void,
): CheckpointSource {
  return {
    label: 'stream',
    open: async (name) => {
      const content = name === 'config.json' ? new TextEncoder().encode('{}') : bytes;
      if (name !== 'config.json' && name !== 'model.safetensors') return undefined;
      return {
        name,
        bytes: undefined,
        seekable: false,
        close: async () => undefined,
        stream: (fromByte = 0) => {
          let position = fromByte;
          return new ReadableStream<Uint8Array>(
            {
              pull: (controller) => {
                if (position >= content.length) return controller.close();
                controller.enqueue(content.slice(position, position + chunkBytes));
                position += chunkBytes;
                onPull?.(position);
              },
            },
            { highWaterMark: 0 },
          );
        },
      };
    },
  };
}

describe('a stream of unknown length', () => {
  it.each([1, 7, 1000, 1 << 20])('reads the same in chunks of %i', async (chunkBytes) => {
    expectSame(await readAll(await open(lengthless(single, chunkBytes)), ['a', 'b', 'c'], 8, 1000), { a, b, c });
  });

  it('names the tensor it ended in, with got and expected bytes', async () => {
    const checkpoint = await open(lengthless(single.slice(0, single.length - 1500), 999));
    const reading = readAll(checkpoint, ['a', 'c']);
    await expect(reading).rejects.toThrow(/"c" in model.safetensors ended after 2500 of 4000 bytes/);
    expect(await codeOf(() => reading)).toBe('checkpoint-truncated');
    const headless = await open(lengthless(single.slice(0, 30), 999));
    expect(await codeOf(() => headless.readDirectory())).toBe('checkpoint-truncated');
  });

  it('is not read beyond the last wanted tensor', async () => {
    let furthest = 0;
    const source = lengthless(single, 1000, (byte) => (furthest = Math.max(furthest, byte)));
    expectSame(await readAll(await open(source), ['a']), { a });
    expect(furthest).toBeLessThan(single.length - 3000);
  });

  it('ends at once when aborted', async () => {
    const controller = new AbortController();
    const checkpoint = await open(lengthless(single, 1000));
    const reading = async () => {
      for await (const { rows } of checkpoint.tensors(new Set(['a']), { signal: controller.signal })) {
        for await (const _ of rows(4, 1000)) controller.abort(new Error('enough'));
      }
    };
    expect(await codeOf(reading)).toBe('aborted');
  });
});

const first = makeSafetensors({ a });
const second = makeSafetensors({ b, c });
const index = (map: Record<string, string>) =>
  file('model.safetensors.index.json', JSON.stringify({ weight_map: map }));
const map = { a: 'm-1.safetensors', b: 'm-2.safetensors', c: 'm-2.safetensors' };

describe('shards', () => {
  it('are read through the index', async () => {
    const source = openSource([config, index(map), file('m-1.safetensors', first), file('m-2.safetensors', second)]);
    const checkpoint = await open(source);
    const { totalBytes, files } = await checkpoint.readDirectory();
    expect(totalBytes).toBe(first.length + second.length);
    expect(files.map(({ name }) => name)).toEqual(['m-1.safetensors', 'm-2.safetensors']);
    const seen: number[] = [];
    expectSame(await readAll(checkpoint, ['a', 'b', 'c'], 4, 999, (bytes) => seen.push(bytes)), { a, b, c });
    expect(seen.at(-1)).toBe(totalBytes);
  });

  it('must hold what the index promises, and be there', async () => {
    const more = index({ ...map, d: 'm-2.safetensors' });
    const lacking = openSource([config, more, file('m-1.safetensors', first), file('m-2.safetensors', second)]);
    expect(await codeOf(async () => (await open(lacking)).readDirectory())).toBe('tensor-missing');
    const absent = openSource([config, index(map), file('m-1.safetensors', first)]);
    expect(await codeOf(async () => (await open(absent)).readDirectory())).toBe('source-not-found');
  });

  it('are found without an index where files can be listed', async () => {
    for (const source of [
      openSource([config, file('y.safetensors', second), file('x.safetensors', first)]),
      openSource(
        directory([
          config,
          file('._x.safetensors', 'mac'),
          file('x.safetensors', first),
          file('y.safetensors', second),
        ]),
      ),
    ]) {
      expectSame(await readAll(await open(source), ['a', 'b', 'c']), { a, b, c });
    }
    const colliding = openSource([config, file('x.safetensors', first), file('z.safetensors', single)]);
    expect(await codeOf(async () => (await open(colliding)).readDirectory())).toBe('checkpoint-overlap');
  });
});

describe('sources', () => {
  it('say what is missing', async () => {
    expect(await codeOf(() => open(openSource([file('model.safetensors', single)])))).toBe('source-not-found');
    expect(await codeOf(async () => (await open(openSource([config]))).readDirectory())).toBe('source-not-found');
    expect(await codeOf(async () => (await open(openSource(directory([config])))).readDirectory())).toBe(
      'source-not-found',
    );
  });

  it('take a whole folder, and its uppermost checkpoint', async () => {
    const source = openSource([
      file('config.json', '{"top":true}', 'repo/config.json'),
      file('config.json', '{}', 'repo/onnx/config.json'),
      file('model.safetensors', 'not this one', 'repo/onnx/model.safetensors'),
      file('weights.safetensors', single, 'repo/weights.safetensors'),
    ]);
    const checkpoint = await open(source);
    expect(checkpoint.config).toEqual({ top: true });
    expectSame(await readAll(checkpoint, ['b']), { b });
  });

  it('refuse two files of one name', async () => {
    expect(await codeOf(() => open(openSource([config, file('config.json', '{}')])))).toBe('invalid-option');
    const two = [file('config.json', '{}', 'r/x/config.json'), file('config.json', '{}', 'r/y/config.json')];
    expect(await codeOf(() => open(openSource(two)))).toBe('invalid-option');
  });

  it('refuse text that is none', async () => {
    expect(await codeOf(() => open(openSource([file('config.json', '{"a":')])))).toBe('config-invalid');
    expect(await codeOf(() => open(openSource([file('config.json', Uint8Array.of(0x22, 0xff, 0x22))])))).toBe(
      'config-invalid',
    );
    const source = openSource([file('tokenizer.json', 'x')]);
    expect(await codeOf(() => readJson(source, 'tokenizer.json', undefined, 'tokenizer-invalid'))).toBe(
      'tokenizer-invalid',
    );
    expect(await readJson(source, 'other.json')).toBeUndefined();
  });

  it('refuse what is no source', async () => {
    for (const bad of [
      '',
      'hf:name',
      'hf:a/b/c',
      'hf:../x',
      'hf:a/b@../../x',
      'data:text/plain,x',
      'https://e.com/m/config.json',
    ]) {
      expect(await codeOf(() => openSource(bad))).toBe('invalid-option');
    }
    expect(await codeOf(() => openSource([]))).toBe('invalid-option');
    expect(await codeOf(() => openSource(JSON.parse('null')))).toBe('invalid-option');
  });

  it('pass on that a folder may not be read', async () => {
    const folder = { ...directory([]), getFileHandle: () => Promise.reject(new DOMException('no', 'NotAllowedError')) };
    expect(await codeOf(() => open(openSource(folder)))).toBe('source-unreadable');
  });
});
