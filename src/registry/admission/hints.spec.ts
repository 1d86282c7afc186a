import 'reflect-metadata';
import { z } from 'zod';
import {
  allOf,
  anyOf,
  capability,
  dataType,
  readToolDefinition,
  Tool,
  type Capability,
} from '../../agents/index.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { findHints } from './hints.js';

const Query = dataType('query', z.string());
const Hits = dataType('hits', z.array(z.string()));
const description = 'For a test.';
const Search = capability({ name: 'search', description, input: Query, output: Hits });

/** The definition of a tool with these schemas. */
function toolOf(input?: z.ZodType | typeof Query, output?: z.ZodType | typeof Hits) {
  @Tool({ name: 'web', input: input as never, output: output as never })
  class WebTool {
    use(): never {
      throw new TypeError('only looked at');
    }
  }
  return readToolDefinition(WebTool)!;
}

const hintsFor = (capabilities: readonly Capability[], ...tools: ReturnType<typeof toolOf>[]) =>
  findHints(manifestOf({ name: 'ada', capabilities }), tools);

describe('hints', () => {
  it('point out an agent without capabilities', () => {
    expect(hintsFor([])).toEqual([
      {
        code: 'NO_CAPABILITIES',
        agent: 'ada@1.0.0',
        message: 'it provides no capability, so no task ever reaches it; mark a method with @Provides',
      },
    ]);
  });

  it.each([
    ['data types', toolOf(Query, Hits)],
    ['schemas', toolOf(Query.schema, Hits.schema)],
  ])('point out a capability that only passes its one tool on, by its %s', (_, tool) => {
    const other = capability({ name: 'other', description, input: Hits, output: Query });
    expect(hintsFor([other, Search], tool)).toEqual([
      {
        code: 'WRAPS_ONE_TOOL',
        agent: 'ada@1.0.0',
        message:
          '"search" has the very input and output of its one tool "web"; a capability should be more than a tool',
      },
    ]);
  });

  it.each<[string, Capability, ReturnType<typeof toolOf>[]]>([
    ['without tools', Search, []],
    ['with several tools', Search, [toolOf(Query, Hits), toolOf(Query, Hits)]],
    ['with a tool of another output', Search, [toolOf(Query, Query.schema)]],
    ['with a tool of another input', Search, [toolOf(Hits.schema, Hits)]],
    ['with a tool without schemas', Search, [toolOf()]],
    [
      'that takes alternatives',
      capability({ name: 'search', description, input: anyOf(Query, Hits), output: Hits }),
      [toolOf(Query, Hits)],
    ],
    [
      'that takes an object of what the tool takes',
      capability({ name: 'search', description, input: allOf({ query: Query }), output: Hits }),
      [toolOf(Query, Hits)],
    ],
    [
      'that makes alternatives',
      capability({ name: 'search', description, input: Query, output: anyOf(Hits, Query) }),
      [toolOf(Query, Hits)],
    ],
  ])('have nothing to say of an agent %s', (_, provided, tools) => {
    expect(hintsFor([provided], ...tools)).toEqual([]);
  });
});
