import fc from 'fast-check';
import { fitsJsonSchema } from '../../../testing/json-schema-check.js';
import { readDefinition } from '../read-definition.js';
import { workflowJsonSchema } from './workflow.shape.js';

const fitsSchema = (document: unknown) => fitsJsonSchema(workflowJsonSchema, document);

/** What JSON Schema cannot say, or could say only in a way that helps nobody who writes. */
const BEYOND_SCHEMA = new Set(['ID_REPEATED', 'DURATION_INVALID', 'DOCUMENT_TOO_DEEP', 'DOCUMENT_TOO_LARGE']);
const DURATION_BOUND = /it must be at (?:least|most) \d/;

const name = fc.constantFrom('research', 'write', 'step-9', 'a1', 'web_research');
const reference = fc.constantFrom('writer', 'writer@^1.0.0', 'Any Text');
const duration = fc.constantFrom('500ms', '10s', '1.5m', '1h', '2h', '7d');
const json = fc.jsonValue({ maxDepth: 2 });
const condition = fc.constantFrom<unknown>(true, false, '${ input.n > 1 }');
const optionally = <T>(model: Record<string, fc.Arbitrary<T>>, requiredKeys: string[] = []) =>
  fc.record(model, { requiredKeys }) as fc.Arbitrary<Record<string, unknown>>;

const task = fc
  .tuple(
    fc.constantFrom('capability', 'agent', 'both'),
    fc.constantFrom('input', 'task', 'none'),
    optionally({
      inputType: fc.constant<unknown>('query'),
      strategy: fc.constant('first'),
      region: fc.constant('eu'),
      residency: fc.constantFrom<unknown[]>('eu', ['eu'], ['eu', 'us-east']),
      tags: fc.array(name, { maxLength: 3 }),
      whenUnavailable: fc.constantFrom('alternative', 'queue', 'skip', 'fail'),
      queueTimeout: duration,
    }),
    reference,
    json,
  )
  .map(([subject, inputName, rest, value, input]) => ({
    ...(subject === 'both' ? { capability: value, agent: value } : { [subject]: value }),
    ...(inputName !== 'none' && { [inputName]: input }),
    ...rest,
  }));
const nested = optionally({ workflow: reference, input: json }, ['workflow']);
const substitute = fc.oneof(task, nested);
const action = fc.oneof(
  task,
  nested,
  optionally(
    { sleep: fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(duration, fc.record({ until: json })) },
    ['sleep'],
  ),
  fc.record({
    approval: optionally(
      {
        message: fc.constant('Go on?'),
        timeout: duration,
        onTimeout: fc.constantFrom('fail', 'approve', 'reject'),
        onReject: fc.constantFrom('fail', 'continue'),
      },
      ['message'],
    ),
  }),
  fc.record({
    signal: fc.oneof(
      name,
      optionally({ name, type: name, timeout: duration, onTimeout: fc.constantFrom('fail', 'continue') }, [
        'name',
      ]),
    ),
  }),
);
const frame = optionally({
  id: name,
  description: fc.constant<unknown>('Does it.'),
  after: fc.array(name, { maxLength: 2 }),
  when: condition,
  optional: fc.boolean(),
  forEach: optionally(
    { items: json, as: fc.constant('entry'), concurrency: fc.integer({ min: 1, max: 100 }) },
    ['items'],
  ),
  repeat: optionally(
    {
      until: condition,
      max: fc.integer({ min: 1, max: 1_000 }),
      delay: duration,
      onMax: fc.constantFrom('fail', 'continue'),
    },
    ['until', 'max'],
  ),
  retry: optionally(
    {
      attempts: fc.integer({ min: 1, max: 20 }),
      backoff: fc.constantFrom('constant', 'exponential'),
      delay: fc.constantFrom<unknown>('10s', '1h'),
      maxDelay: fc.constantFrom('10s', '1h'),
      jitter: fc.boolean(),
    },
    ['attempts'],
  ),
  timeout: duration,
  onError: fc.oneof(fc.constantFrom<unknown>('fail', 'continue'), fc.record({ fallback: substitute })),
  compensate: substitute,
});
const step = fc.tuple(frame, action).map(([stand, act]): Record<string, unknown> => ({ ...stand, ...act }));
const steps = fc.uniqueArray(step, {
  minLength: 1,
  maxLength: 4,
  selector: (each) => each['id'] ?? fc.stringify(each),
});
const head = optionally(
  {
    $schema: fc.constant<unknown>('https://example.org/workflow.json'),
    name,
    version: fc.constantFrom('1.0.0', '2.1.0-beta.1'),
    description: fc.constant('A brief.'),
    input: fc.dictionary(
      fc.constantFrom('topic', 'max-words', 'Tone_2'),
      fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(
        name,
        optionally({ type: name, optional: fc.boolean(), default: json }, ['type']),
      ),
    ),
    output: json,
    timeout: duration,
    priority: fc.integer({ min: -100, max: 100 }),
    durability: fc.constantFrom('durable', 'memory'),
  },
  ['name'],
);
const document = fc.oneof(
  steps,
  fc.tuple(head, steps).map(([rest, list]) => ({ ...rest, steps: list })),
);

/** Changes one member somewhere in a value: replaced, removed, or one more added. */
function mutate(value: unknown, random: () => number, strange: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.1) return strange;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[Math.floor(random() * keys.length)];
  if (key === undefined || random() < 0.1)
    return Array.isArray(copy) ? [...(value as unknown[]), strange] : { ...copy, strange };
  if (random() < 0.2 && !Array.isArray(copy)) delete copy[key];
  else copy[key] = mutate(copy[key], random, strange);
  return copy;
}

describe('workflowJsonSchema', () => {
  it('and the parser both accept what is well formed', () => {
    fc.assert(
      fc.property(document, (written) => {
        const read = readDefinition(written);
        expect(read.ok ? [] : read.problems).toEqual([]);
        expect(fitsSchema(written)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('and the parser agree on what is not, as far as JSON Schema can say', () => {
    const values = fc.oneof(
      json,
      name,
      duration,
      fc.constantFrom(-1, 0, 1_001, 0.5, '', 'x'.repeat(3_000)),
      step,
    );
    let refused = 0;
    fc.assert(
      fc.property(
        document,
        values,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (good, strange, chance) => {
          const written = mutate(good, () => chance.next().value as number, strange);
          const read = readDefinition(written);
          const problems = read.ok ? [] : read.problems;
          const isRefused = problems.some(
            ({ code, message }) => !BEYOND_SCHEMA.has(code) && !DURATION_BOUND.test(message),
          );
          refused += isRefused ? 1 : 0;
          if (problems.length > 0 && !isRefused) return;
          expect({ written, fits: fitsSchema(written), problems }).toEqual({
            written,
            fits: !isRefused,
            problems,
          });
        },
      ),
      { numRuns: 1_000 },
    );
    expect(refused).toBeGreaterThan(250);
  });

  it('accepts what it gives as examples, and the form of a list', () => {
    expect(fitsSchema([{ capability: 'web_research', input: 'AI' }, { agent: 'writer' }])).toBe(true);
    expect(fitsSchema({ name: 'brief', steps: [{ sleep: '30s' }, { sleep: '${ input.wait }' }] })).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['no steps', { name: 'brief', steps: [] }],
    ['two actions', [{ capability: 'a', sleep: '1s' }]],
    ['input and task', [{ capability: 'a', input: 1, task: 1 }]],
    ['a field of another action', [{ sleep: '1s', input: 1 }]],
    ['an unknown field', [{ capability: 'a', retries: 3 }]],
    ['a number for a duration', [{ capability: 'a', timeout: 30 }]],
  ])('refuses %s', (_, written) => {
    expect(fitsSchema(written)).toBe(false);
  });

  it('describes every field for editors', () => {
    const { anyOf, $defs } = workflowJsonSchema as unknown as {
      anyOf: [{ properties: Record<string, { description?: string }> }];
      $defs: { step: { properties: Record<string, { description?: string }> } };
    };
    for (const { properties } of [anyOf[0], $defs.step]) {
      for (const [field, { description }] of Object.entries(properties)) {
        expect([field, (description ?? '').length > 10]).toEqual([field, true]);
      }
    }
  });

  it('is JSON', () => {
    expect(JSON.parse(JSON.stringify(workflowJsonSchema))).toEqual(workflowJsonSchema);
  });
});
