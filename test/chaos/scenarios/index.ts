export { clockJumps } from './clock-jumps.js';
export { cutConnection } from './cut-connection.js';
export { killEmbedded } from './kill-embedded.js';
export { killOneOfThree } from './kill-one-of-three.js';
export { pauseOneOfTwo } from './pause.js';
export { postgresAway } from './postgres-away.js';
export { races } from './races.js';
