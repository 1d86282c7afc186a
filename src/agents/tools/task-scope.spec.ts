import { SeededRandom } from '../../common/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import {
  currentTaskScope,
  currentToolUse,
  isInsideTool,
  runAsAgent,
  runAsTool,
  type TaskScope,
} from './task-scope.js';

function newScope(): TaskScope {
  return {
    clock: new VirtualClock(),
    random: new SeededRandom(1),
    signal: new AbortController().signal,
    recordToolCall: () => {},
    reportUsage: () => {},
  };
}

const USE = {
  instance: {},
  context: { signal: new AbortController().signal, reportUsage: (): void => {} },
};

describe('the task scope', () => {
  it('is absent outside of tasks', () => {
    expect([currentTaskScope(), currentToolUse(), isInsideTool()]).toEqual([undefined, undefined, false]);
  });

  it('surrounds the code of an agent, across waits', async () => {
    const scope = newScope();
    const seen = await runAsAgent(scope, async () => {
      await Promise.resolve();
      return [currentTaskScope(), isInsideTool()];
    });
    expect(seen).toEqual([scope, false]);
    expect(currentTaskScope()).toBeUndefined();
  });

  it('tells the code of a tool from that of its agent, before, during and after', async () => {
    const scope = newScope();
    const seen = await runAsAgent(scope, async () => {
      const before = isInsideTool();
      const during = await runAsTool(scope, USE, async () => {
        await Promise.resolve();
        return isInsideTool() && currentToolUse() === USE && currentTaskScope() === scope;
      });
      return [before, during, isInsideTool()];
    });
    expect(seen).toEqual([false, true, false]);
  });

  it('keeps attempts apart that run side by side', async () => {
    const scopes = [newScope(), newScope()];
    const seen = await Promise.all(
      scopes.map((scope) =>
        runAsAgent(scope, async () => {
          await Promise.resolve();
          return currentTaskScope();
        }),
      ),
    );
    expect(seen[0]).toBe(scopes[0]);
    expect(seen[1]).toBe(scopes[1]);
  });
});
