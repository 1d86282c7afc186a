import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../docs/repository.js';

const FILE = join(ROOT, 'test/types/generated.ts');

/** A workflow of many steps, of all the ways in which one is wired to those above it. */
function workflowOf(steps: number): string {
  const wirings = [
    (id: number) => `.step('s${id}', Work, ({ steps }) => steps.s${id - 1})`,
    (id: number) =>
      `.step('s${id}', Digest, ({ steps }) => steps.s${id - 1}.author.name, { retry: { attempts: 3 }, timeout: '30s' })`,
    (id: number) =>
      `.step('s${id}', Work, ({ steps, input }) => ({ text: input.topic, findings: [], author: steps.s${id - 1}.author }), { after: ['s${id - 1}'] })`,
    (id: number) =>
      `.step('s${id}', Digest, ({ steps }) => steps.s${id - 1}.text, { after: ['s0'], compensate: { use: Digest, input: ({ output }) => output.text } })`,
  ];
  const lines = Array.from({ length: steps - 1 }, (_, index) => wirings[index % wirings.length]?.(index + 1));
  return `
    import { z } from 'zod';
    import { capability, dataType, workflow } from 'cadre';
    const Text = dataType('text', z.string());
    const Finding = z.object({ text: z.string(), score: z.number() });
    const Author = z.object({ name: z.string(), tags: z.array(z.string()) });
    const Report = dataType('report', z.object({ text: z.string(), findings: z.array(Finding), author: Author }));
    const Work = capability({ name: 'work', description: 'Works.', input: Report, output: Report });
    const Digest = capability({ name: 'digest', description: 'Digests.', input: Text, output: Report });
    export const big = workflow('big')
      .input({ topic: Text })
      .step('s0', Digest, ({ input }) => input.topic)
      ${lines.join('\n')}
      .output(({ steps }) => steps.s${steps - 1});
  `;
}

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object };
const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, ROOT);
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler did for a file, and what it says of it; all other files are parsed once. */
function check(text: string): { readonly instantiations: number; readonly complaints: readonly string[] } {
  const host = ts.createCompilerHost(options, true);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === FILE || fileExists(name);
  host.getSourceFile = (name, target) => {
    if (name === FILE) return ts.createSourceFile(name, text, target, true);
    if (!parsed.has(name)) parsed.set(name, getSourceFile(name, target));
    return parsed.get(name);
  };
  const program = ts.createProgram([FILE], options, host);
  const complaints = program.getSemanticDiagnostics(program.getSourceFile(FILE));
  return {
    instantiations: program.getInstantiationCount(),
    complaints: complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  };
}

describe('type-checking a workflow', () => {
  // Counted rather than timed: the count is the same on every machine.
  it('stays cheap with 200 steps, and grows little faster than their number', () => {
    const [none, half, whole] = [1, 100, 200].map((steps) => check(workflowOf(steps)));
    expect([...none!.complaints, ...half!.complaints, ...whole!.complaints]).toEqual([]);
    const costOf = (checked: typeof none): number => checked!.instantiations - none!.instantiations;
    expect(costOf(whole)).toBeLessThan(450_000);
    expect(costOf(whole) / costOf(half)).toBeLessThan(3.5);
  });

  it('finds what is wrong in the last of many steps', () => {
    const wrong = workflowOf(100).replace('steps.s99)', 'steps.s100)');
    expect(check(wrong).complaints).toEqual([expect.stringContaining("Property 's100' does not exist")]);
  });
});
