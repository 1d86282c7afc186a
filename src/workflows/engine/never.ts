/**
 * For work whose run has left this process: what follows it must not happen here. Nothing holds on to it, so it costs no memory.
 */
export function never(): Promise<never> {
  return new Promise(() => {});
}
