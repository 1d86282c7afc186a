import { defineConfig } from 'drizzle-kit';

/** For `drizzle-kit generate`, which writes the next migration when the schema has changed. Nothing else of it is used. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/persistence/sql/schema.ts',
  out: './src/persistence/sql/migrations',
});
