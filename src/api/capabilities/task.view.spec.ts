import type { AttemptRecord, SucceededTask } from '../../orchestration/index.js';
import { toTaskView } from './task.view.js';

const startedAt = Date.UTC(2030, 0, 1);

function attempt(): AttemptRecord {
  return {
    attempt: 1,
    agent: 'baker',
    version: '1.0.0',
    status: 'succeeded',
    startedAt,
    durationMs: 1.23456789,
    costUsd: 0,
    usage: { inputTokens: 0, outputTokens: 0 },
    toolCalls: [{ tool: 'oven', startedAt, durationMs: 0.00004, tries: 1, status: 'succeeded' }],
  };
}

describe('toTaskView', () => {
  it('writes instants as ISO 8601 and rounds durations to microseconds', () => {
    const task: SucceededTask = {
      status: 'succeeded',
      taskId: 'task-1',
      capability: 'baking',
      output: 'bread',
      outputType: 'bread',
      agent: 'baker',
      version: '1.0.0',
      durationMs: 12.3456789,
      queuedMs: 0.0006,
      costUsd: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
      attempts: [attempt()],
      choice: { strategy: 'first', reason: 'the only one', candidates: [], excluded: [] },
    };
    expect(toTaskView(task)).toMatchObject({
      output: 'bread',
      durationMs: 12.346,
      queuedMs: 0.001,
      attempts: [
        {
          startedAt: '2030-01-01T00:00:00.000Z',
          durationMs: 1.235,
          toolCalls: [{ startedAt: '2030-01-01T00:00:00.000Z', durationMs: 0 }],
        },
      ],
    });
  });
});
