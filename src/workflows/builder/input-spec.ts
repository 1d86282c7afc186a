import { isDataType, type DataType } from '../../agents/index.js';
import type { SchemaInput } from '../../common/index.js';
import type { InputMember } from '../../orchestration/index.js';
import { BuilderError } from './builder.errors.js';
import type { InputSpec, OptionalMember } from './builder.types.js';

/**
 * A member of a workflow's input that need not be given, with what is taken then. Without a default, steps see that it may be
 * missing.
 * @example workflow('brief').input({ topic: SearchQuery, tone: optional(Tone, 'dry') })
 * @publicApi
 */
export function optional<D extends DataType>(type: D): OptionalMember<D, false>;
export function optional<D extends DataType>(
  type: D,
  byDefault: SchemaInput<D['schema']>,
): OptionalMember<D, true>;
export function optional<D extends DataType>(
  type: D,
  ...rest: [SchemaInput<D['schema']>?]
): OptionalMember<D> {
  return rest.length === 0 ? { type, hasDefault: false } : { type, hasDefault: true, default: rest[0] };
}

/** The written form of a workflow's input. @throws BUILDER_MISUSED */
export function writeInput(spec: InputSpec): Record<string, InputMember> {
  return Object.fromEntries(Object.entries(spec).map(([name, member]) => [name, writeMember(name, member)]));
}

function writeMember(name: string, member: DataType | OptionalMember): InputMember {
  if (isDataType(member)) return member.name;
  const { type, hasDefault } = member ?? {};
  if (!isDataType(type)) {
    throw new BuilderError(
      `the member "${name}" of the input is no data type; pass one, or optional(type), made by dataType()`,
    );
  }
  const { name: typeName } = type;
  return hasDefault
    ? { type: typeName, optional: true, default: member.default }
    : { type: typeName, optional: true };
}
