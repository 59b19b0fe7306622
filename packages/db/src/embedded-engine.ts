import { Worker } from "node:worker_threads";
import { CairnError, isCairnError } from "@cairn/protocol";
import type { DbErrorCode } from "./errors.ts";

/** Rows of one statement. */
export interface EmbeddedResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  readonly affectedRows?: number;
}

/** An open transaction; no other statements run until it has ended. */
export interface EmbeddedTransaction {
  readonly query: <Row>(sql: string, parameters: readonly unknown[]) => Promise<EmbeddedResult<Row>>;
  readonly end: (action: "commit" | "rollback") => Promise<void>;
}

/** The embedded database in a thread of its own, so that its work does not block the caller. */
export interface EmbeddedEngine {
  /** One statement with parameters. */
  readonly query: <Row>(sql: string, parameters?: readonly unknown[]) => Promise<EmbeddedResult<Row>>;
  /** Statements without parameters, one result for each. */
  readonly exec: (sql: string) => Promise<EmbeddedResult[]>;
  readonly begin: () => Promise<EmbeddedTransaction>;
  readonly close: () => Promise<void>;
}

/** A request to the thread. */
export type EmbeddedRequest =
  | {
      readonly type: "query";
      readonly transaction: number | null;
      readonly sql: string;
      readonly parameters: unknown[];
    }
  | { readonly type: "exec"; readonly sql: string }
  | { readonly type: "begin" }
  | { readonly type: "end"; readonly transaction: number; readonly action: "commit" | "rollback" }
  | { readonly type: "close" };

/** An answer of the thread. */
export type EmbeddedAnswer =
  | { readonly id: number; readonly type: "done"; readonly value: unknown }
  | {
      readonly id: number;
      readonly type: "failed";
      readonly message: string;
      readonly fields: Record<string, unknown>;
    };

/** Start parameters of the thread. */
export interface EmbeddedOptions {
  readonly directory: string;
  /**
   * Folder that keeps an empty cluster, which takes seconds to create, for the next fresh directory; none by default.
   */
  readonly preparedDir?: string | undefined;
}

/** Parts that tests replace. */
export interface EmbeddedThread {
  readonly module: URL;
  /**
   * A thread that owes an answer but has been idle for this long counts as stuck. One that is busy or starting has all
   * the time it needs, which depends on the machine.
   */
  readonly idleLimitMs: number;
}

const THREAD: EmbeddedThread = { module: new URL("./embedded-worker.ts", import.meta.url), idleLimitMs: 60_000 };
/** Pause between two attempts to reopen a database. */
const REOPEN_PAUSE_MS = 500;

/** One thread, from its start until it ends. */
interface Life {
  readonly ask: (request: EmbeddedRequest) => Promise<unknown>;
  readonly hasEnded: () => boolean;
  readonly terminate: () => Promise<void>;
}

/**
 * Opens the database of a directory. A thread that breaks (a PANIC of PostgreSQL when the disk is full, an
 * abort, silence) fails its pending requests and is replaced at the next one, which finds everything committed.
 * Throws `db/unavailable`, whose cause and details say why.
 */
export async function openEmbeddedEngine(
  options: EmbeddedOptions,
  thread: EmbeddedThread = THREAD,
): Promise<EmbeddedEngine> {
  let life = await startLife(options, thread);
  let reopening: Promise<Life> | null = null;
  let lastFailure: { readonly atMs: number; readonly error: unknown } | null = null;
  let closing: Promise<void> | null = null;

  const reopen = (): Promise<Life> => {
    if (closing !== null) return Promise.resolve(life);
    if (lastFailure !== null && performance.now() - lastFailure.atMs < REOPEN_PAUSE_MS) {
      return Promise.reject(lastFailure.error);
    }
    reopening ??= startLife(options, thread)
      .then(
        (opened) => {
          lastFailure = null;
          life = opened;
          return opened;
        },
        (error: unknown) => {
          lastFailure = { atMs: performance.now(), error };
          throw error;
        },
      )
      .finally(() => {
        reopening = null;
      });
    return reopening;
  };
  const ask = async (request: EmbeddedRequest): Promise<unknown> => {
    if (!life.hasEnded()) return life.ask(request);
    return (await reopen()).ask(request);
  };

  return {
    query: async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await ask({ type: "query", transaction: null, sql, parameters: [...parameters] })) as EmbeddedResult<Row>,
    exec: async (sql) => (await ask({ type: "exec", sql })) as EmbeddedResult[],
    begin: async () => {
      // A transaction belongs to the thread that began it, and ends with it.
      const own = life.hasEnded() ? await reopen() : life;
      const transaction = Number(await own.ask({ type: "begin" }));
      return {
        query: async <Row>(sql: string, parameters: readonly unknown[]) =>
          (await own.ask({ type: "query", transaction, sql, parameters: [...parameters] })) as EmbeddedResult<Row>,
        end: async (action) => {
          await own.ask({ type: "end", transaction, action });
        },
      };
    },
    close: () => {
      closing ??= (async () => {
        await reopening?.catch(() => undefined);
        if (!life.hasEnded()) await life.ask({ type: "close" });
        await life.terminate();
      })();
      return closing;
    },
  };
}

async function startLife(options: EmbeddedOptions, { module, idleLimitMs }: EmbeddedThread): Promise<Life> {
  const worker = new Worker(module, { name: "database", workerData: options });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<unknown>();
  let nextId = 1;
  let ended: CairnError<DbErrorCode> | null = null;
  pending.set(0, opened);

  const end = (reason: unknown): void => {
    watchdog.stop();
    const cause = reason instanceof Error ? reason : new Error(String(reason));
    ended ??= new CairnError<DbErrorCode>("db/unavailable", `the embedded database has ended: ${cause.message}`, {
      cause,
    });
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
    void worker.terminate();
  };
  const watchdog = watchIdleness(worker, idleLimitMs, () => {
    end(`nothing was answered for ${idleLimitMs} ms although the thread was idle`);
  });
  worker.on("error", end);
  worker.on("exit", (code) => end(`the thread exited with code ${code}`));
  worker.on("message", (answer: EmbeddedAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    watchdog.expect(pending.size > 0);
    if (pending.size === 0) worker.unref();
    if (answer.type === "done") {
      waiting?.resolve(answer.value);
      return;
    }
    const error = Object.assign(new Error(answer.message), answer.fields);
    waiting?.reject(error);
    // After these a PostgreSQL server would exit; here, what remains of it no longer answers.
    if (answer.fields.severity === "PANIC" || answer.fields.severity === "FATAL") end(error);
  });

  const ask = (request: EmbeddedRequest): Promise<unknown> => {
    if (ended !== null) return Promise.reject(ended);
    const waiting = Promise.withResolvers<unknown>();
    const id = nextId++;
    // The thread keeps the process alive only while it owes an answer.
    if (pending.size === 0) worker.ref();
    pending.set(id, waiting);
    watchdog.expect(true);
    worker.postMessage({ id, request });
    return waiting.promise;
  };

  const startedMs = performance.now();
  try {
    await opened.promise;
  } catch (reason) {
    watchdog.stop();
    await worker.terminate();
    const cause = isCairnError(reason, "db/unavailable") ? reason.cause : reason;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new CairnError<DbErrorCode>("db/unavailable", `the embedded database did not start: ${text}`, {
      cause,
      details: { directory: options.directory, reason: text, afterMs: Math.round(performance.now() - startedMs) },
    });
  }
  return {
    ask,
    hasEnded: () => ended !== null,
    terminate: async () => {
      watchdog.stop();
      await worker.terminate();
    },
  };
}

/** Calls `onStuck` once a thread that owes an answer has been idle for `limitMs` since the last `expect`. */
function watchIdleness(
  worker: Worker,
  limitMs: number,
  onStuck: () => void,
): { readonly expect: (isExpected: boolean) => void; readonly stop: () => void } {
  const TICKS = 10;
  let isExpected = false;
  let idleTicks = 0;
  let last = worker.performance.eventLoopUtilization();
  // In ticks, so that a delay of the caller itself is not mistaken for the thread's silence.
  const timer = setInterval(() => {
    const now = worker.performance.eventLoopUtilization();
    const { idle, active } = worker.performance.eventLoopUtilization(now, last);
    last = now;
    idleTicks = isExpected && idle > active ? idleTicks + 1 : 0;
    if (idleTicks >= TICKS) onStuck();
  }, limitMs / TICKS).unref();
  return {
    expect: (value) => {
      isExpected = value;
      idleTicks = 0;
    },
    stop: () => clearInterval(timer),
  };
}
