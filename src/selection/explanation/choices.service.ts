import { Injectable } from '@nestjs/common';
import { DecisionLog, type Decision, type DecisionPage, type DecisionQuery } from '../../metrics/index.js';
import type { Choice } from '../selection.types.js';
import { UnknownChoiceError } from '../selection.errors.js';
import { StrategyCatalog } from '../catalog/strategy-catalog.js';
import { findNeededChanges } from './needed-change.js';
import { replay, type Replay } from './replay.js';
import { whyNot, type WhyNot } from './why-not.js';

/**
 * Choices that were carried out: why each was made, why another agent was not chosen, and the choice made again from its record.
 *
 * The id of a choice is the task's, a dot, and the number of the attempt: `3f6c….1`.
 * @publicApi
 */
@Injectable()
export class ChoiceService {
  constructor(
    private readonly log: DecisionLog,
    private readonly strategies: StrategyCatalog,
  ) {}

  /** Choices, newest first. @throws CURSOR_INVALID */
  list(query: DecisionQuery): Promise<DecisionPage> {
    return this.log.list(query);
  }

  /** Those of a task that are kept, in the order of its attempts; none where it was not recorded or is forgotten. */
  ofTask(taskId: string): Promise<readonly Decision[]> {
    return this.log.ofTask(taskId);
  }

  /** @throws CHOICE_UNKNOWN */
  async get(choiceId: string): Promise<Decision> {
    const [, taskId = '', attempt] = /^(.+)\.(\d{1,9})$/.exec(choiceId) ?? [];
    const decisions = await this.log.ofTask(taskId);
    const found = decisions.find((decision) => decision.attempt === Number(attempt));
    if (found === undefined) throw new UnknownChoiceError(choiceId);
    return found;
  }

  /**
   * Why an agent did not get the task, and what would have had to be different.
   * @param agent `name` or `name@version`
   * @throws CHOICE_UNKNOWN
   */
  async whyNot(choiceId: string, agent: string): Promise<WhyNot> {
    const decision = await this.get(choiceId);
    return whyNot(decision, agent, (index) =>
      findNeededChanges(decision, index, this.strategies.find(decision.strategy)),
    );
  }

  /** Why an agent is not the one in a choice that was only asked for, or that came with a result. */
  whyNotIn(choice: Choice, agent: string): WhyNot {
    return whyNot(choice, agent);
  }

  /** Makes the choice again from its record and says whether it comes out the same. @throws CHOICE_UNKNOWN */
  async replay(choiceId: string): Promise<Replay> {
    const decision = await this.get(choiceId);
    return replay(decision, this.strategies.find(decision.strategy));
  }
}

/** The id of a choice. */
export function choiceIdOf({ taskId, attempt }: Decision): string {
  return `${taskId}.${attempt}`;
}
