import { CadreError, describeIssues, type SchemaIssue } from '../../common/index.js';

/** A tool did not answer in its own time. */
export class ToolTimeoutError extends CadreError {
  constructor(tool: string, timeoutMs: number) {
    super({
      code: 'TOOL_TIMEOUT',
      kind: 'timeout',
      message: `The tool "${tool}" did not answer within ${timeoutMs} ms; raise its timeoutMs or look at what it waits for.`,
      details: { tool, timeoutMs },
    });
  }
}

/**
 * A tool was given what its schema does not allow. It is the agent's doing, not that of whoever gave the agent its task, so
 * another agent may still be asked.
 */
export class InvalidToolInputError extends CadreError {
  constructor(tool: string, issues: readonly SchemaIssue[]) {
    super({
      code: 'TOOL_INPUT_INVALID',
      kind: 'execution',
      message: `The tool "${tool}" was given an input that does not fit: ${describeIssues(issues)}.`,
      // The same agent would most likely give the same again.
      retryable: false,
      details: { tool, issues },
    });
  }
}

/** A tool tried to hand work to an agent: tools are the lowest level and only execute. */
export class ToolCallsAgentError extends CadreError {
  constructor(capability: string) {
    super({
      code: 'TOOL_CALLS_AGENT',
      kind: 'definition',
      message: `A tool asked for the capability "${capability}"; tools may not call agents. Move the call into the agent that uses the tool.`,
      details: { capability },
    });
  }
}
