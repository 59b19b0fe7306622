import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { isCairnError } from "@cairn/protocol";
import { cliError } from "../errors.ts";
import { addExamples, addJsonOption, type Host } from "../host.ts";
import { table } from "../output.ts";

interface CopyFlags {
  readonly dataDir: string;
  readonly to?: string;
}

/** `cairn copy-database`: copies a node's history from its embedded database to a PostgreSQL server. */
export function addCopyDatabaseCommand({ program, run }: Host): void {
  const command = program
    .command("copy-database")
    .description("copy a stopped node's embedded database to an empty PostgreSQL server")
    .option("--data-dir <dir>", "data directory of the node", "./data")
    .option("--to <url>", "the server's database, postgres://…, without a password (DATABASE_URL may have one)");
  addJsonOption(command);
  addExamples(command, "cairn copy-database --data-dir ./data --to postgres://cairn@localhost/cairn");
  run(command, async ({ output, terminal }, { dataDir, to }: CopyFlags) => {
    const url = to ?? (terminal.env.DATABASE_URL || undefined);
    if (url === undefined) throw cliError("cli/usage", "--to or DATABASE_URL is required");
    if (to !== undefined && URL.canParse(to) && new URL(to).password !== "") {
      throw cliError("cli/usage", "--to would show a password to everyone on this machine: set DATABASE_URL instead");
    }
    const directory = join(resolve(dataDir), "database");
    if (!existsSync(directory)) throw cliError("cli/usage", `no embedded database: ${directory} does not exist`);
    const { copyDatabase, openDatabase } = await import("@cairn/db");
    const { createLmdbStore } = await import("@cairn/state/lmdb");
    // The node's own lock, which keeps two processes from opening the embedded database.
    const store = lockStore(() => createLmdbStore({ path: join(resolve(dataDir), "state") }));
    try {
      const target = await openDatabase({ type: "server", url });
      try {
        const source = await openDatabase({ type: "embedded", directory });
        try {
          const copied = await copyDatabase(source, target, (one) => output.progress(`${one.table}: ${one.rows} rows`));
          const text = [
            table(copied.map(({ table: name, rows }) => [name, String(rows)])),
            "",
            "Start the node with DATABASE_URL from now on; the state store in the data directory stays where it is.",
          ].join("\n");
          return { data: { tables: copied }, text };
        } finally {
          await source.close();
        }
      } finally {
        await target.close();
      }
    } finally {
      store.close();
    }
  });
}

function lockStore<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isCairnError(error, "state/store-locked")) throw error;
    throw cliError("cli/bad-data-dir", "a node is using the data directory: stop it first", { cause: error });
  }
}
