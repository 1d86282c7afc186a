import {
  DEFAULT_STATUS_TRANSITIONS,
  isAgentStatus,
  StatusRules,
  type TransitionTable,
} from './status.machine.js';
import { AGENT_STATUSES } from './status.types.js';

function problemsOf(table: unknown): unknown {
  try {
    new StatusRules(table as TransitionTable);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'STATUS_RULES_INVALID', kind: 'definition' });
    return (error as { details: { problems: unknown } }).details.problems;
  }
}

describe('StatusRules', () => {
  it('allows exactly the nine changes of the default table', () => {
    const rules = new StatusRules();
    const allowed = AGENT_STATUSES.flatMap((from) =>
      AGENT_STATUSES.filter((to) => rules.isAllowed(from, to)).map((to) => `${from} > ${to}`),
    );
    expect(allowed).toEqual([
      'active > inactive',
      'active > maintenance',
      'active > failed',
      'inactive > active',
      'inactive > maintenance',
      'maintenance > active',
      'maintenance > failed',
      'failed > inactive',
      'failed > maintenance',
    ]);
  });

  it('names what is allowed in the order of the table, and keeps it from being changed', () => {
    const allowed = new StatusRules().allowedFrom('failed');
    expect(allowed).toEqual(['maintenance', 'inactive']);
    expect(Object.isFrozen(allowed)).toBe(true);
  });

  it('allows nothing from a status that does not exist', () => {
    const rules = new StatusRules();
    expect(rules.allowedFrom('asleep' as never)).toEqual([]);
    expect(rules.isAllowed('active', 'asleep' as never)).toBe(false);
  });

  it('takes a table of the application, unmoved by later changes to it', () => {
    const table = { ...DEFAULT_STATUS_TRANSITIONS, failed: ['maintenance'] } as {
      -readonly [From in keyof TransitionTable]: TransitionTable[From];
    };
    const rules = new StatusRules(table);
    table.failed = ['active'];
    expect(rules.allowedFrom('failed')).toEqual(['maintenance']);
  });

  it('reports every fault of a table at once', () => {
    const table = {
      active: ['failed', 'failed', 'active'],
      inactive: ['asleep'],
      failed: 'maintenance',
      broken: [],
    };
    expect(problemsOf(table)).toEqual([
      '"maintenance" has no list of statuses',
      '"failed" has no list of statuses',
      '"active" leads to "failed" twice',
      '"active" leads to itself, which is no transition',
      '"inactive" leads to "asleep", which is no status',
      '"broken" is no status',
      '"inactive" cannot be reached from active or failed',
      '"maintenance" cannot be reached from active or failed',
    ]);
  });

  it('finds a status that only unreachable ones lead to', () => {
    const table = { active: ['failed'], failed: [], inactive: ['maintenance'], maintenance: ['inactive'] };
    expect(problemsOf(table)).toEqual([
      '"inactive" cannot be reached from active or failed',
      '"maintenance" cannot be reached from active or failed',
    ]);
  });
});

describe('isAgentStatus', () => {
  it('knows the four statuses and nothing else', () => {
    expect(AGENT_STATUSES.every(isAgentStatus)).toBe(true);
    expect([undefined, null, 'ACTIVE', 'toString', 1, ['active']].some(isAgentStatus)).toBe(false);
  });
});
