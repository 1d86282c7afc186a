import { Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ChoiceService } from '../../selection/index.js';
import { Answers, RestController } from '../rest.decorator.js';
import * as schemas from './choice.schemas.js';
import { toRecordedChoiceView } from './choice.view.js';

/** Choices that were carried out: why, why not another one, and once more. */
@RestController('choices', 'choices')
export class ChoicesController {
  constructor(private readonly choices: ChoiceService) {}

  @Get()
  @ApiOperation({ summary: 'List recorded choices', description: 'Newest first.' })
  @Answers(200, schemas.recordedChoicePage, 'A page of choices.')
  async list(@Query({ schema: schemas.choicesQuery }) { from, to, ...query }: schemas.ChoicesQuery) {
    const { items, nextCursor } = await this.choices.list({ ...query, fromAt: from, toAt: to });
    return { items: items.map(toRecordedChoiceView), nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One choice: who was chosen, among whom, why, and what came of it' })
  @Answers(200, schemas.recordedChoiceView, 'The choice.')
  async get(@Param({ schema: schemas.choicePath }) { id }: { id: string }) {
    return toRecordedChoiceView(await this.choices.get(id));
  }

  @Get(':id/why-not')
  @ApiOperation({ summary: 'Why an agent was not chosen, and what would have had to be different' })
  @Answers(200, schemas.whyNotView, 'The reason.')
  whyNot(
    @Param({ schema: schemas.choicePath }) { id }: { id: string },
    @Query({ schema: schemas.whyNotQuery }) { agent }: { agent: string },
  ) {
    return this.choices.whyNot(id, agent);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a choice again from its record', description: 'Runs nothing.' })
  @Answers(200, schemas.replayView, 'Whether it comes out the same.')
  replay(@Param({ schema: schemas.choicePath }) { id }: { id: string }) {
    return this.choices.replay(id);
  }
}
