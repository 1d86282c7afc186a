import { z } from 'zod';

/**
 * A workflow as it is written, for the documentation. It is not validated here: the language finds every problem of a definition at
 * once, each with its path.
 */
export const definitionSchema = z.unknown().meta({
  description:
    'A workflow, or in short the list of its steps: [{ capability, input? }, …]. Its schema is at /api/v1/schemas/workflow.json.',
  anyOf: [
    { type: 'object', required: ['name', 'steps'] },
    { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'object' } },
  ],
});
