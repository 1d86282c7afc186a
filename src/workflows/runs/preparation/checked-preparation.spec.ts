import { z } from 'zod';
import { allOf, capability, dataType } from '../../../agents/index.js';
import type { WorkflowDefinition } from '../../../orchestration/index.js';
import { catalogOf } from '../../../testing/builders/catalog-of.js';
import { CheckedPreparation } from './checked-preparation.js';

const Query = dataType('search_query', z.string().min(1));
const Research = capability({ name: 'research', description: 'Looks it up.', input: Query, output: Query });
const Pair = capability({
  name: 'pair',
  description: 'Takes two.',
  input: allOf({ one: Query, other: Query }),
  output: Query,
});

function preparing(definition: Omit<WorkflowDefinition, 'name'>) {
  const flow = { name: 'flow', ...definition };
  const preparation = new CheckedPreparation({
    catalog: catalogOf({ name: 'researcher', capabilities: [Research, Pair] }),
    getWorkflow: () => flow,
    findWorkflow: () => flow,
    workflowNames: () => ['flow'],
    strategyNames: () => [],
  });
  /** The plan, which is another object each time the workflow is checked anew. */
  const planFor = async (input?: unknown) => (await preparation.prepare('flow', input)).plan;
  return { preparation, planFor };
}

const research = { id: 'first', capability: 'research' };
const misfit = { details: { problems: [{ path: '$.steps[0].input', code: 'INPUT_INVALID' }] } };

describe('CheckedPreparation', () => {
  it('checks a named workflow once, whatever its runs are given', async () => {
    const { planFor } = preparing({ steps: [research, { id: 'then', capability: 'research' }] });
    expect(await planFor('AI')).toBe(await planFor('agents'));
  });

  it('holds each input against those who take it as it comes', async () => {
    const { planFor } = preparing({ steps: [research] });
    const plan = await planFor('AI');
    await expect(planFor('')).rejects.toMatchObject(misfit);
    await expect(planFor(1)).rejects.toMatchObject(misfit);
    await expect(planFor()).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
    expect(await planFor('agents')).toBe(plan);
  });

  it('holds each input against what the workflow declares', async () => {
    const { planFor } = preparing({
      input: { topic: 'search_query' },
      steps: [{ ...research, input: '${ input.topic }' }],
    });
    const plan = await planFor({ topic: 'AI' });
    await expect(planFor({ topic: '' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await planFor({ topic: 'agents' })).toBe(plan);
  });

  it('holds what is declared against those who take the whole of it, at each start', async () => {
    const { planFor } = preparing({ input: { one: 'search_query' }, steps: [research] });
    for (const one of ['AI', 'agents']) await expect(planFor({ one })).rejects.toMatchObject(misfit);
  });

  it('checks all of a workflow that makes something with its whole input', async () => {
    const { planFor } = preparing({
      steps: [{ id: 'first', capability: 'pair', input: { one: '${ input }', other: 'AI' } }],
    });
    expect(await planFor('AI')).not.toBe(await planFor('AI'));
    await expect(planFor(1)).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
  });

  it('checks again once it has been told to forget', async () => {
    const { preparation, planFor } = preparing({ steps: [research] });
    const plan = await planFor('AI');
    preparation.forget();
    expect(await planFor('AI')).not.toBe(plan);
  });

  it('gives runs a frozen copy of what they are given', async () => {
    const { preparation } = preparing({
      input: { topic: 'search_query' },
      steps: [{ ...research, input: '${ input.topic }' }],
    });
    const given = { topic: 'AI' };
    for (let start = 0; start < 2; start += 1) {
      const { input } = await preparation.prepare('flow', given);
      expect(input).toEqual(given);
      expect(input).not.toBe(given);
      expect(Object.isFrozen(input)).toBe(true);
    }
  });
});
