import { buildRelease } from '../../testing/builders/release-builder.js';
import { releaseId } from './release.js';

const build = (maxConcurrentTasks = 2) =>
  buildRelease({ name: 'writer', version: '2.1.0', maxConcurrentTasks, capabilities: ['greet', 'part'] });

describe('Release', () => {
  it('is named by its agent and version', () => {
    const { release } = build();
    expect([release.id, release.name, release.version]).toEqual(['writer@2.1.0', 'writer', '2.1.0']);
    expect(releaseId(release.manifest)).toBe(release.id);
  });

  it('finds what it provides by the name of the capability', () => {
    const { release } = build();
    expect([...release.capabilities.keys()]).toEqual(['greet', 'part']);
    expect(release.capabilities.get('part')?.method).toBe('execute');
  });

  it('shows the live status as it is now', () => {
    const { release, live } = build();
    expect([release.status, release.statusSince]).toEqual(['active', 1_000]);
    Object.assign(live, { status: 'failed', since: 2_000 });
    expect([release.status, release.statusSince]).toEqual(['failed', 2_000]);
  });

  it('has a free slot until as many tasks are under way as it takes', () => {
    const { release } = build(2);
    release.occupySlot();
    expect([release.inFlight, release.hasFreeSlot]).toEqual([1, true]);
    release.occupySlot();
    expect([release.inFlight, release.hasFreeSlot]).toEqual([2, false]);
    release.vacateSlot();
    expect([release.inFlight, release.hasFreeSlot]).toEqual([1, true]);
  });

  it('counts the attempts that were abandoned', () => {
    const { release } = build();
    release.countAbandoned();
    release.countAbandoned();
    expect(release.abandoned).toBe(2);
  });
});

describe('waiting for a release to be idle', () => {
  it('ends at once when no task is under way', () => {
    const calls: string[] = [];
    const cancel = build().release.onIdle(() => calls.push('idle'));
    cancel();
    expect(calls).toEqual(['idle']);
  });

  it('ends with the last task, once, for all who wait', () => {
    const { release } = build();
    const calls: string[] = [];
    release.occupySlot();
    release.occupySlot();
    release.onIdle(() => calls.push('first'));
    release.onIdle(() => calls.push('second'));
    release.vacateSlot();
    expect(calls).toEqual([]);
    release.vacateSlot();
    expect(calls).toEqual(['first', 'second']);
    release.occupySlot();
    release.vacateSlot();
    expect(calls).toEqual(['first', 'second']);
  });

  it('does not call who has taken the wish back', () => {
    const { release } = build();
    const calls: string[] = [];
    release.occupySlot();
    const cancel = release.onIdle(() => calls.push('never'));
    release.onIdle(() => calls.push('idle'));
    cancel();
    release.vacateSlot();
    expect(calls).toEqual(['idle']);
  });

  it('lets a callback start a task and wait for that one in turn', () => {
    const { release } = build();
    const calls: string[] = [];
    release.occupySlot();
    release.onIdle(() => {
      release.occupySlot();
      release.onIdle(() => calls.push('second idle'));
      calls.push('first idle');
    });
    release.vacateSlot();
    expect(calls).toEqual(['first idle']);
    release.vacateSlot();
    expect(calls).toEqual(['first idle', 'second idle']);
  });
});
