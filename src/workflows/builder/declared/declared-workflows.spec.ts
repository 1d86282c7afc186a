import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { WorkflowDefinition } from '../../../orchestration/index.js';
import { MemoryScheduleStore, MemoryWorkflowStore } from '../../../persistence/index.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';
import { WorkflowLibrary } from '../../library/workflow-library.js';
import { declareWorkflows, type FoundWorkflow } from './declared-workflows.js';
import type { WorkflowStart } from '../workflow-builder.js';
import { readWorkflowDeclaration } from './workflow.accessor.js';
import { Workflow } from './workflow.decorator.js';
import { WorkflowExplorer } from './workflow.explorer.js';

@Workflow()
class GreetWorkflow {
  define(flow: WorkflowStart) {
    return flow.step('greet', 'greet', () => 'Ann').build();
  }
}

@Workflow({ name: 'brief', version: '2.0.0', timeout: '1h', description: 'A brief.' })
class MarketBrief {
  constructor(@Inject('tone') private readonly tone: string) {}

  define(flow: WorkflowStart) {
    return flow.step('write', 'write', () => ({ tone: this.tone })).build();
  }
}

/** What an application with these providers is found to declare. */
async function explore(...providers: NonNullable<Parameters<typeof Module>[0]['providers']>) {
  @Module({ imports: [DiscoveryModule], providers: [WorkflowExplorer, ...providers] })
  class App {}
  const app = await Test.createTestingModule({ imports: [App] }).compile();
  await app.init();
  try {
    return app.get(WorkflowExplorer).explore();
  } finally {
    await app.close();
  }
}

/** Declares what was found; every definition with a step called `wrong` has a problem. */
async function declare(found: readonly FoundWorkflow[]): Promise<WorkflowLibrary> {
  const clock = new VirtualClock();
  const library = new WorkflowLibrary(new MemoryWorkflowStore(), new MemoryScheduleStore(clock), clock);
  const check = async ({ steps }: WorkflowDefinition) => ({
    problems: steps.flatMap(({ id }, index) =>
      id === 'wrong' ? [{ path: `$.steps[${index}]`, code: 'WRONG', message: 'is wrong' }] : [],
    ),
  });
  await declareWorkflows(found, { library, check });
  return library;
}

const foundIn = (instance: object): FoundWorkflow => {
  const declaration = readWorkflowDeclaration(instance.constructor);
  if (declaration === undefined) throw new TypeError('no workflow class');
  return { declaration, instance };
};

const violationsOf = async (found: readonly FoundWorkflow[]): Promise<unknown> => {
  const refused: unknown = await declare(found).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'WORKFLOWS_REFUSED' });
  return (refused as { details: { violations: unknown } }).details.violations;
};

describe('@Workflow', () => {
  it('names a workflow for its class, or as it is told', () => {
    expect(readWorkflowDeclaration(GreetWorkflow)).toEqual({
      className: 'GreetWorkflow',
      name: 'greet',
      options: {},
    });
    expect(readWorkflowDeclaration(MarketBrief)).toMatchObject({
      name: 'brief',
      options: { version: '2.0.0' },
    });
  });

  it('counts on the class itself only', () => {
    class Heir extends GreetWorkflow {}
    expect(readWorkflowDeclaration(Heir)).toBeUndefined();
    expect(readWorkflowDeclaration('GreetWorkflow')).toBeUndefined();
  });
});

describe('WorkflowExplorer', () => {
  it('finds classes with what they inject, and leaves other providers alone', async () => {
    @Injectable()
    class Other {}
    const found = await explore(GreetWorkflow, MarketBrief, Other, { provide: 'tone', useValue: 'dry' });
    const library = await declare(found);
    expect(library.names()).toEqual(['brief', 'greet']);
    expect(library.get('brief').definition).toEqual({
      name: 'brief',
      version: '2.0.0',
      timeout: '1h',
      description: 'A brief.',
      steps: [{ id: 'write', capability: 'write', input: { tone: 'dry' } }],
    });
  });

  it('finds what factories and values are, once for each object', async () => {
    const greet = new GreetWorkflow();
    const found = await explore(
      { provide: 'a', useValue: greet },
      { provide: 'b', useFactory: () => greet },
      { provide: 'c', useExisting: 'a' },
      { provide: 'd', useFactory: () => new MarketBrief('dry') },
    );
    expect(found.map(({ declaration }) => declaration.name).toSorted()).toEqual(['brief', 'greet']);
  });

  it('finds what stands in for a class, and copes with odd values', async () => {
    const fake = { define: (flow: WorkflowStart) => flow.step('fake', 'fake', () => 1).build() };
    const found = await explore(
      { provide: GreetWorkflow, useValue: fake },
      { provide: 'bare', useValue: Object.create(null) },
      { provide: 'nothing', useValue: null },
    );
    expect((await declare(found)).get('greet').definition.steps[0]?.id).toBe('fake');
  });

  it('finds request-scoped and transient ones, which are refused', async () => {
    @Workflow()
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends GreetWorkflow {}
    @Workflow()
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends GreetWorkflow {}
    expect(await violationsOf(await explore(PerRequest, Transient))).toEqual([
      'PerRequest: it is made anew for each request or use; a workflow is defined once, so make it a singleton',
      'Transient: it is made anew for each request or use; a workflow is defined once, so make it a singleton',
    ]);
  });
});

describe('declareWorkflows()', () => {
  it('stops the boot with every violation of every class', async () => {
    @Workflow({ name: 'greet' })
    class Duplicate extends GreetWorkflow {}
    @Workflow()
    class Throws {
      define(): WorkflowDefinition {
        throw new TypeError('no config');
      }
    }
    @Workflow()
    class Unfinished {
      define(flow: WorkflowStart) {
        return flow as never;
      }
    }
    @Workflow()
    class Renamed {
      define(): WorkflowDefinition {
        return { name: 'other', steps: [{ capability: 'greet' }] };
      }
    }
    @Workflow()
    class Wrong {
      define(flow: WorkflowStart) {
        return flow
          .step('fine', 'greet', () => 1)
          .step('wrong', 'greet', () => 1)
          .build();
      }
    }
    // @ts-expect-error It has no define().
    @Workflow()
    class Empty {}
    const classes = [GreetWorkflow, Duplicate, Throws, Unfinished, Renamed, Wrong, Empty];
    expect(await violationsOf(classes.map((Class) => foundIn(new Class())))).toEqual([
      'Duplicate: GreetWorkflow declares "greet@1.0.0" too; give one of them another version',
      'Throws: define(flow) failed: no config',
      'Unfinished: define(flow) returns no definition; end it by .output(…) or .build(), and return that',
      'Renamed: define(flow) returns "other@1.0.0", @Workflow says "renamed@1.0.0"; begin with the flow it is given',
      'Empty: it has no define(flow), which returns the definition',
      'Wrong: $.steps[1]: is wrong (WRONG)',
    ]);
  });

  it('lets versions of one workflow stand side by side', async () => {
    @Workflow({ name: 'greet', version: '1.1.0' })
    class Newer extends GreetWorkflow {}
    const library = await declare([foundIn(new Newer()), foundIn(new GreetWorkflow())]);
    expect(library.versions('greet').map(({ version, source }) => [version, source])).toEqual([
      ['1.0.0', 'declared'],
      ['1.1.0', 'declared'],
    ]);
  });
});
