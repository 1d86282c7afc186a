import { checkCause, checkKinds, checkLimit, checkStatus, hoursToMs } from './status.input.js';

const CAUSE = { reason: 'planned work', triggeredBy: 'user:ann' } as const;

function faultOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: 'STATUS_INPUT_INVALID', kind: 'input' });
    return (error as Error).message;
  }
}

describe('the input of status questions', () => {
  it.each([
    CAUSE,
    { reason: 'x'.repeat(500), triggeredBy: 'system' },
    { reason: ' x ', triggeredBy: 'health-monitor' },
    { reason: 'x', triggeredBy: 'performance-review', correlationId: 'run-1' },
    { reason: 'x', triggeredBy: 'rollout' },
  ] as const)('takes the cause %j', (cause) => {
    expect(faultOf(() => checkCause(cause))).toBeUndefined();
  });

  it.each([
    ['reason', { ...CAUSE, reason: '' }],
    ['reason', { ...CAUSE, reason: ' \n\t' }],
    ['reason', { ...CAUSE, reason: 'x'.repeat(501) }],
    ['reason', { ...CAUSE, reason: undefined }],
    ['triggeredBy', { ...CAUSE, triggeredBy: 'admin' }],
    ['triggeredBy', { ...CAUSE, triggeredBy: 'user:' }],
    ['triggeredBy', { ...CAUSE, triggeredBy: 'user: ' }],
    ['triggeredBy', { ...CAUSE, triggeredBy: `user:${'x'.repeat(200)}` }],
    ['triggeredBy', { ...CAUSE, triggeredBy: null }],
    ['correlationId', { ...CAUSE, correlationId: '' }],
    ['correlationId', { ...CAUSE, correlationId: 'x'.repeat(201) }],
  ])('refuses a cause by its %s: %j', (field, cause) => {
    expect(faultOf(() => checkCause(cause as never))).toMatch(new RegExp(`^${field} is `));
  });

  it('names field, value and what it must be', () => {
    expect(faultOf(() => checkStatus('status', 'asleep'))).toBe(
      'status is "asleep"; it must be one of active, inactive, maintenance, failed.',
    );
    expect(faultOf(() => checkKinds(['changed', 'lost' as never]))).toBe(
      'kinds is "lost"; it must be one of changed, refused, closed.',
    );
    expect(faultOf(() => checkLimit(501))).toBe('limit is 501; it must be a whole number from 1 to 500.');
    expect(faultOf(() => hoursToMs(0))).toBe(
      'hours is 0; it must be a number greater than 0 and at most 8784.',
    );
  });

  it('takes the ends of each range and nothing beyond', () => {
    expect([1, 500].map((limit) => faultOf(() => checkLimit(limit)))).toEqual([undefined, undefined]);
    for (const limit of [0, -1, 1.5, NaN, Infinity, '5' as never]) {
      expect(faultOf(() => checkLimit(limit))).toBeDefined();
    }
    expect(hoursToMs(24 * 366)).toBe(31_622_400_000);
    for (const hours of [-1, 24 * 366 + 0.001, NaN, Infinity, '5' as never]) {
      expect(faultOf(() => hoursToMs(hours))).toBeDefined();
    }
  });

  it('rounds hours to whole milliseconds', () => {
    expect(hoursToMs(1 / 3)).toBe(1_200_000);
    expect(hoursToMs(0.0000001)).toBe(0);
  });

  it('takes every status and kind', () => {
    expect(faultOf(() => checkStatus('status', 'failed'))).toBeUndefined();
    expect(faultOf(() => checkKinds(['changed', 'refused', 'closed']))).toBeUndefined();
  });
});
