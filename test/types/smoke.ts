import { z } from 'zod';
import { Agent, Provides, anyOf, allOf, capability, dataType, type TaskContext } from 'cadre';
const Q = dataType('q', z.string().min(1));
const R = dataType('r', z.object({ a: z.array(z.string()), n: z.number().default(3) }));
const S = dataType('s', z.object({ b: z.string() }));
const Cap = capability({ name: 'cap', description: 'd', input: Q, output: anyOf(R, S) });
const Cap2 = capability({ name: 'cap2', description: 'd', input: allOf({ x: Q, y: S }), output: R });
@Agent({ version: '2.0.0' })
export class A1 {
  @Provides(Cap) async one(q: string, task: TaskContext) { return R.of({ a: [q] }); }
  @Provides(Cap2) two(i: { x: string; y: { b: string } }) { return { a: [i.x] }; }
  @Provides({ name: 'inl', description: 'x', input: z.number(), output: z.number() }) three(n: number) { return n + 1; }
  @Provides(Cap) async *gen(q: string) { yield 1; return { b: q }; }
}
@Agent(Cap) export class A2 { execute(q: string) { return { b: q }; } }
@Agent('greet') export class A3 { execute(q: string) { return 'hi ' + q; } }
@Agent(Cap, Cap2, { version: '1.2.0' }) export class A4 { execute(q: string | { x: string; y: { b: string } }) { return { a: ['x'] , n: 3}; } }
// @ts-expect-error
@Agent(Cap) export class B1 { execute(q: number) { return { b: 'q' }; } }
// @ts-expect-error
@Agent(Cap) export class B2 { execute(q: string) { return 3; } }
export class B3 {
  // @ts-expect-error
  @Provides(Cap) foo(q: { z: 1 }) { return { b: '' }; }
  // @ts-expect-error
  @Provides({ name: 'inl', description: 'x', input: z.number(), output: z.number() }) three(n: string) { return 3; }
}
