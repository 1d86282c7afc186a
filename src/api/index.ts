export {
  fastifyOptions,
  prepareFastify,
  type HttpSettings,
  type RequestLine,
} from './http/fastify-server.js';
export { securityHeaders } from './http/security-headers.js';
export { ProblemFilter } from './problems/problem.filter.js';
export type { Problem } from './problems/problem.js';
export { RestModule } from './rest.module.js';
