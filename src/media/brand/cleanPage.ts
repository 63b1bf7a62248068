// Takes out of a page what would ask for something elsewhere. The frame's policy forbids all of it by itself; without the attempt, nothing is
// refused either, and the embedding app's console stays empty.

/** Elements that load, run or lead away, or show other documents. */
const removed =
  'script,noscript,link,meta,base,iframe,frame,frameset,fencedframe,portal,object,embed,applet,source,track,template,title,param,' +
  'animate,animateMotion,animateTransform,set,feImage,foreignObject';

/** Attributes whose value is a URL or a list of them, and those that take the focus. */
const removedAttributes = new Set(
  (
    'src srcset imagesrcset href xlink:href action formaction poster background data codebase archive classid manifest ping cite ' +
    'longdesc profile usemap lowsrc dynsrc srcdoc target download autofocus autoplay itemtype icon'
  ).split(' '),
);

/** Takes out what loads, runs, leads away or takes the focus. */
export function cleanPage(page: Document): void {
  page.querySelectorAll(removed).forEach((element) => element.remove());
  page.querySelectorAll('style').forEach((style) => (style.textContent = withoutAddresses(style.textContent ?? '')));
  page.querySelectorAll('*').forEach(cleanAttributes);
}

/** CSS without addresses other than data: and fragments. What is written with escapes is left to the frame's policy. */
export const withoutAddresses = (css: string): string =>
  css
    .replace(/@import\s[^;{}]*;?/giu, '')
    .replace(/\burl\(\s*(?!\s|["']?(?:data:|#))(?:"[^"]*"|'[^']*'|[^)"']*)\s*\)/giu, 'none');

function cleanAttributes(element: Element): void {
  // A copy: the map itself changes under the loop.
  const attributes = [...element.attributes];
  for (const { name, value } of attributes) {
    const lower = name.toLowerCase();
    const isOwn = value.trim().startsWith('#') || /^\s*data:image\/[\w.+-]+[;,]/iu.test(value);
    const leads = removedAttributes.has(lower) && !(isOwn && (lower === 'src' || lower.endsWith('href')));
    if (leads || lower.startsWith('on')) element.removeAttribute(name);
    else if (value.includes('(')) element.setAttribute(name, withoutAddresses(value));
  }
  // A link without an address is styled as none.
  if (element.localName === 'a' && !element.hasAttribute('href') && element.namespaceURI?.endsWith('xhtml'))
    element.setAttribute('href', '#');
}
