import { didYouMean, nearestNames } from '../../common/index.js';
import type { Evaluate } from './evaluation/evaluation.js';
import { Trouble } from './evaluation/evaluation.js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import type { KnownNames, TemplateProblem } from './expression.types.js';
import { type ExpressionFunction, FUNCTIONS } from './evaluation/functions.js';
import { and, conditional, has, not, or } from './evaluation/logic.js';
import { LOOPS } from './evaluation/loops.js';
import { METHODS } from './evaluation/methods.js';
import { BINARY_OPERATORS, negate, toInt } from './evaluation/operators.js';
import type { Node } from './parse-expression.js';
import {
  followPath,
  hasReference,
  readMember,
  type Reference,
  rootOf,
  type Segment,
} from './evaluation/paths.js';
import { ReferenceChecker } from './reference-checker.js';
import { ROOTS } from './variable-names.js';
import { asText, isNumeric, setMember } from './evaluation/values.js';

/** Names of functions and loops that take part in suggestions. */
const ALL_FUNCTIONS = [...FUNCTIONS.keys(), ...METHODS.keys(), ...LOOPS.keys(), 'has'];

/** Characters of a part of an expression that a message repeats. */
const MAX_PLACE_LENGTH = 80;

/** What stands for a part that cannot be compiled; its problem keeps the whole from ever being evaluated. */
const NOTHING = literal(null);

/** Turns a parsed expression into functions, and finds everything that is wrong with it. One for each expression. */
export class ExpressionCompiler {
  readonly problems: Omit<TemplateProblem, 'path'>[] = [];
  readonly references: ReferenceChecker;
  readonly #source: string;
  /** The names of the items of the loops that are around the node at hand, the outermost first. */
  readonly #items: string[] = [];
  /** Nodes compiled so far: what a round of a loop costs is how many its body added. */
  #nodes = 0;

  constructor(source: string, names: KnownNames) {
    this.#source = source;
    this.references = new ReferenceChecker(names, this.problems);
  }

  compile(node: Node): Evaluate {
    this.#nodes += 1;
    switch (node.op) {
      case 'value':
        return this.#compileLiteral(node.args);
      case 'id':
      case '.':
      case '[]':
        return this.#compileAccess(node);
      case 'call':
        return this.#compileCall(node.args as [string, Node[]]);
      case 'rcall':
        return this.#compileMethod(node.args as [string, Node, Node[]]);
      case 'list':
        return this.#compileList(node.args as Node[]);
      case 'map':
        return this.#compileObject(node.args as [Node, Node][]);
      default:
        return this.#compileOperator(node);
    }
  }

  /** What a node refers to where it is nothing but names and positions. */
  referenceOf(node: Node): Reference | undefined {
    const segments: Segment[] = [];
    let current = node;
    while (current.op === '.' || current.op === '[]') {
      const [parent, key] = current.args as [Node, string | Node];
      const segment = typeof key === 'string' ? key : segmentOf(key);
      if (segment === undefined) return undefined;
      segments.unshift(segment);
      current = parent;
    }
    return current.op === 'id' ? { root: current.args as string, segments } : undefined;
  }

  #report(message: string, code = 'EXPRESSION_INVALID'): Evaluate {
    this.problems.push({ code, message });
    return NOTHING;
  }

  #compileLiteral(value: unknown): Evaluate {
    if (typeof value === 'bigint') {
      try {
        toInt(value);
      } catch (error) {
        return this.#report((error as Trouble).reason);
      }
    } else if (typeof value === 'object' && value !== null) {
      return this.#report('bytes (b"…") and unsigned numbers (1u) have no form in JSON');
    }
    return literal(value);
  }

  #compileAccess(node: Node): Evaluate {
    const reference = this.referenceOf(node);
    if (reference === undefined) return this.#compileMember(node);
    const start = this.#compileStart(reference);
    return (evaluation) => followPath(start(evaluation), reference, evaluation.scope);
  }

  /** Where a reference starts: at the item of a loop, or at a variable of the scope. */
  #compileStart(reference: Reference): Evaluate {
    const depth = this.#items.lastIndexOf(reference.root);
    if (depth >= 0) return ({ items }) => items[depth];
    this.references.check(reference);
    return ({ scope }) => rootOf(reference, scope);
  }

  #compileMember(node: Node): Evaluate {
    const [parent, key] = node.args as [Node, string | Node];
    const value = this.compile(parent);
    const place = this.#placeOf(parent);
    if (typeof key === 'string') return (evaluation) => readMember(value(evaluation), key, place);
    const member = this.compile(key);
    return (evaluation) => readMember(value(evaluation), member(evaluation), place);
  }

  /** A node as it is written, for a message. */
  #placeOf({ op, start, end }: Node): string {
    const text = this.#source.slice(start, end).slice(0, MAX_PLACE_LENGTH);
    return op === '?:' || op === '-_' || op in BINARY_OPERATORS ? `(${text})` : text;
  }

  #compileOperator({ op, args }: Node): Evaluate {
    if (op === '!_') return not(this.compile(args as Node));
    if (op === '-_') {
      const operand = this.compile(args as Node);
      return (evaluation) => negate(operand(evaluation));
    }
    const [first, second, third] = (args as Node[]).map((operand) => this.compile(operand));
    if (op === '?:') return conditional(first!, second!, third!);
    if (op === '&&') return and(first!, second!);
    if (op === '||') return or(first!, second!);
    // The parser makes no others.
    const operator = BINARY_OPERATORS[op]!;
    return (evaluation) => operator(first!(evaluation), second!(evaluation), evaluation);
  }

  #compileList(nodes: readonly Node[]): Evaluate {
    const items = nodes.map((node) => this.compile(node));
    return (evaluation) => evaluation.own(items.map((item) => item(evaluation)));
  }

  #compileObject(nodes: readonly (readonly [Node, Node])[]): Evaluate {
    const members = nodes.map(([name, value]) => [this.compile(name), this.compile(value)] as const);
    return (evaluation) => {
      const object: Record<string, unknown> = {};
      for (const [name, value] of members) {
        setMember(object, asText(name(evaluation), 'the name of a member'), value(evaluation));
      }
      return evaluation.own(object);
    };
  }

  #compileCall([name, nodes]: readonly [string, Node[]]): Evaluate {
    if (name === 'has') return this.#compileHas(nodes);
    const known = FUNCTIONS.get(name);
    if (known) return this.#compileFunction(`${name}()`, known, nodes);
    if (METHODS.has(name) || LOOPS.has(name))
      return this.#report(`${name}() is written behind its subject: subject.${name}(…)`);
    return this.#reportFunction(name);
  }

  #compileMethod([name, receiver, nodes]: readonly [string, Node, Node[]]): Evaluate {
    if (LOOPS.has(name)) return this.#compileLoop(name, receiver, nodes);
    const known = METHODS.get(name);
    if (known) return this.#compileFunction(`.${name}()`, known, [receiver, ...nodes], 1);
    if (FUNCTIONS.has(name)) return this.#report(`${name}() is written around its subject: ${name}(subject)`);
    return this.#reportFunction(name);
  }

  #compileFunction(name: string, known: ExpressionFunction, nodes: readonly Node[], receivers = 0): Evaluate {
    const args = nodes.map((node) => this.compile(node));
    if (!this.#checkCount(name, args.length - receivers, known.least - receivers, known.most - receivers))
      return NOTHING;
    return (evaluation) =>
      known.call(
        args.map((arg) => arg(evaluation)),
        evaluation,
      );
  }

  #compileHas(nodes: readonly Node[]): Evaluate {
    const [node] = nodes;
    if (nodes.length !== 1 || (node?.op !== '.' && node?.op !== '[]')) {
      return this.#report('has() asks for one member: has(input.topic)');
    }
    const reference = this.referenceOf(node);
    if (reference === undefined) return has(this.compile(node));
    const start = this.#compileStart(reference);
    return (evaluation) => hasReference(start(evaluation), reference);
  }

  #compileLoop(name: string, receiver: Node, nodes: readonly Node[]): Evaluate {
    const { least, most, compile } = LOOPS.get(name)!;
    const items = this.compile(receiver);
    const depth = this.#items.length;
    const [item, ...body] = nodes;
    if (!this.#checkCount(`.${name}()`, nodes.length, least, most)) return NOTHING;
    if (depth >= EXPRESSION_LIMITS.maxNestedLoops) {
      const message = `${name}() is the loop of a loop of a loop; at most ${EXPRESSION_LIMITS.maxNestedLoops} may be within one another`;
      return this.#report(message, 'EXPRESSION_TOO_LARGE');
    }
    // The parser takes nothing but a name here.
    const variable = item!.args as string;
    if (ROOTS.has(variable)) {
      return this.#report(`${name}() needs a name of its own for the item: list.${name}(x, …)`);
    }
    this.#items.push(variable);
    const before = this.#nodes;
    const [first, second] = body.map((node) => this.compile(node));
    this.#items.pop();
    return compile({ name, items, depth, work: 1 + this.#nodes - before, body: [first!, second] });
  }

  #checkCount(name: string, count: number, least: number, most: number): boolean {
    if (count >= least && count <= most) return true;
    this.#report(`${name} takes ${least === most ? least : `${least} or ${most}`} arguments, not ${count}`);
    return false;
  }

  #reportFunction(name: string): Evaluate {
    const remedy =
      name === 'matches'
        ? ' Regular expressions can take for ever; write contains(), startsWith() or endsWith().'
        : didYouMean(nearestNames(name, ALL_FUNCTIONS));
    return this.#report(`there is no function ${name}().${remedy}`);
  }
}

function literal(value: unknown): Evaluate {
  return () => value;
}

/** A member that is written out. */
function segmentOf({ op, args }: Node): Segment | undefined {
  if (op !== 'value') return undefined;
  if (typeof args === 'string') return args;
  return isNumeric(args) && Number.isSafeInteger(Number(args)) ? Number(args) : undefined;
}
