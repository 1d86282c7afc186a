/**
 * Makes the clock on the wall jump for all that is in this process, as when somebody sets the machine's: `Date` tells another
 * time, timers and the monotonic clock go on as they did.
 *
 * @returns makes it jump by so many milliseconds, back when they are less than 0
 */
export function installJumpingDate(): (byMs: number) => void {
  const RealDate = Date;
  let offsetMs = 0;
  const now = (): number => RealDate.now() + offsetMs;
  class JumpingDate extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }

    static override now(): number {
      return now();
    }
  }
  globalThis.Date = JumpingDate as DateConstructor;
  return (byMs) => {
    offsetMs += byMs;
  };
}
