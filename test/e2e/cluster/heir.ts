import { Agent, type TaskContext } from 'cadre';

/** Works until it is told to stop, and says both on the log. */
@Agent('inherit', { name: 'heir' })
export class BusyHeirAgent {
  execute(_input: unknown, { signal, logger }: TaskContext): Promise<never> {
    logger.info('at work');
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        logger.info('told to stop');
        reject(signal.reason as Error);
      }),
    );
  }
}

/** The same agent, where it is done at once. */
@Agent('inherit', { name: 'heir' })
export class QuickHeirAgent {
  execute(_input: unknown, { idempotencyKey }: TaskContext): string {
    return idempotencyKey;
  }
}
