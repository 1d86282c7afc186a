import { OPEN_TYPE, type Contract } from '../../agents/index.js';
import type { DefinitionDraft } from '../definition/read-definition.js';

/** What is known, before a run, of data that will flow from one place to another. */
export type Flow =
  | { readonly kind: 'unknown' }
  /** There will be none. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'value'; readonly value: unknown }
  /** A value of one of these data types. */
  | { readonly kind: 'types'; readonly types: ReadonlySet<string>; readonly maker: string }
  /** Something like one of these, which is of no data type. */
  | {
      readonly kind: 'samples';
      readonly samples: readonly unknown[];
      readonly label: string;
      readonly maker: string;
    }
  /** An object that is made member by member. */
  | { readonly kind: 'members'; readonly members: ReadonlyMap<string, Flow> };

export const UNKNOWN: Flow = { kind: 'unknown' };

/** What an approval may give. */
export const APPROVAL_FLOW: Flow = {
  kind: 'samples',
  samples: [{ approved: true }, { approved: true, comment: 'fine', by: 'somebody' }],
  label: 'the answer of a person, { approved, comment?, by? }',
  maker: 'the step before makes',
};

/** @param maker who has it, and the verb: `the step before makes` */
export function typesFlow(types: Iterable<string>, maker: string): Flow {
  const names = new Set(types);
  // An open type may hold anything, so only the run can tell.
  return names.has(OPEN_TYPE.name) || names.size === 0 ? UNKNOWN : { kind: 'types', types: names, maker };
}

export function outputFlow(contracts: readonly Contract[]): Flow {
  const names = contracts.flatMap(({ outputs }) => outputs.map(({ name }) => name));
  return typesFlow(names, 'the step before makes');
}

/** What comes from one of two makers. */
export function eitherFlow(one: Flow, other: Flow): Flow {
  if (one.kind !== 'types' || other.kind !== 'types') return UNKNOWN;
  return { ...one, types: new Set([...one.types, ...other.types]) };
}

/** The same data, under another name of its maker. */
export function fromMaker(flow: Flow, maker: string): Flow {
  return flow.kind === 'types' || flow.kind === 'samples' ? { ...flow, maker } : flow;
}

/** What a workflow takes, by its members. */
export function declaredFlows(members: DefinitionDraft['head']['input'] = {}): ReadonlyMap<string, Flow> {
  const flows = Object.entries(members).map(([name, member]) => {
    const type = typeof member === 'string' ? member : member.type;
    return [name, typesFlow([type], `the member "${name}" of the input is`)] as const;
  });
  return new Map(flows);
}
