export { API_PREFIX } from './api.constants.js';
export { InvalidRequestError } from './api.errors.js';
export { ProblemFilter, sendFrameworkProblem } from './problems/problem.filter.js';
export type { Problem } from './problems/problem.js';
export { RestModule } from './rest.module.js';
