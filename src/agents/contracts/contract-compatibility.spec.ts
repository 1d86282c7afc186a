import fc from 'fast-check';
import { z } from 'zod';
import { capability, type Capability } from './capability.js';
import { compareContracts } from './contract-compatibility.js';
import { dataType, type DataType } from './data-type.js';
import { allOf, anyOf, type InputSpec, type OutputSpec } from './type-sets.js';

function contractWith(input: InputSpec, output: OutputSpec): Capability {
  return capability({ name: 'work', description: 'Works.', input, output });
}

// A new type each time: what counts is the shape, not the object.
const shapes = {
  text: () => z.string(),
  number: () => z.number(),
  record: () => z.object({ a: z.string() }),
};
const types = fc
  .record({ name: fc.constantFrom('t1', 't2', 't3'), shape: fc.constantFrom('text', 'number', 'record') })
  .map(({ name, shape }): DataType => dataType(name, shapes[shape]()));
const alternatives = fc
  .uniqueArray(types, { minLength: 1, maxLength: 3, selector: ({ name }) => name })
  .map((list) => anyOf(...(list as [DataType, ...DataType[]])));
const requiredSets = fc
  .dictionary(fc.constantFrom('x', 'y', 'z'), types, { minKeys: 1, maxKeys: 3 })
  .map((parts) => allOf(parts));
const contracts = fc
  .tuple(fc.oneof(types, alternatives, requiredSets), fc.oneof(types, alternatives))
  .map(([input, output]) => contractWith(input, output));

const Text = dataType('text', z.string());
const Count = dataType('count', z.number());
const Mail = dataType('mail', z.email());

describe('compareContracts', () => {
  it('finds every contract the same as itself', () => {
    fc.assert(
      fc.property(contracts, (contract) => {
        const { input, output } = contract;
        expect(compareContracts(contract, contract)).toEqual({ kind: 'same' });
        expect(compareContracts(contract, contractWith(input, output))).toEqual({ kind: 'same' });
      }),
    );
  });

  it('finds the same in both directions', () => {
    fc.assert(
      fc.property(contracts, contracts, (a, b) => {
        expect(compareContracts(a, b).kind).toBe(compareContracts(b, a).kind);
      }),
    );
  });

  it('lists at least one difference of all that conflict, and as many in both directions', () => {
    fc.assert(
      fc.property(contracts, contracts, (a, b) => {
        const forth = compareContracts(a, b);
        const back = compareContracts(b, a);
        if (forth.kind !== 'conflicting' || back.kind !== 'conflicting') return;
        expect(forth.differences.length).toBeGreaterThan(0);
        expect(forth.differences).toHaveLength(back.differences.length);
      }),
    );
  });

  it('takes types of one shape for the same, in whatever order it is written', () => {
    const one = dataType('pair', z.object({ a: z.string(), b: z.enum(['x', 'y']) }));
    const other = dataType('pair', z.object({ b: z.enum(['y', 'x']), a: z.string() }));
    expect(compareContracts(contractWith(one, Text), contractWith(other, Text))).toEqual({ kind: 'same' });
  });

  it('keeps the order where it matters', () => {
    const one = dataType('pair', z.tuple([z.string(), z.number()]));
    const other = dataType('pair', z.tuple([z.number(), z.string()]));
    expect(compareContracts(contractWith(one, Text), contractWith(other, Text)).kind).toBe('conflicting');
  });

  it('takes two types of one schema for the same', () => {
    const opaque = z.date();
    const pair = [dataType('day', opaque), dataType('day', opaque)].map((type) => contractWith(type, Text));
    expect(compareContracts(pair[0]!, pair[1]!)).toEqual({ kind: 'same' });
  });

  it('takes schemas without a JSON form for different ones', () => {
    const pair = [dataType('day', z.date()), dataType('day', z.date())].map((type) =>
      contractWith(type, Text),
    );
    expect(compareContracts(pair[0]!, pair[1]!)).toEqual({
      kind: 'conflicting',
      differences: ['the input "day" has two different schemas'],
    });
  });

  it('sees what callers may pass as well as what handlers get', () => {
    const plain = dataType('flag', z.object({ on: z.boolean() }));
    const lenient = dataType('flag', z.object({ on: z.boolean().default(true) }));
    expect(compareContracts(contractWith(plain, Text), contractWith(lenient, Text)).kind).toBe('conflicting');
  });

  it('finds a contract with more alternatives compatible', () => {
    const narrow = contractWith(Text, Count);
    expect(compareContracts(narrow, contractWith(anyOf(Text, Mail), Count))).toEqual({ kind: 'compatible' });
    expect(compareContracts(narrow, contractWith(Text, anyOf(Mail, Count)))).toEqual({ kind: 'compatible' });
    expect(
      compareContracts(contractWith(anyOf(Text, Mail), Count), contractWith(anyOf(Text, Count), Count)),
    ).toEqual({ kind: 'compatible' });
  });

  it('takes alternatives in another order for the same', () => {
    expect(
      compareContracts(contractWith(anyOf(Text, Mail), Count), contractWith(anyOf(Mail, Text), Count)),
    ).toEqual({ kind: 'same' });
  });

  it('finds outputs of as many, other types compatible, not the same', () => {
    expect(
      compareContracts(contractWith(Text, anyOf(Text, Mail)), contractWith(Text, anyOf(Text, Count))),
    ).toEqual({ kind: 'compatible' });
  });

  it('finds a required set the same whatever the order of its members', () => {
    const forth = contractWith(allOf({ a: Text, b: Count }), Text);
    expect(compareContracts(forth, contractWith(allOf({ b: Count, a: Text }), Text))).toEqual({
      kind: 'same',
    });
  });

  it('lists every difference', () => {
    const OtherText = dataType('text', z.string().max(3));
    const OtherCount = dataType('count', z.string());
    expect(compareContracts(contractWith(Text, Count), contractWith(OtherText, OtherCount))).toEqual({
      kind: 'conflicting',
      differences: [
        'the input "text" has two different schemas',
        'the output "count" has two different schemas',
      ],
    });
  });

  it.each([
    ['types without overlap', Text, Count, 'they share no input type'],
    ['alternatives and a set', Text, allOf({ text: Text }), 'one takes alternatives'],
    ['a larger set', allOf({ a: Text }), allOf({ a: Text, b: Count }), 'differ: (a) and (a, b)'],
    ['a smaller set', allOf({ a: Text, b: Count }), allOf({ a: Text }), 'differ: (a, b) and (a)'],
    [
      'a member of another type',
      allOf({ a: Text }),
      allOf({ a: Mail }),
      'is of type text in one, of type mail',
    ],
  ])('finds %s conflicting', (_, a, b, difference) => {
    const compared = compareContracts(contractWith(a, Text), contractWith(b, Text));
    expect(compared).toEqual({ kind: 'conflicting', differences: [expect.stringContaining(difference)] });
  });

  it('finds outputs without overlap conflicting', () => {
    expect(compareContracts(contractWith(Text, Text), contractWith(Text, Count))).toEqual({
      kind: 'conflicting',
      differences: ['they share no output type'],
    });
  });
});
