import type { Journal } from '../journal.js';

/**
 * The keys of what did not succeed, and of the rounds of steps that ran out of them: these succeeded one by one, and to no end.
 * @param prefix of those that are asked for
 */
export function keysToRedo(journal: Journal, prefix = ''): string[] {
  const failed = journal.keys.filter(
    (key) => key.startsWith(prefix) && journal.result(key)?.status !== 'succeeded',
  );
  const exhausted = failed.filter((key) => journal.result(key)?.failure?.code === 'REPEAT_EXHAUSTED');
  if (exhausted.length === 0) return failed;
  const isInVain = (key: string): boolean => exhausted.some((step) => key.startsWith(`${step}#`));
  return [...failed, ...journal.keys.filter((key) => !failed.includes(key) && isInVain(key))];
}
