import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CairnError } from "@cairn/protocol";
import pg from "pg";
import type { DbErrorCode } from "../errors.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";

/** A server that other tests use at the same time: it must not be crashed. */
export type SharedPostgres = Pick<PostgresServer, "createDatabase" | "stop">;

/** Tells the processes of the test run where {@link servePostgres} keeps its server. */
const VARIABLE = "CAIRN_TEST_POSTGRES";
const MAX_CONNECTIONS = 300;

/**
 * Offers one PostgreSQL to all processes that inherit this one's environment; it is started when the first of them
 * asks. The returned function ends it.
 */
export async function servePostgres(): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | null = null;
  const broker = createServer((_, response) => {
    starting ??= startPostgres({ isDurable: false, maxConnections: MAX_CONNECTIONS });
    starting
      .then((server) => server.createDatabase())
      .then(
        (url) => response.end(url),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  process.env[VARIABLE] = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  return async () => {
    delete process.env[VARIABLE];
    broker.close();
    broker.closeAllConnections();
    await (await starting)?.stop();
  };
}

/** The server of the test run, or a separate one outside a test run; `stop` removes the databases created here. */
export async function shareTestPostgres(): Promise<SharedPostgres> {
  const place = process.env[VARIABLE];
  if (place === undefined) return startPostgres({ isDurable: false });
  const urls: string[] = [];
  return {
    createDatabase: async () => {
      const response = await fetch(place);
      const answer = await response.text();
      if (!response.ok) throw new CairnError<DbErrorCode>("db/test-server-failed", answer);
      urls.push(answer);
      return answer;
    },
    stop: async () => {
      for (const url of urls.splice(0)) await dropDatabase(new URL(url));
    },
  };
}

async function dropDatabase(url: URL): Promise<void> {
  const client = new pg.Client({ connectionString: new URL("/postgres", url).href });
  await client.connect();
  try {
    await client.query(`drop database ${url.pathname.slice(1)} with (force)`);
  } finally {
    await client.end();
  }
}
