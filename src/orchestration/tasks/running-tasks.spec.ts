import * as fc from 'fast-check';
import { RunningTasks } from './running-tasks.js';
import type { TaskRun } from './task-run.js';

const someTask = () => ({ place: -1 }) as TaskRun;

describe('RunningTasks', () => {
  it('holds exactly those that came and have not left, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 100 }), (choices) => {
        const running = new RunningTasks();
        const present: TaskRun[] = [];
        for (const choice of choices) {
          if (choice < 10 || present.length === 0) {
            const task = someTask();
            running.add(task);
            present.push(task);
          } else {
            const [leaving] = present.splice(choice % present.length, 1);
            running.remove(leaving as TaskRun);
          }
          expect(running.count).toBe(present.length);
          expect(new Set(running.all())).toEqual(new Set(present));
        }
      }),
    );
  });

  it('hands out a copy, so that tasks may end while one looks through them', () => {
    const running = new RunningTasks();
    const tasks = [someTask(), someTask()];
    for (const task of tasks) running.add(task);
    for (const task of running.all()) running.remove(task);
    expect(running.count).toBe(0);
  });
});
