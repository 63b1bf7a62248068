/** The element with this id. The page's own markup is wrong when it is not there, so that throws. */
export function byId<E extends Element>(id: string, type: abstract new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with the id '${id}'.`);
  return element;
}

/** A new element with a class and children; text goes in as text, never as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

export function button(label: string, className: string, onClick: () => void): HTMLButtonElement {
  const element = make('button', className, label);
  element.type = 'button';
  element.addEventListener('click', onClick);
  return element;
}

/** Says `text` to screen readers once, without moving the focus. */
export function announce(text: string): void {
  byId('announcer', HTMLElement).textContent = text;
}
