import { buildRelease } from '../../testing/builders/release-builder.js';
import { ExpectedUse } from './expected-use.js';

const expecting = (meanCostUsd?: number) => new ExpectedUse({ estimate: () => ({ meanCostUsd }) as never });

describe('what an attempt is expected to use', () => {
  const { release } = buildRelease({ name: 'writer', capabilities: ['write'], costPerTaskUsd: 0.5 });
  const { release: silent } = buildRelease({ name: 'silent', capabilities: ['write'] });

  it('is what was measured, else what is declared, else nothing', () => {
    expect(expecting(0.25).of(release, 'write')).toEqual({ tokens: 0, costUsd: 0.25 });
    expect(expecting().of(release, 'write')).toEqual({ tokens: 0, costUsd: 0.5 });
    expect(expecting().of(silent, 'write')).toEqual({ tokens: 0, costUsd: 0 });
  });

  it('are as many tokens as of late', () => {
    const expected = expecting();
    expected.learn(release, 'write', 100);
    expect(expected.of(release, 'write').tokens).toBe(100);
    expected.learn(release, 'write', 200);
    expect(expected.of(release, 'write').tokens).toBe(120);
    expect(expected.of(release, 'read').tokens).toBe(0);
    expect(expected.of(silent, 'write').tokens).toBe(0);
  });

  it.each([0, -5, NaN, Infinity])('learns nothing from %p tokens', (tokens) => {
    const expected = expecting();
    expected.learn(release, 'write', tokens);
    expect(expected.of(release, 'write').tokens).toBe(0);
  });
});
