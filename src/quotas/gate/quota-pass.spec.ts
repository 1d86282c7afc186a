import { QuotaPass } from './quota-pass.js';

function pass() {
  const settled: unknown[] = [];
  const request = { demands: [], estimate: { tokens: 1, costUsd: 1 } };
  const made = new QuotaPass(request, { isGranted: true, periods: [] }, (_, used) => void settled.push(used));
  return { made, settled };
}

describe('a pass', () => {
  it('is settled once, when its use is known and the code has ended, in whichever order', () => {
    const used = { tokens: 5, costUsd: 2 };
    const first = pass();
    first.made.record(used);
    expect(first.settled).toEqual([]);
    first.made.end();
    first.made.end();
    first.made.record({ tokens: 9, costUsd: 9 });
    expect(first.settled).toEqual([used]);
    const second = pass();
    second.made.end();
    second.made.record(used);
    expect(second.settled).toEqual([used]);
  });

  it('has used nothing when it is given back', () => {
    const { made, settled } = pass();
    made.giveBack();
    expect(settled).toEqual([{ tokens: 0, costUsd: 0 }]);
  });
});
