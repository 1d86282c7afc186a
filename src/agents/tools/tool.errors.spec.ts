import { ToolCallsAgentError, ToolTimeoutError } from './tool.errors.js';

describe('the errors of tools', () => {
  it('say which tool took too long, and that trying again may help', () => {
    expect(new ToolTimeoutError('search', 50)).toMatchObject({
      code: 'TOOL_TIMEOUT',
      kind: 'timeout',
      retryable: true,
      details: { tool: 'search', timeoutMs: 50 },
    });
  });

  it('say which capability a tool asked for, and that it never may', () => {
    expect(new ToolCallsAgentError('research')).toMatchObject({
      code: 'TOOL_CALLS_AGENT',
      kind: 'definition',
      retryable: false,
      details: { capability: 'research' },
    });
  });
});
