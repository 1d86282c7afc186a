import { capability, dataType, type Contract, type Match } from '../../agents/index.js';
import { z } from 'zod';
import { ContractMatches } from './contract-matches.js';

const contractOf = (name: string): Contract =>
  capability({ name, description: name, input: dataType(name, z.string()), output: z.string() }).contract;

const fits = (type: string): Match => ({ ok: true, type, value: '' });
const misfit: Match = { ok: false, issues: [] };

describe('ContractMatches', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(contractOf) as [Contract, Contract, Contract];

  it('keeps how the input matched each contract, and the latest of it', () => {
    const matches = new ContractMatches();
    expect([matches.get(a), matches.all()]).toEqual([undefined, []]);
    matches.set(a, misfit);
    matches.set(b, misfit);
    matches.set(b, fits('b'));
    matches.set(a, fits('a'));
    expect([matches.get(a), matches.get(b), matches.get(c)]).toEqual([fits('a'), fits('b'), undefined]);
    expect(matches.all()).toEqual([fits('a'), fits('b')]);
  });

  it('finds the first one that fits', () => {
    const matches = new ContractMatches();
    matches.set(a, misfit);
    expect(matches.findFit()).toBeUndefined();
    matches.set(b, fits('b'));
    matches.set(c, fits('c'));
    expect(matches.findFit()).toEqual(fits('b'));
  });
});
