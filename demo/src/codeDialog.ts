import { announce, byId, make } from './dom.ts';
import { readError } from './errors.ts';
import { examples, type Example } from './examples/index.ts';

/** Shows an example's own source, as an app would write it, and runs it. */
export function connectCodeDialog(): void {
  const dialog = byId('code-dialog', HTMLDialogElement);
  const source = byId('code-source', HTMLElement);
  const output = byId('code-output', HTMLOutputElement);
  const run = byId('code-run', HTMLButtonElement);
  const copy = byId('code-copy', HTMLButtonElement);
  let shown: Example | undefined;

  const open = async (name: string): Promise<void> => {
    const example = examples[name];
    if (!example) return;
    shown = example;
    byId('code-title', HTMLElement).textContent = example.title;
    output.hidden = true;
    source.textContent = '';
    dialog.showModal();
    const { default: text } = await example.source();
    if (shown === example) source.textContent = text.replace(/'[./]*\/src\/index\.ts'/, "'halftone'");
  };

  const links = Object.entries(examples).map(([name, { title }]) => {
    const link = make('button', 'quiet', title);
    link.type = 'button';
    link.dataset['example'] = name;
    return make('li', '', link);
  });
  byId('example-links', HTMLElement).append(...links);
  // One listener for every 'View code' button, those made later too.
  document.addEventListener('click', ({ target }) => {
    const name =
      target instanceof Element ? target.closest<HTMLElement>('[data-example]')?.dataset['example'] : undefined;
    if (name) void open(name);
  });
  byId('code-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent ?? '').then(
      () => announce('Copied.'),
      () => announce('The browser did not allow copying.'),
    );
  });
  run.addEventListener('click', () => {
    if (shown) void runExample(shown, run, output);
  });
}

async function runExample(example: Example, run: HTMLButtonElement, output: HTMLOutputElement): Promise<void> {
  run.disabled = true;
  output.hidden = false;
  output.textContent = 'Running…\n';
  try {
    const { run: start } = await example.load();
    await start((text) => output.append(text));
    output.append('\nDone.');
  } catch (error) {
    const { code, what, remedy } = readError(error);
    output.append(`\n${what} ${remedy} (${code})`);
  } finally {
    run.disabled = false;
  }
}
