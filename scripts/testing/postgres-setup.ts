import { servePostgres } from "../../packages/db/src/testing/index.ts";

let end: () => Promise<void> = () => Promise.resolve();

/** One PostgreSQL for all test files of the run, started when the first of them needs a database. */
export async function setup(): Promise<void> {
  end = await servePostgres();
}

/** Stops it. */
export function teardown(): Promise<void> {
  return end();
}
