import type { PageSnapshot } from '../../media/brand/pageSnapshot.ts';
import type { MediaCode } from '../mediaCode.ts';

/** What only a thread with a document can do. With a worker, the page does it for the worker. */
export interface DocumentSide {
  /** @throws EngineError not-supported, empty-input, input-too-long, aborted */
  capturePage(html: string, css: string | undefined): Promise<PageSnapshot>;
  /** A PNG. @throws EngineError not-supported, image-invalid */
  rasterizeSvg(svg: Blob): Promise<Blob>;
}

/** This thread's own document, if it has one. */
export const ownDocument = (media: () => Promise<MediaCode>, signal: AbortSignal | undefined): DocumentSide => ({
  capturePage: async (html, css) => (await media()).capturePage(html, css, signal),
  rasterizeSvg: async (svg) => (await media()).rasterizeSvg(svg),
});
