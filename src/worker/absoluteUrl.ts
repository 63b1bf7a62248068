/** A worker's relative URLs start from its own script; an app means its page. */
export function absoluteUrl(url: string): string {
  if (typeof document === 'undefined') return url;
  try {
    return new URL(url, document.baseURI).href;
  } catch {
    return url;
  }
}
