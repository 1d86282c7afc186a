import { z } from 'zod';
import { capability, findEstimateProblem, isCapability, openCapability, OPEN_TYPE } from './capability.js';
import { dataType } from './data-type.js';
import { isName } from './names.js';
import { allOf, anyOf } from './type-sets.js';

const Query = dataType('query', z.string());
const Report = dataType('report', z.object({ text: z.string() }));
const Summary = dataType('summary', z.object({ short: z.string() }));

/** A correct definition with some members changed, rightly or wrongly. */
function definitionWith(changes: Record<string, unknown> = {}): Parameters<typeof capability>[0] {
  return { name: 'research', description: 'Finds out.', input: Query, output: Report, ...changes };
}

describe('capability', () => {
  it('keeps what it is told, frozen', () => {
    const research = capability(definitionWith({ requiredContext: [Summary], estimatedCostUsd: 0.02 }));
    expect(research).toMatchObject({ name: 'research', description: 'Finds out.', estimatedCostUsd: 0.02 });
    expect(research.requiredContext).toEqual([Summary]);
    expect(Object.isFrozen(research) && Object.isFrozen(research.contract)).toBe(true);
    expect(isCapability(research)).toBe(true);
  });

  it('reads one type as the only alternative', () => {
    const { contract } = capability(definitionWith());
    expect(contract.mode).toBe('any');
    expect([...contract.inputs]).toEqual([['query', Query]]);
    expect(contract.outputs).toEqual([Report]);
  });

  it('reads alternatives in order', () => {
    const { contract } = capability(
      definitionWith({ input: anyOf(Report, Query), output: anyOf(Summary, Report) }),
    );
    expect([...contract.inputs.keys()]).toEqual(['report', 'query']);
    expect(contract.outputs).toEqual([Summary, Report]);
  });

  it('reads a required set by its members', () => {
    const { contract } = capability(definitionWith({ input: allOf({ topic: Query, draft: Report }) }));
    expect(contract.mode).toBe('all');
    expect([...contract.inputs]).toEqual([
      ['topic', Query],
      ['draft', Report],
    ]);
  });

  it('names bare schemas after itself', () => {
    const { contract } = capability(definitionWith({ input: z.string(), output: z.number() }));
    expect([...contract.inputs.keys()]).toEqual(['research_input']);
    expect(contract.outputs.map(({ name }) => name)).toEqual(['research_output']);
  });

  it.each(['x'.repeat(64), `${'x'.repeat(56)}_tail`, `${'x'.repeat(55)}-a`])(
    'names bare schemas validly under the long name %p',
    (name) => {
      const { contract } = capability(definitionWith({ name, input: z.string(), output: z.number() }));
      expect([...contract.inputs.keys(), ...contract.outputs.map((type) => type.name)].every(isName)).toBe(
        true,
      );
    },
  );

  it.each([
    ['a wrong name', { name: 'Web Research' }, 'its name must be'],
    ['no name', { name: undefined }, 'of type undefined'],
    ['an empty description', { description: '  ' }, 'its description is empty'],
    ['no description', { description: undefined }, 'its description is empty'],
    ['an input that is no type', { input: 'query' }, 'its input is no data type'],
    ['an output that is no type', { output: undefined }, 'its output is no data type'],
    ['a required set as output', { output: allOf({ report: Report }) }, 'its output is no data type'],
    ['context that is no type', { requiredContext: [Query, 'report'] }, 'requiredContext must be a list'],
    ['context with a gap', { requiredContext: [undefined] }, 'requiredContext must be a list'],
    ['context that is no list', { requiredContext: Query }, 'requiredContext must be a list'],
    ['a wrong estimate', { estimatedCostUsd: -1 }, 'estimatedCostUsd is -1'],
  ])('refuses %s', (_, changes, problem) => {
    const declare = (): unknown => capability(definitionWith(changes));
    expect(declare).toThrow(problem);
    expect(declare).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID', kind: 'definition' }));
  });

  it.each([undefined, null, 'research'])('refuses %p as a definition', (definition) => {
    expect(() => capability(definition as never)).toThrow('it is no definition');
  });
});

describe('openCapability', () => {
  it('takes and gives any JSON', () => {
    const greet = openCapability('greet');
    expect(greet.name).toBe('greet');
    expect([...greet.contract.inputs.values()]).toEqual([OPEN_TYPE]);
    expect(greet.contract.outputs).toEqual([OPEN_TYPE]);
  });
});

describe('isCapability', () => {
  it.each([undefined, null, 'research', {}, definitionWith()])('tells %p apart', (value) => {
    expect(isCapability(value)).toBe(false);
  });
});

describe('findEstimateProblem', () => {
  it.each([
    {},
    { estimatedDurationMs: 0, estimatedCostUsd: 0, estimatedSuccessRatio: 0 },
    { estimatedDurationMs: 1e9, estimatedCostUsd: 1e9, estimatedSuccessRatio: 1 },
  ])('finds none in %p', (estimates) => {
    expect(findEstimateProblem(estimates)).toBeUndefined();
  });

  it.each([
    { estimatedDurationMs: -1 },
    { estimatedDurationMs: Infinity },
    { estimatedDurationMs: '5' },
    { estimatedCostUsd: NaN },
    { estimatedCostUsd: null },
    { estimatedSuccessRatio: 1.01 },
    { estimatedSuccessRatio: -0.01 },
    { estimatedSuccessRatio: '0.5' },
    { estimatedSuccessRatio: null },
  ])('finds one in %p', (estimates) => {
    const [field, value] = Object.entries(estimates)[0] as [string, unknown];
    expect(findEstimateProblem(estimates as object)).toContain(`${field} is ${String(value)}`);
  });
});
