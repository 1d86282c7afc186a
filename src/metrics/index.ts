export type * from './attempt-observation.types.js';
