import { errorCodes, type FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes its body as YAML too: a {@link YamlText}. */
    readonly takesYaml?: boolean;
  }
}

/** The body of a request that was sent as YAML; whoever takes it reads it. */
export class YamlText {
  constructor(readonly text: string) {}
}

/** The registered type (RFC 9512), and those that were in use before. */
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

/** Takes YAML where a route does; none of its types is one that a page of another site can send without being asked first. */
export function parseYaml(server: FastifyInstance): void {
  server.addContentTypeParser<string>(YAML_TYPES, { parseAs: 'string' }, (request, body, done) => {
    if (request.routeOptions.config.takesYaml === true) done(null, new YamlText(body));
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(request.headers['content-type'] ?? ''));
  });
}
