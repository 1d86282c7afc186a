/** A key that stands twice in one object, and where it stands the second time; both count from 1. */
export interface RepeatedKey {
  readonly key: string;
  readonly line: number;
  readonly column: number;
}

/** Texts, and the signs that say which of them are keys; everything else of JSON is of no interest here. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** Finds the first repeated key of a text that is JSON; `JSON.parse` would silently take the last of them. */
export function findRepeatedKey(text: string): RepeatedKey | undefined {
  /** The keys of each object that is open, `undefined` for a list. */
  const open: (Set<string> | undefined)[] = [];
  let last: RegExpExecArray | undefined;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && last !== undefined) {
      const key = JSON.parse(last[0]) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return { key, ...placeOf(text, last.index) };
      keys?.add(key);
    }
    last = match;
  }
  return undefined;
}

function placeOf(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  return { line, column: index - before.lastIndexOf('\n') };
}
