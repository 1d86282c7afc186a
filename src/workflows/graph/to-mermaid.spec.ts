import fc from 'fast-check';
import type { RunStep, WorkflowDefinition } from '../../orchestration/index.js';
import { escapeLine } from './mermaid-text.js';
import { toMermaid } from './to-mermaid.js';

const brief: WorkflowDefinition = {
  name: 'market_brief',
  version: '1.2.0',
  steps: [
    { id: 'research', capability: 'web_research', input: '${ input.topic }' },
    { id: 'rivals', capability: 'analysis', agent: 'fast@^1', after: [], optional: true },
    { id: 'approve', approval: { message: 'Publish?' }, after: ['research', 'rivals'] },
    {
      id: 'write',
      capability: 'writing',
      when: '${ size(steps.research.output) > 0 }',
      onError: { fallback: { capability: 'plain' } },
      compensate: { workflow: 'unpublish@1.x' },
    },
  ],
};

const inner: WorkflowDefinition = {
  name: 'inner',
  steps: [
    { id: 'one', agent: 'solo' },
    { id: 'two', sleep: '10m', after: [] },
  ],
};

const outer: WorkflowDefinition = {
  name: 'outer',
  steps: [
    { id: 'each', workflow: 'inner@^1', forEach: { items: '${ input.list }' } },
    { capability: 'last', repeat: { until: '${ output.done }', max: 3 }, onError: 'continue' },
  ],
};

const runStep = (key: string, status: RunStep['status'], more: Partial<RunStep> = {}): RunStep => ({
  key,
  stepId: key,
  kind: 'task',
  status,
  ...more,
});

const chartOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('toMermaid()', () => {
  it('draws the steps of a definition, and what follows what', () => {
    expect(toMermaid(brief)).toBe(
      chartOf([
        'flowchart TD',
        '  start(("market_brief 1.2.0"))',
        '  s0["research<br/>web_research"]',
        '  s1["rivals<br/>analysis by fast@^1<br/>optional"]',
        '  s2{{"approve<br/>asks: Publish?"}}',
        '  s3["write<br/>writing<br/>when size(steps.research.output) #62; 0<br/>when it fails: plain<br/>undone by workflow unpublish@1.x"]',
        '  s0 --> s2',
        '  s1 --> s2',
        '  s2 --> s3',
        '  done(("end"))',
        '  start --> s0',
        '  start --> s1',
        '  s3 --> done',
      ]),
    );
  });

  it('draws the workflows that it runs inside, and marks loops', () => {
    const findWorkflow = (reference: string) => (reference === 'inner@^1' ? inner : undefined);
    expect(toMermaid(outer, { direction: 'LR', findWorkflow })).toBe(
      chartOf([
        'flowchart LR',
        '  start(("outer 1.0.0"))',
        '  subgraph s0["each<br/>workflow inner@^1<br/>for each of input.list"]',
        '    s0_0["one<br/>agent solo"]',
        '    s0_1(["two<br/>sleeps 10m"])',
        '  end',
        '  s1["step-2<br/>last<br/>until output.done, at most 3 times<br/>goes on when it fails"]',
        '  s0 --> s1',
        '  done(("end"))',
        '  start --> s0',
        '  s1 --> done',
      ]),
    );
    expect(toMermaid(outer)).toContain('s0[["each<br/>workflow inner@^1');
  });

  it('draws a bare list, waits of each kind, and what is wrong', () => {
    const list = [
      { sleep: { until: '${ input.at }' } },
      { signal: 'go', after: ['unknown', 'step-1', 'step-1'] },
      { signal: { name: 'paid' }, when: false },
    ];
    expect(toMermaid(list)).toBe(
      chartOf([
        'flowchart TD',
        '  start(("list"))',
        '  s0(["step-1<br/>sleeps until input.at"])',
        '  s1[/"step-2<br/>waits for go"/]',
        '  s2[/"step-3<br/>waits for paid<br/>when false"/]',
        '  s0 --> s1',
        '  s1 --> s2',
        '  done(("end"))',
        '  start --> s0',
        '  s2 --> done',
      ]),
    );
  });

  it('draws a run: who did what, how far it is, and what was undone', () => {
    const runSteps = [
      runStep('research', 'succeeded', { agent: 'pro', version: '2.0.0' }),
      runStep('research~undo', 'succeeded'),
      runStep('rivals', 'skipped', { agent: 'fast' }),
      runStep('rivals~fallback/x', 'failed'),
      runStep('approve', 'waiting'),
      runStep('write', 'pending'),
    ];
    const chart = toMermaid(brief, { runSteps });
    expect(chart).toContain('s0["research<br/>web_research<br/>succeeded<br/>by pro@2.0.0<br/>undone"]');
    expect(chart).toContain('optional<br/>skipped<br/>by fast"]');
    expect(chart).toContain('asks: Publish?<br/>waiting"}}');
    for (const line of ['class s0 succeeded', 'class s1 skipped', 'class s2 waiting', 'class s3 pending']) {
      expect(chart).toContain(`  ${line}\n`);
    }
    expect(chart).toContain('classDef waiting fill:');
    expect(chart).not.toContain('classDef failed');
  });

  it('draws the steps of all items as one, by the status that tells most', () => {
    const runSteps = [
      runStep('each', 'running'),
      runStep('each[0]', 'succeeded', { item: 0 }),
      runStep('each[0]/one', 'succeeded'),
      runStep('each[0]/two', 'skipped'),
      runStep('each[1]', 'running', { item: 1 }),
      runStep('each[1]#2/one', 'failed'),
      runStep('each[1]/two', 'succeeded'),
      runStep('step-2', 'succeeded'),
    ];
    const chart = toMermaid(outer, { runSteps, findWorkflow: () => inner });
    expect(chart).toContain('for each of input.list<br/>running<br/>1 of 2 items done"]');
    expect(chart).toContain('class s0_0 failed');
    expect(chart).toContain('class s0_1,s1 succeeded');
    expect(chart).toContain('class s0 running');
  });

  it('keeps one that runs itself a box, and stays small however much it is asked to draw', () => {
    const endless: WorkflowDefinition = {
      name: 'endless',
      steps: Array.from({ length: 100 }, () => ({ workflow: 'endless' })),
    };
    expect(toMermaid(endless, { findWorkflow: () => endless })).not.toContain('subgraph');
    const ever = (): WorkflowDefinition => ({ ...endless, steps: [...endless.steps] });
    expect(toMermaid(endless, { findWorkflow: ever }).split('\n').length).toBeLessThan(5_000);
  });
});

describe('a hostile text', () => {
  const HOSTILE = [
    'a"] --> evil["b',
    'end',
    '`**bold**`',
    '<img src=x onerror=alert(1)>',
    '%%{init: {"securityLevel": "loose"}}%%',
    'a\nclick s0 "javascript:alert(1)"',
    'a\u2028click s0 call evil()',
    '#quot;] --> evil',
    '&quot;&#34;',
    'a;b',
    'x|y|z',
    '[[[({{}})]]]',
    '\u0000\u0007\u{1f600}',
    '[l](javascript:alert(1))',
  ];
  const drawn = (text: string): string =>
    toMermaid({
      name: text,
      version: text,
      steps: [
        { id: text, capability: text, agent: text, when: text, optional: true },
        { id: `${text}2`, approval: { message: text } },
        { workflow: text, forEach: { items: [text] }, compensate: { capability: text } },
      ],
    });

  /** Every line is one that the chart itself writes, with nothing but plain characters and entities in its quotes. */
  const LINE =
    /^(?:flowchart TD|\s+(?:start\(\("L"\)\)|done\(\("L"\)\)|s\d\["L"\]|s\d\{\{"L"\}\}|s\d\[\["L"\]\]|\w+ --> \w+))$/;
  const LABEL = /"(?:[\p{L}\p{M}\p{N} _\-.,:@/()^+=!?']|#\d+;|<br\/>)*"/gu;

  const strayLines = (chart: string): string[] => {
    const lines = chart.trimEnd().split('\n');
    return lines.length === 10 ? lines.filter((line) => !LINE.test(line.replaceAll(LABEL, '"L"'))) : lines;
  };

  it.each(HOSTILE)('stays within its label: %j', (text) => {
    expect(strayLines(drawn(text))).toEqual([]);
  });

  it('stays within its label, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(strayLines(drawn(text))).toEqual([]);
      }),
    );
  });

  it('leaves no label empty', () => {
    expect(toMermaid([{ id: '\u0000', capability: ' ' }])).toContain('s0[" "]');
  });

  it('is cut where it is longer than a box should be', () => {
    expect(escapeLine('x'.repeat(100))).toBe(`${'x'.repeat(79)}#8230;`);
    expect(escapeLine('\u{1f600}'.repeat(80))).toBe('#128512;'.repeat(80));
  });
});
