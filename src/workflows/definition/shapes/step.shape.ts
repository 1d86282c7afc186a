import type {
  ActionDefinition,
  StepFrame,
  TaskAction,
  WorkflowAction,
} from '../../../orchestration/index.js';
import type { ApprovalAction, SignalAction, SleepAction } from '../../../orchestration/index.js';
import { RETRY_BOUNDS } from '../../../common/index.js';
import { ACTION_FIELDS, actionSchema, readAction, STEP_KINDS, substitute } from './action.shape.js';
import * as names from './names.shape.js';
import type { Report } from '../problem-list.js';
import {
  anything,
  duration,
  fieldsOf,
  flag,
  isObject,
  listOf,
  objectOf,
  oneOf,
  readFields,
  reportUnknownFields,
  shortOrFull,
  text,
  whole,
  type JsonSchema,
  type Shape,
} from './shapes.js';

/**
 * A step as it was read: only what is fine of it. Where something was not, problems were reported, and the rest serves to find
 * more. It always has an id.
 */
export type StepDraft = StepFrame &
  Partial<TaskAction & WorkflowAction & SleepAction & ApprovalAction & SignalAction> & {
    readonly id: string;
  };

const retryDelay = duration(0, RETRY_BOUNDS.maxDelayMs, '1h');

/** True, false, or a text with an expression, which is compiled later. */
const condition: Shape<string | boolean> = {
  schema: { type: ['boolean', 'string'], maxLength: 4_200 },
  read: (value, report) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') return text(4_200).read(value, report);
    report('WRONG_TYPE', '', 'must be true, false or an expression in ${ }');
    return undefined;
  },
};

const stepIds = listOf(text(64), 1_000);

/** A single id is a frequent mistake: it is told, and taken for a list of one where more is looked for. */
const after: Shape<readonly string[]> = {
  schema: stepIds.schema,
  read: (value, report) => {
    if (typeof value !== 'string') return stepIds.read(value, report);
    report('WRONG_TYPE', '', 'must be a list of step ids');
    return [value];
  },
};

const forEach = objectOf<object>(
  'forEach',
  fieldsOf({
    items: { shape: anything, isRequired: true, description: 'A list, or an expression that gives one.' },
    as: { shape: names.itemName, description: 'How expressions call the item.', default: 'item' },
    concurrency: { shape: whole(1, 100), description: 'Items at a time.', default: 10 },
  }),
);

const repeat = objectOf<object>(
  'repeat',
  fieldsOf({
    until: {
      shape: condition,
      isRequired: true,
      description: 'Ends the rounds when it holds; it sees output and iteration, which counts from 1.',
    },
    max: { shape: whole(1, 1_000), isRequired: true, description: 'Most rounds.' },
    delay: { shape: duration(0), description: 'Between two rounds; default none.' },
    onMax: {
      shape: oneOf('fail', 'continue'),
      description: 'What it means that the condition never held.',
      default: 'fail',
    },
  }),
);

const retry = objectOf<object>(
  'retry',
  fieldsOf({
    attempts: { shape: whole(1, RETRY_BOUNDS.maxAttempts), isRequired: true, description: 'Tries in all.' },
    backoff: {
      shape: oneOf('constant', 'exponential'),
      description: 'How the wait grows from try to try.',
      default: 'exponential',
    },
    delay: { shape: retryDelay, description: 'Before the second try.', default: '200ms' },
    maxDelay: { shape: retryDelay, description: 'What no wait exceeds.', default: '30s' },
    jitter: { shape: flag, description: 'Draws each wait at random, up to its length.', default: true },
  }),
);

const onError = shortOrFull<string, object>(
  oneOf('fail', 'continue'),
  objectOf(
    'onError',
    fieldsOf({
      fallback: {
        shape: substitute,
        isRequired: true,
        description: 'Done instead of the step; its expressions see error. Default input: that of the step.',
      },
    }),
  ),
);

const FRAME_FIELDS = fieldsOf({
  id: { shape: names.stepId, description: 'Unique in its workflow; default step-1, step-2 … by position.' },
  description: { shape: text(2_000), description: 'For people.' },
  after: {
    shape: after,
    description: 'The steps it follows; without it, the step above. An empty list lets it begin at once.',
  },
  when: { shape: condition, description: 'Skips the step where this is false.' },
  optional: {
    shape: flag,
    description: 'A failure is recorded as skipped and the run goes on.',
    default: false,
  },
  forEach: {
    shape: forEach,
    description: 'Does the step once for each item; its output is the list of theirs.',
  },
  repeat: {
    shape: repeat,
    description: 'Does the step again until a condition holds; the last output counts.',
  },
  retry: {
    shape: retry,
    description: 'Tries of the whole step, after all agents that could be asked have failed.',
  },
  timeout: { shape: duration(1), description: 'For the whole step, its tries, items and waits included.' },
  onError: {
    shape: onError,
    description: 'fail ends the run, continue goes on with null for an output, fallback asks somebody else.',
    default: 'fail',
  },
  compensate: {
    shape: substitute,
    description:
      'Undoes the step when the run fails or is canceled later; its expressions see output, the step’s own, which is its default input.',
  },
});

const STEP_FIELDS = new Map([...FRAME_FIELDS, ...ACTION_FIELDS]);

export const stepSchema: JsonSchema = actionSchema(STEP_KINDS, FRAME_FIELDS);

/** Reads a step that was copied; the id is left to whoever knows the other steps. */
export function readStep(value: unknown, report: Report): Partial<StepFrame & ActionDefinition> | undefined {
  if (!isObject(value)) {
    report('NOT_A_STEP', '', 'must be an object');
    return undefined;
  }
  reportUnknownFields('a step', STEP_FIELDS, value, report);
  const frame = readFields(FRAME_FIELDS, value, report);
  return { ...frame, ...readAction(value, STEP_KINDS, report) };
}
