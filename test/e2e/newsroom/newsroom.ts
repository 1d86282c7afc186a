import type { Tokens } from 'marked';
import { NewsroomModule } from '../../../examples/newsroom/newsroom.module.js';
import { withFolder } from '../../../examples/newsroom/testing/surroundings.js';
import { markdownTokens } from '../../docs/repository.js';
import { serve, type Answer, type Client, type RunningServer } from '../rest/server.js';

type Variables = Readonly<Record<string, string>>;

/**
 * Runs a test against the whole newsroom, served over HTTP, with these settings and a data folder of its own. It keeps its runs
 * in memory: a database would take longer to start than most tests.
 */
export function withNewsroom(
  variables: Variables,
  test: (client: Client, dataFolder: string) => Promise<void>,
): Promise<void> {
  return withFolder({}, async (dataFolder) => {
    const { app, client } = await serveWith({
      CADRE_PERSISTENCE: 'memory',
      NEWSROOM_DATA_DIR: dataFolder,
      ...variables,
    });
    try {
      await test(client, dataFolder);
    } finally {
      await app.close();
    }
  });
}

/** Starts the newsroom with nothing in its environment but these variables: those of the machine do not count. */
async function serveWith(variables: Variables): Promise<RunningServer> {
  const outer = process.env;
  process.env = { ...variables };
  try {
    return await serve(NewsroomModule);
  } finally {
    process.env = outer;
  }
}

/**
 * Sends what a `curl` command on a page sends, word for word; the command is found by a part of it.
 * @param values of the shell's variables in its address
 */
export async function sendAsWritten(
  client: Client,
  page: string,
  part: string,
  values: Variables = {},
): Promise<Answer> {
  const words = curlCommandsOn(page).find((command) => command.some((word) => word.includes(part)));
  if (words === undefined) throw new RangeError(`${page} has no curl command for ${part}`);
  const { method, path, headers, body } = parseCurl(words);
  const filled = path.replace(/\$(\w+)/g, (written, name: string) => values[name] ?? written);
  return client.send(method, filled, { headers, body });
}

/** The `curl` commands in the shell blocks of a page, each split into words. */
function curlCommandsOn(page: string): string[][] {
  return markdownTokens(page)
    .filter((token): token is Tokens.Code => token.type === 'code' && token.lang === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.startsWith('curl '))
    .map((line) => [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word));
}

function parseCurl(words: readonly string[]) {
  const valuesOf = (option: string): string[] => words.filter((_, index) => words[index - 1] === option);
  const [body] = [...valuesOf('-d'), ...valuesOf('--data-binary')];
  const [method = body === undefined ? 'GET' : 'POST'] = valuesOf('-X');
  const headers = valuesOf('-H').map((header) => header.split(': ', 2) as [string, string]);
  const path = words.find((word) => word.startsWith('localhost:'))?.replace(/^[^/]+/, '') ?? '';
  return { method, path, headers, body };
}
