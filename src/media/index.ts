/**
 * Everything that needs the libraries for media, which an app gets when it first asks for them: see `engine/mediaCode.ts`.
 */
export { StepReader, type StepFeatures, type StepOptions } from './stepReader.ts';
export { cutVideo } from './cutVideo.ts';
