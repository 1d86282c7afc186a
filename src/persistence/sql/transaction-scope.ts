import { AsyncLocalStorage } from 'node:async_hooks';
import { InTransactionError } from './database.errors.js';

/**
 * Knows whether the code that runs was called by a transaction which is under way.
 *
 * Such code has to use the session: where there is one connection, a statement beside the transaction would wait for its end
 * and the transaction for the statement. That is refused everywhere, so that it does not first show on another database.
 */
export class TransactionScope {
  readonly #open = new AsyncLocalStorage<{ isOpen: boolean }>();

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.throwIfInside();
    const scope = { isOpen: true };
    try {
      return await this.#open.run(scope, work);
    } finally {
      // What the work has started may go on, and is free now.
      scope.isOpen = false;
    }
  }

  /** @throws DATABASE_IN_TRANSACTION */
  throwIfInside(): void {
    if (this.#open.getStore()?.isOpen === true) throw new InTransactionError();
  }
}
