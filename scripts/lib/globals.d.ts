// What scripts add to a page that they drive.
import type { HalftoneBrands } from '../../demo/src/brands.ts';
import type { HalftoneClips } from '../../demo/src/clips.ts';
import type { EvalAnswer, HalftoneEval } from '../../demo/src/eval.ts';

declare global {
  interface Window {
    /** Prints a piece of an answer (scripts/lib/driveDemo.mjs). */
    halftoneWrite?: (piece: string) => Promise<void>;
    /** Takes an answer (scripts/eval/languageModel.mjs). */
    halftoneTake?: (answer: EvalAnswer) => Promise<void>;
    /** Only on demo/eval.html. */
    halftoneEval: HalftoneEval;
    /** Only on demo/clips.html. */
    halftoneClips: HalftoneClips;
    /** Only on demo/brands.html. */
    halftoneBrands: HalftoneBrands;
  }
}
