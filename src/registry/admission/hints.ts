import type { AgentManifest, ToolDefinition, Violation } from '../../agents/index.js';
import { releaseId } from '../catalog/release.js';

/**
 * Points out what works but is likely not meant: an agent without capabilities, and a capability that only passes one tool
 * on, which adds a level and no ability.
 */
export function findHints(manifest: AgentManifest, tools: readonly ToolDefinition[]): Violation[] {
  const agent = releaseId(manifest);
  if (manifest.capabilities.length === 0) {
    const message = 'it provides no capability, so no task ever reaches it; mark a method with @Provides';
    return [{ code: 'NO_CAPABILITIES', agent, message }];
  }
  const [tool] = tools;
  if (tool === undefined || tools.length > 1) return [];
  return manifest.capabilities
    .filter(({ capability: { contract } }) => {
      const [input] = contract.inputs.values();
      const [output] = contract.outputs;
      const isSingle = contract.mode === 'any' && contract.inputs.size === 1 && contract.outputs.length === 1;
      return isSingle && isSame(tool.input, input) && isSame(tool.output, output);
    })
    .map(({ capability }) => ({
      code: 'WRAPS_ONE_TOOL',
      agent,
      message: `"${capability.name}" has the very input and output of its one tool "${tool.name}"; a capability should be more than a tool`,
    }));
}

function isSame(schema: unknown, type: { readonly schema: unknown } | undefined): boolean {
  return schema !== undefined && type !== undefined && (schema === type || schema === type.schema);
}
