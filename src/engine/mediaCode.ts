export type MediaCode = typeof import('../media/index.ts');

/**
 * The code that needs the libraries for media, loaded when it is first asked for: an app that only chats never downloads it. The built library has it
 * as a file of its own, whose address the client knows (`worker/mediaFile.ts`): a worker in classic form may not import by a relative path. In the
 * source there is no such file, and the bundler splits at the import.
 */
export async function loadMediaCode(file: string | undefined): Promise<MediaCode> {
  if (file !== undefined) return (await import(/* @vite-ignore */ /* webpackIgnore: true */ file)) as MediaCode;
  return import('../media/index.ts');
}
