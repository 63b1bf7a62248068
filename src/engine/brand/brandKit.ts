import type { BrandKit, BrandKitData } from '../brandApi.ts';
import { cssProperties } from './cssExport.ts';
import { designTokens } from './designTokens.ts';
import { tailwindTheme } from './tailwind.ts';

/** Gives a kit's data its exports. Only the data is the object's own, and crosses to another thread. */
export const createBrandKit = (data: BrandKitData): BrandKit => Object.assign(new BrandExports(), data);

class BrandExports {
  toDesignTokens(this: BrandKit): Record<string, unknown> {
    return designTokens(this);
  }

  toCss(this: BrandKit): string {
    return cssProperties(this);
  }

  toTailwind(this: BrandKit): Record<string, unknown> {
    return tailwindTheme(this);
  }
}
