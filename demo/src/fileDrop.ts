import { make } from './dom.ts';

export interface FileDropOptions {
  readonly label: string;
  readonly hint: string;
  /** As an input's `accept`. */
  readonly accept: string;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A place to drop files on, which opens the file picker when it is clicked. */
export function fileDrop({ label, hint, accept, onFiles }: FileDropOptions): HTMLElement {
  const input = make('input', 'visually-hidden');
  input.type = 'file';
  input.accept = accept;
  input.multiple = true;
  const zone = make('label', 'drop', make('span', 'drop-label', label), make('span', 'hint', hint), input);
  const take = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) onFiles([...files]);
  };
  input.addEventListener('change', () => {
    take(input.files);
    // The same file again is a change too.
    input.value = '';
  });
  for (const type of ['dragenter', 'dragover'] as const) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    take(event.dataTransfer?.files);
  });
  return zone;
}
