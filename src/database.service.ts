import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './persistence/index.js';

/** Lets go of the database once everything that writes to it has ended. */
@Injectable()
export class DatabaseService implements OnApplicationShutdown {
  constructor(@Inject(Database) private readonly database: Database | null) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database?.close();
  }
}
