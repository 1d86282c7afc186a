import { type Evaluation, Trouble } from './evaluation.js';
import { describeKind, Duration, isEqual, isNumeric, isObject, type Numeric } from './values.js';

type Operator = (left: unknown, right: unknown, evaluation: Evaluation) => unknown;

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);

/** @throws Trouble when a whole number leaves the 64 bits that CEL gives it */
export function toInt(value: bigint): bigint {
  if (value >= MIN_INT && value <= MAX_INT) return value;
  throw new Trouble('a whole number is larger than 64 bits hold');
}

/** The operators that take two values, by how CEL writes them. */
export const BINARY_OPERATORS: Readonly<Record<string, Operator>> = {
  '+': add,
  '-': subtract,
  '*': (left, right) => calculate('*', left, right),
  '/': (left, right) => calculate('/', left, right),
  '%': (left, right) => calculate('%', left, right),
  '==': isEqual,
  '!=': (left, right, evaluation) => !isEqual(left, right, evaluation),
  '<': (left, right, evaluation) => compare('<', left, right, evaluation) < 0,
  '<=': (left, right, evaluation) => compare('<=', left, right, evaluation) <= 0,
  '>': (left, right, evaluation) => compare('>', left, right, evaluation) > 0,
  '>=': (left, right, evaluation) => compare('>=', left, right, evaluation) >= 0,
  in: isIn,
};

export function negate(value: unknown): unknown {
  if (typeof value === 'bigint') return toInt(-value);
  if (typeof value === 'number') return -value;
  if (value instanceof Duration) return new Duration(-value.ms);
  throw new Trouble(`- cannot be put before ${describeKind(value)}`);
}

function add(left: unknown, right: unknown, evaluation: Evaluation): unknown {
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.allowText(left.length + right.length);
    return left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    evaluation.spend(left.length + right.length);
    return evaluation.own([...(left as unknown[]), ...(right as unknown[])]);
  }
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms + right.ms);
  if (left instanceof Date && right instanceof Duration) return toInstant(left.getTime() + right.ms);
  if (left instanceof Duration && right instanceof Date) return toInstant(left.ms + right.getTime());
  return calculate('+', left, right);
}

function subtract(left: unknown, right: unknown): unknown {
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms - right.ms);
  if (left instanceof Date && right instanceof Date) return new Duration(left.getTime() - right.getTime());
  if (left instanceof Date && right instanceof Duration) return toInstant(left.getTime() - right.ms);
  return calculate('-', left, right);
}

/** @throws Trouble outside of the years 1 to 9999, which is what CEL allows */
export function toInstant(ms: number): Date {
  if (ms >= -62_135_596_800_000 && ms <= 253_402_300_799_999) return new Date(ms);
  throw new Trouble('an instant is not within the years 1 to 9999');
}

/**
 * Two ints give an int, as CEL has it: `7 / 2` is 3. JSON's numbers are doubles, and where one of two is a double, so is what
 * they give: CEL would refuse `input.n + 1`. Division by zero is refused for doubles too, JSON having no infinity.
 */
function calculate(operator: '+' | '-' | '*' | '/' | '%', left: unknown, right: unknown): Numeric {
  if (!isNumeric(left) || !isNumeric(right)) throw misfit(operator, left, right);
  // `==`, for an int and a double.
  if ((operator === '/' || operator === '%') && right == 0) throw new Trouble('it divides by zero');
  if (typeof left === 'bigint' && typeof right === 'bigint')
    return toInt(INT_OPERATORS[operator](left, right));
  return DOUBLE_OPERATORS[operator](Number(left), Number(right));
}

const INT_OPERATORS = {
  '+': (left: bigint, right: bigint) => left + right,
  '-': (left: bigint, right: bigint) => left - right,
  '*': (left: bigint, right: bigint) => left * right,
  '/': (left: bigint, right: bigint) => left / right,
  '%': (left: bigint, right: bigint) => left % right,
};

const DOUBLE_OPERATORS = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
  '%': (left: number, right: number) => left % right,
};

/** Below 0, 0 or above 0 as `left` comes before, with or behind `right`; NaN when they have no order. */
function compare(operator: string, left: unknown, right: unknown, evaluation: Evaluation): number {
  if (isNumeric(left) && isNumeric(right)) return order(left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.spendOnText(Math.min(left.length, right.length));
    return order(left, right);
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (left instanceof Duration && right instanceof Duration) return left.ms - right.ms;
  throw misfit(operator, left, right);
}

function order<T extends Numeric | string>(left: T, right: T): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function isIn(value: unknown, whole: unknown, evaluation: Evaluation): boolean {
  if (Array.isArray(whole)) return whole.some((item) => isEqual(item, value, evaluation));
  if (isObject(whole))
    return typeof value === 'string' && Object.hasOwn(whole, value) && whole[value] !== undefined;
  const remedy = typeof whole === 'string' ? '; for a part of a text write text.contains(part)' : '';
  throw new Trouble(`"in" needs a list or an object on its right, not ${describeKind(whole)}${remedy}`);
}

function misfit(operator: string, left: unknown, right: unknown): Trouble {
  const isTextAndNumber =
    operator === '+' &&
    [left, right].some((value) => typeof value === 'string') &&
    [left, right].some(isNumeric);
  const remedy = isTextAndNumber ? '; write string(number) to join it to a text' : '';
  return new Trouble(
    `${operator} does not work between ${describeKind(left)} and ${describeKind(right)}${remedy}`,
  );
}
