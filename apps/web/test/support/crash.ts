import type { Page } from "playwright-core";

/**
 * Points at which a page can be stopped, from the press of the button that pays to the node's promise: on both sides of each
 * call of the API that belongs to a payment, of each write of what is kept of it, of the lock, of the vault's signature. A
 * number says at which time.
 */
export const CRASH_POINTS = [
  ["before GET quote", 1],
  ["after GET quote", 1],
  ["before GET account", 1],
  ["after GET account", 1],
  ["before the lock", 1],
  ["within the lock", 1],
  ["before GET account", 2],
  ["after GET account", 2],
  ["before keeping nonces", 1],
  ["after keeping nonces", 1],
  ["before asking for the signature", 1],
  ["after asking for the signature", 1],
  ["before the signature arrives", 1],
  ["before keeping request", 1],
  ["after keeping request", 1],
  ["before POST transactions", 1],
  ["after POST transactions", 1],
  ["at the end of the lock", 1],
  ["before GET transaction", 1],
  ["after GET transaction", 1],
] as const;

/** One of {@link CRASH_POINTS}. */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** A page that can be stopped dead. */
export interface Crashable {
  /** From now on the page goes to this point, and no further. */
  readonly arm: (point: CrashPoint) => Promise<void>;
  /** Resolves once it has stopped. */
  readonly crashed: Promise<void>;
}

/** Lets a page be stopped: nothing in it runs after the point, since it waits for an answer that never comes. */
export async function makeCrashable(page: Page): Promise<Crashable> {
  let tell: () => void = () => undefined;
  const crashed = new Promise<void>((resolve) => {
    tell = resolve;
  });
  await page.route("**/crash", () => tell());
  await page.addInitScript(watchForPoint);
  return { crashed, arm: (point) => page.evaluate(`armCrash(${JSON.stringify(point)})`) };
}

/** What the page's program uses, and is watched. */
interface PageScope {
  armCrash: (point: CrashPoint) => void;
  fetch: typeof fetch;
  readonly XMLHttpRequest: new () => {
    open: (method: string, url: string, isAsync: boolean) => void;
    send: () => void;
  };
  readonly IDBObjectStore: { readonly prototype: Methods };
  readonly Worker: { readonly prototype: Methods };
  readonly LockManager: { readonly prototype: Methods };
}
type Methods = Record<string, (this: unknown, ...args: unknown[]) => unknown>;

/** Runs in the page, before its own program. */
function watchForPoint(): void {
  const scope = globalThis as unknown as PageScope;
  let armed: CrashPoint | null = null;
  let times = 0;
  /** Transactions that it has asked about before: those of earlier payments. */
  const known = new Set<string>();
  const pass = (point: string): void => {
    if (armed?.[0] !== point) return;
    times += 1;
    if (times < armed[1]) return;
    const request = new scope.XMLHttpRequest();
    // Not asynchronously: the page stops here.
    request.open("GET", "./crash", false);
    request.send();
  };
  scope.armCrash = (point) => {
    armed = point;
  };
  const around = (methods: Methods, name: string, pointOf: (args: readonly unknown[]) => string | null): void => {
    const own = methods[name];
    methods[name] = function (...args) {
      const point = pointOf(args);
      if (point !== null) pass(`before ${point}`);
      const result = own?.apply(this, args);
      if (point !== null) pass(`after ${point}`);
      return result;
    };
  };

  const isOfRequests = (name: unknown) => /^cairn-\d+-0x/.test(String(name));
  const store = scope.IDBObjectStore.prototype;
  const put = store.put;
  store.put = function (text, name) {
    if (!isOfRequests(name)) return put?.call(this, text, name);
    const point = `keeping ${String(name).split("-")[3]}`;
    pass(`before ${point}`);
    const { transaction } = this as unknown as { transaction: EventTarget };
    transaction.addEventListener("complete", () => pass(`after ${point}`));
    return put?.call(this, text, name);
  };
  const isOfVault = (message: unknown) => typeof message === "object" && message !== null && "vault" in message;
  around(scope.Worker.prototype, "postMessage", ([message]) =>
    isOfVault(message) ? "asking for the signature" : null,
  );
  const listen = scope.Worker.prototype.addEventListener;
  scope.Worker.prototype.addEventListener = function (type, listener, ...options) {
    const hear = (event: { readonly data?: unknown }) => {
      if (isOfVault(event.data)) pass("before the signature arrives");
      (listener as (event: unknown) => void)(event);
    };
    return listen?.call(this, type, hear, ...options);
  };
  const lock = scope.LockManager.prototype.request;
  scope.LockManager.prototype.request = function (name, work) {
    if (!/^cairn-\d+-0x.*-nonces-/.test(String(name)) || typeof work !== "function")
      return lock?.call(this, name, work);
    pass("before the lock");
    return lock?.call(this, name, async () => {
      pass("within the lock");
      const result: unknown = await work();
      pass("at the end of the lock");
      return result;
    });
  };
  const pointOf = (method: string, path: string): string | null => {
    if (/\/v1\/fees\/quote$/.test(path)) return "GET quote";
    if (/\/v1\/accounts\/\d+$/.test(path)) return "GET account";
    if (method === "POST" && /\/v1\/transactions$/.test(path)) return "POST transactions";
    const [, id = null] = /\/v1\/transactions\/(0x[0-9a-f]{64})$/.exec(path) ?? [];
    if (id === null) return null;
    if (armed === null) known.add(id);
    return known.has(id) ? null : "GET transaction";
  };
  const ask = scope.fetch;
  scope.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const point = pointOf(init?.method ?? "GET", url.split("?")[0] ?? "");
    if (point !== null) pass(`before ${point}`);
    const answer = await ask(input, init);
    if (point !== null) pass(`after ${point}`);
    return answer;
  };
}
