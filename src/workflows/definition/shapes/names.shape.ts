import semver from 'semver';
import { isName, NAME_RULE } from '../../../agents/index.js';
import { listOf, oneOrMore, text, textOf, type Shape, type TextRule } from './shapes.js';

/** As `isName` of agents has it. */
const NAME_SCHEMA = { pattern: '^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$', maxLength: 64 };

/** Names that expressions have for something else, or that CEL keeps for itself (CEL specification, "Syntax"). */
const TAKEN_NAMES: ReadonlySet<string> = new Set(
  (
    'input steps run index iteration previous output error ' +
    'true false null in as break const continue else for function if import let loop package namespace return var void while'
  ).split(' '),
);

export const name = textOf({ code: 'NAME_INVALID', rule: NAME_RULE, accepts: isName, schema: NAME_SCHEMA });

/** Whatever is wrong with an id is one problem. */
export const stepId: Shape<string> = {
  schema: name.schema,
  read: (value, report) => {
    if (isName(value)) return value;
    report('ID_INVALID', '', NAME_RULE);
    return undefined;
  },
};

/** `name` or `name@range`. Whether there is such a thing is checked later, and the range with it. */
export const reference = text(200);

export const version = textOf({
  code: 'VERSION_INVALID',
  rule: 'must be a semantic version, such as 1.0.0',
  accepts: (written) => written.length <= 100 && semver.valid(written) === written,
  // The suggested expression of semver.org, without its groups.
  schema: {
    pattern: String.raw`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-((0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$`,
    maxLength: 100,
  },
});

/** How expressions call an item: a name that is not taken. */
export const itemName = textOf({
  code: 'NAME_INVALID',
  rule: 'must be a letter, then letters, digits or "_", at most 64 in all, and no word that expressions use already',
  accepts: (written) => /^[A-Za-z]\w{0,63}$/.test(written) && !TAKEN_NAMES.has(written),
  schema: { pattern: String.raw`^[A-Za-z]\w{0,63}$`, not: { enum: [...TAKEN_NAMES] } },
});

/** Members of an input are named by their users' data, so these names are wide. */
export const memberName: TextRule = {
  code: 'NAME_INVALID',
  rule: 'must be a letter, then letters, digits, "_" or "-", at most 64 in all',
  accepts: (written) => /^[A-Za-z][\w-]{0,63}$/.test(written),
  schema: { pattern: String.raw`^[A-Za-z][\w-]{0,63}$` },
};

export const tags = listOf(text(100), 50);

export const regions = listOf(text(100), 50);

/** One region or several. */
export const places = oneOrMore(text(100), 50);
