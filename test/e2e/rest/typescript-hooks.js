// Lets a child process run the sources as they are, `node --import ./typescript-hooks.js app.ts`: Node by itself strips
// types, but leaves the decorators. The names of the package's doors lead to the sources too.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const SOURCES = new URL('../../../src/', import.meta.url);
const DOORS = { cadre: 'index.ts', 'cadre/server': 'server.ts' };
const options = JSON.parse(readFileSync(new URL('../../../.swcrc', import.meta.url), 'utf8'));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const door = DOORS[specifier];
    if (door !== undefined) return nextResolve(new URL(door, SOURCES).href, context);
    const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return nextResolve(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.endsWith('.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
