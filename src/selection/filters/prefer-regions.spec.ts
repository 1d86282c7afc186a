import type { Release } from '../../registry/index.js';
import { buildStub } from '../../testing/workflows/build-executor.js';
import { preferRegions } from './prefer-regions.js';

const release = (name: string, region?: string): Release => buildStub({ name, region }).release;
const [west, north, us, nowhere] = [
  release('west', 'eu-west'),
  release('north', 'eu-north'),
  release('us', 'us-east'),
  release('nowhere'),
] as const;

function prefer(free: Release[], preferred: readonly string[]) {
  const result = preferRegions({ free, busy: [], excluded: [] }, preferred);
  return { free: result.free.map(({ name }) => name), farther: result.excluded.map(({ agent }) => agent) };
}

describe('preferRegions', () => {
  it('leaves those of the first region that has any, and says why the others are not asked', () => {
    expect(prefer([us, west, north, nowhere], ['eu-west', 'eu'])).toEqual({
      free: ['west'],
      farther: ['us', 'north', 'nowhere'],
    });
    expect(preferRegions({ free: [us, west], busy: [], excluded: [] }, ['eu']).excluded).toEqual([
      {
        agent: 'us',
        version: '1.0.0',
        code: 'farther',
        reason: 'somebody in eu, which is preferred, is free',
      },
    ]);
  });

  it('falls over to the next region, and to all where none is near', () => {
    expect(prefer([us, north], ['eu-west', 'eu'])).toEqual({ free: ['north'], farther: ['us'] });
    expect(prefer([us, nowhere], ['eu'])).toEqual({ free: ['us', 'nowhere'], farther: [] });
    expect(prefer([], ['eu'])).toEqual({ free: [], farther: [] });
  });
});
