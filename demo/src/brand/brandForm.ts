import type { BrandInput } from '../../../src/index.ts';
import { button, make } from '../dom.ts';
import { fileDrop } from '../fileDrop.ts';

/** Where the image, the page and the copy come from. */
export class BrandForm {
  readonly element = make('form', 'brand-form');
  readonly #onInput: (input: BrandInput, name: string) => void;
  readonly #html = textArea('HTML', '<h1>Your page</h1> …', 6);
  readonly #css = textArea('CSS', 'body { font: 16px/1.6 Georgia, serif } …', 6);
  readonly #text = textArea('Text', 'A slogan, a paragraph from the website …', 3);

  constructor(onInput: (input: BrandInput, name: string) => void) {
    this.#onInput = onInput;
    const analyze = make('button', '', 'Analyse what is pasted');
    analyze.type = 'submit';
    const paste = make('details', 'options', make('summary', '', 'Paste a page or a text'));
    paste.append(
      make('div', 'paste-fields', this.#html.field, this.#css.field, this.#text.field),
      make('div', 'form-actions', analyze),
    );
    this.element.append(
      fileDrop({
        label: 'Drop a screenshot, a logo or a page here, or choose one',
        hint: 'Any image; or .html with its .css. A page is rendered without scripts and without network. It stays on this device.',
        accept: 'image/*,.html,.htm,.css,.txt',
        onFiles: (files) => void this.#take(files),
      }),
      make(
        'div',
        'form-actions',
        button('Try the sample page', 'quiet', () => void this.#sample('brand.html')),
        button('Try the sample image', 'quiet', () => void this.#sample('brand.png')),
      ),
      paste,
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submitPasted();
    });
  }

  async #take(files: readonly File[]): Promise<void> {
    const join = async (ending: RegExp): Promise<string> =>
      (await Promise.all(files.filter(({ name }) => ending.test(name)).map((file) => file.text()))).join('\n');
    const [html, css, text] = await Promise.all([join(/\.html?$/i), join(/\.css$/i), join(/\.txt$/i)]);
    // Whatever else was dropped counts as an image: if it is none, the error says so.
    const image = files.find(({ name }) => !/\.(html?|css|txt)$/i.test(name));
    this.#onInput(
      { ...(image ? { image } : {}), ...(html ? { html } : {}), ...(css ? { css } : {}), ...(text ? { text } : {}) },
      files.map(({ name }) => name).join(', '),
    );
  }

  async #sample(name: string): Promise<void> {
    const response = await fetch(`./samples/${name}`);
    this.#onInput(name.endsWith('.html') ? { html: await response.text() } : { image: await response.blob() }, name);
  }

  #submitPasted(): void {
    const [html, css, text] = [this.#html, this.#css, this.#text].map(({ area }) => area.value.trim());
    this.#onInput({ ...(html ? { html } : {}), ...(css ? { css } : {}), ...(text ? { text } : {}) }, 'what was pasted');
  }
}

function textArea(
  label: string,
  placeholder: string,
  rows: number,
): { readonly field: HTMLElement; readonly area: HTMLTextAreaElement } {
  const area = make('textarea');
  area.rows = rows;
  area.placeholder = placeholder;
  area.spellcheck = false;
  return { field: make('label', 'field', make('span', '', label), area), area };
}
