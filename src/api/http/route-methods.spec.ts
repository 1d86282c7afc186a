import { RouteMethods } from './route-methods.js';

function routes(): RouteMethods {
  const methods = new RouteMethods();
  methods.add('/agents', ['GET']);
  methods.add('/agents', ['HEAD', 'GET']);
  methods.add('/agents/:name', ['PUT']);
  methods.add('/agents/special', ['DELETE']);
  methods.add('/v1.0/file', ['GET']);
  methods.add('/docs/*', ['GET']);
  return methods;
}

describe('RouteMethods', () => {
  it.each([
    ['/agents', ['GET', 'HEAD']],
    ['/agents/', ['GET', 'HEAD']],
    ['/agents/a%2Fb', ['PUT']],
    ['/agents/special', ['DELETE', 'PUT']],
    ['/docs/a/b.js', ['GET']],
    ['/v1.0/file', ['GET']],
    ['/v1x0/file', []],
    ['/agents/a/b', []],
    ['/agent', []],
    ['/', []],
  ])('knows the methods of %s', (path, methods) => {
    expect(routes().of(path)).toEqual(methods);
  });
});
