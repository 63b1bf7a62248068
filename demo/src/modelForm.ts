import type { Precision } from '../../src/index.ts';
import type { ModelChoice } from './chatModel.ts';
import { byId } from './dom.ts';

const defaultSource = 'models/reasoner/';

const precisions: readonly Precision[] = ['auto', 'f32', 'f16', 'int8', 'int4'];

const asPrecision = (value: string): Precision => precisions.find((known) => known === value) ?? 'auto';

/** What a person typed, as a source: relative URLs are relative to the page, not to the worker. */
function choose(typed: string, precision: Precision): ModelChoice {
  const source = typed.trim() || defaultSource;
  if (source.startsWith('hf:')) return { source, label: source, precision };
  const url = new URL(source.endsWith('/') ? source : `${source}/`, document.baseURI);
  const name = url.pathname.split('/').filter(Boolean).at(-1) ?? url.host;
  return { source: url.href, label: decodeURIComponent(name), precision };
}

/** The model that the address asks for (`?model=…&precision=…`), else the one that ships with the page. */
export function choiceFromAddress(): ModelChoice {
  const query = new URLSearchParams(location.search);
  const source = query.get('model') ?? defaultSource;
  const precision = asPrecision(query.get('precision') ?? 'auto');
  byId('model-source', HTMLInputElement).value = source;
  byId('model-precision', HTMLSelectElement).value = precision;
  return choose(source, precision);
}

/** Files of one folder: of a picked folder, those at its top, where a checkpoint has its files. */
function choiceFromFiles(files: readonly File[], precision: Precision): ModelChoice {
  const top = files.filter((file) => file.webkitRelativePath.split('/').length <= 2);
  const folder = files[0]?.webkitRelativePath.split('/')[0];
  return { source: top, label: folder || `${top.length} local files`, precision };
}

/** Every way to name another checkpoint: a typed source, files, a folder, the default. */
export function connectModelForm(onChoice: (choice: ModelChoice) => void): void {
  const source = byId('model-source', HTMLInputElement);
  const select = byId('model-precision', HTMLSelectElement);
  const precision = (): Precision => asPrecision(select.value);

  byId('model-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    onChoice(choose(source.value, precision()));
  });
  byId('model-default', HTMLButtonElement).addEventListener('click', () => {
    source.value = defaultSource;
    onChoice(choose(defaultSource, precision()));
  });
  for (const kind of ['files', 'folder']) {
    const input = byId(`${kind}-input`, HTMLInputElement);
    byId(`model-${kind}`, HTMLButtonElement).addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      // Emptied, so that picking the same files again is a change too.
      input.value = '';
      if (files.length > 0) onChoice(choiceFromFiles(files, precision()));
    });
  }
}
