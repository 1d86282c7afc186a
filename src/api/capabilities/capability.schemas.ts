import { z } from 'zod';
import { cursor, facts, name, pageOf, queryBoolean, queryInteger } from '../common.schemas.js';

export const capabilityPath = z.strictObject({ name });

export const capabilitiesQuery = z.strictObject({
  available: queryBoolean
    .optional()
    .describe('Only those that somebody can provide now, or only those nobody can.'),
  limit: queryInteger(1, 500).default(50),
  cursor: cursor.optional(),
});

const typeView = z.object({
  name: z.string(),
  description: z.string().optional(),
  schema: facts.optional().describe('JSON Schema, where the schema library gives one.'),
});

export const capabilityView = z
  .object({
    name: z.string(),
    description: z.string(),
    inputMode: z
      .enum(['any', 'all'])
      .describe('any: one of the types. all: an object with one member of each.'),
    inputs: z.array(typeView.extend({ member: z.string().optional() })),
    outputs: z.array(typeView),
    requiredContext: z.array(z.string()),
    providers: z.array(
      z.object({ agent: z.string(), version: z.string(), status: z.string(), isAvailable: z.boolean() }),
    ),
    availableCount: z.int(),
  })
  .meta({ id: 'Capability' });

export const capabilityPage = pageOf(capabilityView);

export type CapabilitiesQuery = z.output<typeof capabilitiesQuery>;
