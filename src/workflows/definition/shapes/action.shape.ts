import type { TaskAction, WorkflowAction } from '../../../orchestration/index.js';
import * as names from './names.shape.js';
import type { Report } from '../problem-list.js';
import {
  anything,
  duration,
  fieldsOf,
  isObject,
  objectOf,
  objectSchema,
  oneOf,
  readFields,
  reportUnknownFields,
  shortOrFull,
  text,
  type Field,
  type Fields,
  type JsonSchema,
  type Shape,
} from './shapes.js';

/** What a step can do. */
export type ActionKind = 'task' | 'workflow' | 'sleep' | 'approval' | 'signal';

const input: Field = {
  shape: anything,
  description:
    'JSON whose texts may hold expressions: "${ steps.research.output }". Default: the item of a forEach, or else the output of the step that it follows, or else the input of the workflow.',
};

const TASK_FIELDS = {
  capability: {
    shape: names.reference,
    description: 'What is to be done; the agent is chosen when the step begins.',
  },
  agent: { shape: names.reference, description: 'Pins the step to an agent: name or name@range.' },
  input,
  task: { shape: anything, description: 'Another word for input.' },
  inputType: { shape: text(1_000), description: 'Says of which data type the input is, where several fit.' },
  strategy: { shape: names.reference, description: 'How an agent is chosen, such as least-loaded.' },
  priority: {
    shape: oneOf('normal', 'urgent'),
    description: 'urgent: the fastest agent.',
    default: 'normal',
  },
  criticality: {
    shape: oneOf('normal', 'critical'),
    description: 'critical: the most reliable agent, also for an urgent step.',
    default: 'normal',
  },
  region: { shape: text(100), description: 'Only agents of this very region.' },
  residency: { shape: names.places, description: 'Where the step must not leave; eu-west lies in eu.' },
  preferredRegions: { shape: names.regions, description: 'Nearest first; the others are the failover.' },
  tags: { shape: names.tags, description: 'Only agents with all of these tags.' },
  whenUnavailable: {
    shape: oneOf('alternative', 'queue', 'skip', 'fail'),
    description:
      'What happens when nobody can serve. Default: alternative, for a pinned step fail. queue lets the run wait.',
  },
  queueTimeout: { shape: duration(0), description: 'How long queue waits for an agent.', default: '24h' },
} satisfies Record<string, Field>;

const WORKFLOW_FIELDS = {
  workflow: {
    shape: names.reference,
    description: 'Runs another workflow inside of this run: name or name@range.',
  },
  input,
} satisfies Record<string, Field>;

/** A duration, or expressions that give one: which of the two is seen when it is compiled. */
const sleepText: Shape<string> = {
  schema: { type: 'string', minLength: 1, maxLength: 4_200 },
  read: (value, report) => {
    const isExpression = typeof value === 'string' && value.includes('${');
    return (isExpression ? text(4_200) : duration(0)).read(value, report);
  },
};

const sleep = shortOrFull(
  sleepText,
  objectOf<{ until: unknown }>(
    'a sleep',
    fieldsOf({
      until: {
        shape: anything,
        isRequired: true,
        description:
          'The instant to wait for, or an expression that gives it: ISO 8601, or milliseconds since the epoch.',
      },
    }),
  ),
);

const approval = objectOf<object>(
  'an approval',
  fieldsOf({
    message: {
      shape: text(10_000),
      isRequired: true,
      description: 'What the person is asked; may hold expressions.',
    },
    timeout: { shape: duration(1), description: 'Default: no limit but the run’s own.' },
    onTimeout: {
      shape: oneOf('fail', 'approve', 'reject'),
      description: 'What a timeout means.',
      default: 'fail',
    },
    onReject: {
      shape: oneOf('fail', 'continue'),
      description: 'What a rejection means. With continue the output says approved: false.',
      default: 'fail',
    },
  }),
);

const signal = shortOrFull<string, object>(
  names.name,
  objectOf(
    'a signal',
    fieldsOf({
      name: { shape: names.name, isRequired: true, description: 'The name of the event.' },
      type: { shape: names.reference, description: 'Data type of what comes with it; another is refused.' },
      timeout: { shape: duration(1), description: 'Default: no limit but the run’s own.' },
      onTimeout: {
        shape: oneOf('fail', 'continue'),
        description: 'What a timeout means. With continue the output is null.',
        default: 'fail',
      },
    }),
  ),
);

/** Its fields, and those of them that say what it is about; one of these it must have. */
interface ActionForm {
  readonly fields: Fields;
  readonly subjects: readonly string[];
}

const FORMS: Readonly<Record<ActionKind, ActionForm>> = {
  task: { fields: fieldsOf(TASK_FIELDS), subjects: ['capability', 'agent'] },
  workflow: { fields: fieldsOf(WORKFLOW_FIELDS), subjects: ['workflow'] },
  sleep: {
    fields: fieldsOf({
      sleep: { shape: sleep, description: 'Waits: a duration, or an expression that gives one.' },
    }),
    subjects: ['sleep'],
  },
  approval: {
    fields: fieldsOf({
      approval: {
        shape: approval,
        description: 'Waits for a person. Its output is { approved, comment?, by? }.',
      },
    }),
    subjects: ['approval'],
  },
  signal: {
    fields: fieldsOf({
      signal: { shape: signal, description: 'Waits for a named event. Its output is what came with it.' },
    }),
    subjects: ['signal'],
  },
};

const ALL_KINDS = Object.keys(FORMS) as readonly ActionKind[];
const SUBSTITUTE_KINDS: readonly ActionKind[] = ['task', 'workflow'];

/** The fields of several kinds of action in one list. */
function fieldsOfKinds(kinds: readonly ActionKind[]): Fields {
  return new Map(kinds.flatMap((kind) => [...FORMS[kind].fields]));
}

/** All that a step can say of what it does. */
export const ACTION_FIELDS: Fields = fieldsOfKinds(ALL_KINDS);
const SUBSTITUTE_FIELDS = fieldsOfKinds(SUBSTITUTE_KINDS);

/** What an action that was read does; `undefined` for one that was not fine. */
export function actionKindOf(action: object): ActionKind | undefined {
  return ALL_KINDS.find((kind) => hasAny(action, FORMS[kind].subjects));
}

/**
 * Reads what an object says of an action, and nothing else of it. Empty when it does not say clearly what it does: then no
 * more can be said of it.
 */
export function readAction(
  value: object,
  kinds: readonly ActionKind[],
  report: Report,
): Record<string, unknown> {
  const kind = findKind(value, kinds, report);
  if (kind === undefined) return {};
  const { fields, subjects } = FORMS[kind];
  reportMisplaced(value, kind, report);
  const read = readFields(fields, value, report);
  if (read['task'] !== undefined && read['input'] !== undefined) {
    report('INPUT_TWICE', '.task', 'means the same as input; keep one of them');
  }
  const { task, ...action } = read;
  if (task !== undefined && action['input'] === undefined) action['input'] = task;
  return subjects.some((subject) => Object.hasOwn(value, subject) && !Object.hasOwn(read, subject))
    ? {}
    : action;
}

function findKind(value: object, kinds: readonly ActionKind[], report: Report): ActionKind | undefined {
  const found = kinds.filter((kind) => hasAny(value, FORMS[kind].subjects));
  const [kind, other] = found;
  if (kind === undefined) {
    const others = kinds.filter((known) => known !== 'task').join(', ');
    report('NO_TARGET', '', `needs a capability or an agent, or else one of: ${others}`);
    return undefined;
  }
  if (other === undefined) return kind;
  const subjects = found.map((each) => FORMS[each].subjects.find((subject) => Object.hasOwn(value, subject)));
  report(
    'ACTIONS_MIXED',
    `.${subjects[1]}`,
    `cannot stand beside ${subjects[0]}: a step does one thing; make it two`,
  );
  return undefined;
}

/** Fields that no action has are reported elsewhere. */
function reportMisplaced(value: object, kind: ActionKind, report: Report): void {
  const { fields, subjects } = FORMS[kind];
  for (const field of Object.keys(value)) {
    if (!ACTION_FIELDS.has(field) || fields.has(field)) continue;
    report('FIELD_MISPLACED', `.${field}`, `means nothing beside ${subjects[0]}; remove it`);
  }
}

function hasAny(value: object, fields: readonly string[]): boolean {
  return fields.some((field) => Object.hasOwn(value, field));
}

/** The JSON Schema of objects that do one thing, for those with these fields besides. */
export function actionSchema(kinds: readonly ActionKind[], frame: Fields): JsonSchema {
  const all = fieldsOfKinds(kinds);
  const choices = kinds.map((kind) => {
    const { fields, subjects } = FORMS[kind];
    const others = [...all.keys()].filter((field) => !fields.has(field));
    return {
      title: kind,
      anyOf: subjects.map((subject) => ({ required: [subject] })),
      properties: Object.fromEntries(others.map((field) => [field, false])),
    };
  });
  return {
    ...objectSchema(new Map([...frame, ...all])),
    oneOf: choices,
    not: { required: ['input', 'task'] },
  };
}

/** A task or a workflow that takes the place of a step, or undoes it. */
export const substitute: Shape<TaskAction | WorkflowAction> = {
  schema: actionSchema(SUBSTITUTE_KINDS, new Map()),
  read: (value, report) => {
    if (!isObject(value)) {
      report('WRONG_TYPE', '', 'must be an object with a capability, an agent or a workflow');
      return undefined;
    }
    reportUnknownFields('a substitute', SUBSTITUTE_FIELDS, value, report);
    const action = readAction(value, SUBSTITUTE_KINDS, report);
    return actionKindOf(action) === undefined
      ? undefined
      : Object.freeze(action as unknown as TaskAction | WorkflowAction);
  },
};

export const STEP_KINDS = ALL_KINDS;
