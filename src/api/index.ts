export { API_PREFIX } from './api.constants.js';
export { InvalidRequestError } from './api.errors.js';
export { ProblemFilter, sendFrameworkProblem } from './problem.filter.js';
export type { Problem } from './problem.js';
export { RestModule } from './rest.module.js';
