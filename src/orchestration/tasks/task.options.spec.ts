import { RunContext } from '../../agents/index.js';
import { RETRY_DEFAULTS } from '../../common/index.js';
import { resolveTaskOptions, TASK_DEFAULTS } from './task.options.js';
import type { TaskOptions } from './task.types.js';

const options = (wrong: object) => wrong as TaskOptions;

describe('resolveTaskOptions', () => {
  it('fills in the defaults', () => {
    const defaults = {
      ...TASK_DEFAULTS,
      whenUnavailable: 'alternative',
      retry: RETRY_DEFAULTS,
      maxFallbacks: Infinity,
      context: RunContext.EMPTY,
    };
    expect(resolveTaskOptions()).toEqual(defaults);
    expect(resolveTaskOptions({})).toEqual(defaults);
    expect(resolveTaskOptions({ timeoutMs: undefined, retry: undefined, tags: undefined })).toEqual(defaults);
  });

  it('keeps what the caller says', () => {
    const { signal } = new AbortController();
    const given = {
      inputType: 'text',
      strategy: 'first',
      region: 'eu-west',
      residency: ['eu', 'ch'],
      preferredRegions: ['eu-west', 'eu'],
      versionRange: '^2.0.0',
      tags: ['fast'],
      whenUnavailable: 'queue',
      timeoutMs: 1,
      attemptTimeoutMs: 86_400_000,
      queueTimeoutMs: 0,
      maxFallbacks: 0,
      idempotencyKey: 'k'.repeat(200),
      signal,
      onProgress: () => {},
    } as const;
    expect(resolveTaskOptions(given)).toMatchObject(given);
  });

  it('fails a pinned task when its agent is not available, unless told otherwise', () => {
    expect(resolveTaskOptions({ agent: 'writer' }).whenUnavailable).toBe('fail');
    expect(resolveTaskOptions({ agent: 'writer', whenUnavailable: 'queue' }).whenUnavailable).toBe('queue');
  });

  it('fills in the rest of a retry, members that are undefined too', () => {
    expect(resolveTaskOptions({ retry: { attempts: 3, delayMs: undefined } }).retry).toEqual({
      ...RETRY_DEFAULTS,
      attempts: 3,
    });
  });

  it('copies the context, and lets that of a run take its place', () => {
    const profile = { name: 'Ada' };
    const { context } = resolveTaskOptions({ context: { profile } });
    profile.name = 'Bob';
    expect(context.get('profile')).toEqual({ name: 'Ada' });
    const ofRun = RunContext.of({ topic: 'agents' });
    expect(resolveTaskOptions(undefined, ofRun).context).toBe(ofRun);
    expect(resolveTaskOptions({ context: { profile } }, ofRun).context).toBe(ofRun);
  });

  it('takes one place for a list of it', () => {
    expect(resolveTaskOptions({ residency: 'eu' }).residency).toEqual(['eu']);
    const cases: [object, string][] = [
      [{ residency: [] }, 'residency is a list; it must be a region, or a list of at least one'],
      [{ residency: [''] }, 'residency is ""; it must be a text that is not empty'],
      [{ residency: 5 }, 'residency is 5; it must be a text that is not empty'],
      [{ preferredRegions: 'eu' }, 'preferredRegions is "eu"; it must be a list of texts'],
    ];
    for (const [wrong, message] of cases) expect(() => resolveTaskOptions(options(wrong))).toThrow(message);
  });

  it('takes a range of versions, but not beside a pin, which has its own', () => {
    expect(() => resolveTaskOptions({ versionRange: 'newest!' })).toThrow(
      expect.objectContaining({ code: 'VERSION_RANGE_INVALID' }),
    );
    expect(() => resolveTaskOptions({ versionRange: '^2', agent: 'writer' })).toThrow(
      'versionRange is "^2"; it must be left out beside agent: write name@range',
    );
  });

  it('refuses a context that cannot be copied', () => {
    expect(() => resolveTaskOptions({ context: { profile: () => {} } })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });

  const duration = 'a number from 1 to 86400000';
  it.each([
    ['timeoutMs', 0, '0', duration],
    ['timeoutMs', 86_400_001, '86400001', duration],
    ['timeoutMs', NaN, 'NaN', duration],
    ['timeoutMs', Infinity, 'Infinity', duration],
    ['timeoutMs', '5000', '"5000"', duration],
    ['timeoutMs', null, 'null', duration],
    ['attemptTimeoutMs', -5, '-5', duration],
    ['queueTimeoutMs', -1, '-1', 'a number from 0 to 86400000'],
    ['queueTimeoutMs', true, 'true', 'a number from 0 to 86400000'],
    ['maxFallbacks', -1, '-1', 'a number from 0 to 100'],
    ['maxFallbacks', 101, '101', 'a number from 0 to 100'],
    ['strategy', '', '""', 'a text that is not empty'],
    ['strategy', Symbol('first'), 'a value of type symbol', 'a text that is not empty'],
    ['inputType', 5, '5', 'a text that is not empty'],
    ['agent', ' ', '" "', 'a text that is not empty'],
    ['region', {}, 'a value of type object', 'a text that is not empty'],
    ['priority', 'high', '"high"', 'one of normal, urgent'],
    ['criticality', true, 'true', 'one of normal, critical'],
    ['tenant', ' ', '" "', 'a text of 1 to 200 characters'],
    ['tags', 'fast', '"fast"', 'a list of texts'],
    ['tags', [1], '1', 'a text that is not empty'],
    ['idempotencyKey', '', '""', 'a text of 1 to 200 characters'],
    ['idempotencyKey', 'k'.repeat(201), `"${'k'.repeat(60)}"`, 'a text of 1 to 200 characters'],
    ['context', 'profile', '"profile"', 'an object of values by data type name'],
    ['context', [], 'a list', 'an object of values by data type name'],
    ['signal', {}, 'a value of type object', 'an AbortSignal'],
    ['signal', 'abort', '"abort"', 'an AbortSignal'],
    ['onProgress', 'log', '"log"', 'a function'],
    ['whenUnavailable', 'wait', '"wait"', 'one of alternative, queue, skip, fail'],
    ['retry', 3, '3', 'an object, such as { attempts: 3 }'],
    ['retry', null, 'null', 'an object, such as { attempts: 3 }'],
  ])('refuses %s = %p', (field, value, shown, allowed) => {
    expect(() => resolveTaskOptions(options({ [field]: value }))).toThrow(
      expect.objectContaining({
        code: 'TASK_OPTION_INVALID',
        kind: 'input',
        message: `The task option ${field} is ${shown}; it must be ${allowed}.`,
        details: { field },
      }),
    );
  });

  it.each([
    ['attempts', 0],
    ['attempts', 21],
    ['attempts', 1.5],
    ['delayMs', -1],
    ['delayMs', '10'],
    ['maxDelayMs', 3_600_001],
    ['backoff', 'linear'],
    ['jitter', 'yes'],
  ])('refuses retry.%s = %p', (field, value) => {
    expect(() => resolveTaskOptions(options({ retry: { [field]: value } }))).toThrow(
      expect.objectContaining({ code: 'TASK_OPTION_INVALID', details: { field: `retry.${field}` } }),
    );
  });

  it.each([['first'], [null], [5], [['first']]])('refuses %p for the options as a whole', (whole) => {
    expect(() => resolveTaskOptions(whole as never)).toThrow(
      expect.objectContaining({ code: 'TASK_OPTION_INVALID', details: { field: 'options' } }),
    );
  });
});
