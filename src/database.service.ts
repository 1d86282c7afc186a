import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DecisionLog } from './metrics/index.js';
import { Database } from './persistence/index.js';

/** Lets go of the database once everything that writes to it has ended. */
@Injectable()
export class DatabaseService implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database | null,
    private readonly decisions: DecisionLog,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.decisions.close();
    await this.database?.close();
  }
}
