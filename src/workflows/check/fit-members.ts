import {
  describeIssues,
  didYouMean,
  jsonPath,
  nearestNames,
  validate,
  type SchemaIssue,
} from '../../common/index.js';
import type { InputMember } from '../../orchestration/index.js';
import { isObject } from '../definition/shapes/shapes.js';
import { within, type Report } from '../definition/problem-list.js';
import type { DataTypes } from './data-types.js';
import { checkTyped } from './fit-contracts.js';
import type { Flow } from './flow.js';

/** The members of a workflow's input, as they are declared. */
export type InputMembers = Readonly<Record<string, InputMember>>;

/** What a run is given, with defaults filled in; or why it does not fit. */
export type GivenInput =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** Holds the input of a run against what the workflow declares. */
export async function readGivenInput(
  members: InputMembers,
  given: unknown,
  types: DataTypes,
): Promise<GivenInput> {
  const value = given === undefined ? {} : given;
  if (!isObject(value)) {
    const names = Object.keys(members).join(', ');
    return { ok: false, issues: [{ path: '$', message: `must be an object with the members ${names}` }] };
  }
  const issues: SchemaIssue[] = [];
  await checkMembers(members, flowsOf(value), types, (_, place, message) => {
    issues.push({ path: `$${place}`, message });
  });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, value: Object.freeze({ ...defaultsOf(members), ...value }) };
}

/** Holds what another workflow is given by a step against what it declares. */
export async function checkNestedInput(
  members: InputMembers,
  flow: Flow,
  types: DataTypes,
  report: Report,
): Promise<void> {
  if (flow.kind === 'nothing') await checkMembers(members, new Map(), types, report);
  else if (flow.kind === 'members') await checkMembers(members, flow.members, types, report);
  else if (flow.kind === 'value') {
    if (isObject(flow.value)) await checkMembers(members, flowsOf(flow.value), types, report);
    else report('INPUT_INVALID', '', `must be an object with the members ${Object.keys(members).join(', ')}`);
  }
}

async function checkMembers(
  members: InputMembers,
  given: ReadonlyMap<string, Flow>,
  types: DataTypes,
  report: Report,
): Promise<void> {
  for (const name of given.keys()) {
    if (Object.hasOwn(members, name)) continue;
    const hint = didYouMean(nearestNames(name, Object.keys(members)));
    report('INPUT_INVALID', jsonPath([name]).slice(1), `is no member of this input.${hint}`);
  }
  for (const [name, member] of Object.entries(members)) {
    const flow = given.get(name);
    const inner = within(report, jsonPath([name]).slice(1));
    if (flow !== undefined) await checkMember(member, flow, types, inner);
    else if (isRequired(member)) inner('INPUT_INVALID', '', `is missing; it is a ${typeOf(member)}`);
  }
}

async function checkMember(member: InputMember, flow: Flow, types: DataTypes, report: Report): Promise<void> {
  const type = types.find(typeOf(member));
  if (type !== undefined) await checkTyped(type, flow, report);
}

function flowsOf(value: object): ReadonlyMap<string, Flow> {
  const members = Object.entries(value).filter(([, part]) => part !== undefined);
  return new Map(members.map(([name, part]) => [name, { kind: 'value', value: part }]));
}

function typeOf(member: InputMember): string {
  return typeof member === 'string' ? member : member.type;
}

function isRequired(member: InputMember): boolean {
  return typeof member === 'string' || (member.optional !== true && member.default === undefined);
}

function defaultsOf(members: InputMembers): Record<string, unknown> {
  const defaults = Object.entries(members).flatMap(([name, member]) =>
    typeof member === 'object' && member.default !== undefined ? [[name, member.default] as const] : [],
  );
  return Object.fromEntries(defaults);
}

/** Checks what a workflow says of its own input: data types that exist, and defaults of them. */
export async function checkDeclared(members: InputMembers, types: DataTypes, report: Report): Promise<void> {
  for (const [name, member] of Object.entries(members)) {
    const place = jsonPath(['input', name]).slice(1);
    const isFull = typeof member === 'object';
    const type = checkDataType(typeOf(member), types, within(report, isFull ? `${place}.type` : place));
    if (type === undefined || !isFull || member.default === undefined) continue;
    const result = await validate(type, member.default);
    const inner = within(report, `${place}.default`);
    if (!result.ok) inner('INPUT_INVALID', '', `is no ${type.name}: ${describeIssues(result.issues)}`);
  }
}

/** Finds a data type by its name, or reports that there is none. */
export function checkDataType(name: string, types: DataTypes, report: Report): ReturnType<DataTypes['find']> {
  const type = types.find(name);
  if (type === undefined) {
    const hint = didYouMean(nearestNames(name, types.names()));
    report('DATA_TYPE_UNKNOWN', '', `no capability takes or makes a "${name.slice(0, 80)}".${hint}`);
  }
  return type;
}
