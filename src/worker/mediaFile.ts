/**
 * Address of the media code's file. The library's build puts that of `halftone.media.js`, beside this script, here; in the source the code is
 * imported where it lies (`engine/mediaCode.ts`).
 */
export const mediaFile: string | undefined = undefined;
