import type { DataType } from '../../agents/index.js';
import { toJsonSchema } from '../../common/index.js';
import type { CapabilityInfo } from '../../registry/index.js';

/** A capability as REST answers it, with the JSON Schemas of its types. */
export function toCapabilityView({ name, capability, providers, availableCount }: CapabilityInfo) {
  const { contract, description, requiredContext } = capability;
  return {
    name,
    description,
    inputMode: contract.mode,
    inputs: [...contract.inputs].map(([member, type]) => ({
      ...toTypeView(type, 'input'),
      member: contract.mode === 'all' ? member : undefined,
    })),
    outputs: contract.outputs.map((type) => toTypeView(type, 'output')),
    requiredContext: requiredContext.map((type) => type.name),
    providers: providers.map(({ name: agent, version, status, isAvailable }) => ({
      agent,
      version,
      status,
      isAvailable,
    })),
    availableCount,
  };
}

function toTypeView({ name, description, schema }: DataType, side: 'input' | 'output') {
  return { name, description, schema: toJsonSchema(schema, side) };
}
