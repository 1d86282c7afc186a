import { Get, Param } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ChoiceService } from '../../selection/index.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './choice.schemas.js';
import { toRecordedChoiceView } from './choice.view.js';

/** The recorded choices of one task. */
@RestController('tasks', 'choices')
export class TaskChoicesController {
  constructor(private readonly choices: ChoiceService) {}

  @Get(':taskId/choices')
  @ApiOperation({
    summary: 'The recorded choices of a task',
    description:
      'One for each attempt, in their order; none where the task was not recorded or is forgotten.',
  })
  @Answers(200, schemas.choicesOfTask, 'The choices.')
  async list(@Param({ schema: schemas.taskPath }) { taskId }: { taskId: string }) {
    const decisions = await this.choices.ofTask(taskId);
    return { items: decisions.map(toRecordedChoiceView) };
  }
}
