/**
 * The pages' service worker: they open without a network, and a new build takes the place of the old one at the next load,
 * whole. Every file is kept with the build that lists it, and only if it has the hash that the list names; a page gets all of
 * one build. It knows nothing of nodes and L1, and answers for nothing but the pages' own files.
 */

/** The part of a service worker's scope that is used; the project's types are those of pages. */
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: { readonly claim: () => Promise<void> };
  readonly skipWaiting: () => Promise<void>;
  readonly addEventListener: {
    (type: "install" | "activate", listener: (event: WaitingEvent) => void): void;
    (type: "fetch", listener: (event: FetchingEvent) => void): void;
  };
}
interface WaitingEvent {
  readonly waitUntil: (work: Promise<unknown>) => void;
}
interface FetchingEvent extends WaitingEvent {
  readonly request: Request;
  readonly respondWith: (answer: Promise<Response>) => void;
}
interface Listed {
  readonly build: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

const worker = self as unknown as ServiceWorkerScope;
const SCOPE = worker.registration.scope;
/** Folders of one origin have caches of their own. */
const PREFIX = `cairn-pages ${new URL(SCOPE).pathname} `;
/** Holds which build is shown, and the configuration that the host gave last. */
const STATE = `${PREFIX}state`;
const LIST = "files.json";
const CONFIG = "config.json";
const PAGES: readonly string[] = ["index.html", "wallet.html"];
/** How long a page waits for the network before it opens as it was. */
const PATIENCE_MS = 3_000;

worker.addEventListener("install", (event) => {
  // The page that asked for the worker has its configuration already.
  event.waitUntil(
    Promise.all([takeNewest(), configuration(new Request(addressOf(CONFIG)))]).then(() => worker.skipWaiting()),
  );
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(worker.clients.claim());
});
worker.addEventListener("fetch", (event) => {
  const answer = answerTo(event);
  if (answer !== null) event.respondWith(answer);
});

/** Null for what is not one of the pages' files: the network answers then, as without a worker. */
function answerTo(event: FetchingEvent): Promise<Response> | null {
  const { method, url, mode } = event.request;
  if (method !== "GET" || !url.startsWith(SCOPE)) return null;
  const path = new URL(url).pathname.slice(new URL(SCOPE).pathname.length);
  if (mode === "navigate") {
    const page = path === "" ? "index.html" : path;
    return PAGES.includes(page) ? openPage(event, page) : null;
  }
  if (path === CONFIG) return configuration(event.request);
  return path.startsWith("assets/") || path === LIST || path === "cairn.svg" ? file(event.request, path) : null;
}

/** The page of the newest build that can be had in time, else of the one that is there. */
async function openPage(event: FetchingEvent, page: string): Promise<Response> {
  const newest = takeNewest().catch(() => null);
  event.waitUntil(newest);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const build = (await Promise.race([newest, late])) ?? (await currentBuild());
  const kept = build === null ? undefined : await (await caches.open(PREFIX + build)).match(addressOf(page));
  return kept ?? fetch(event.request);
}

/** A file of the build that is shown; an asset, whose name has its hash, also of the one before, for pages that are open. */
async function file(request: Request, path: string): Promise<Response> {
  const build = await currentBuild();
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== STATE);
  const first = names.filter((name) => name === PREFIX + build);
  const others = path.startsWith("assets/") ? names.filter((name) => name !== PREFIX + build) : [];
  for (const name of [...first, ...others]) {
    const kept = await (await caches.open(name)).match(addressOf(path));
    if (kept !== undefined) return kept;
  }
  return fetch(request);
}

/** The host says which rollup the pages are about; without it, as it said last. */
async function configuration(request: Request): Promise<Response> {
  const state = await caches.open(STATE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await state.put(addressOf(CONFIG), answer.clone());
    return answer;
  } catch (error) {
    const kept = await state.match(addressOf(CONFIG));
    if (kept !== undefined) return kept;
    throw error;
  }
}

let taking: Promise<string> | null = null;

/** Keeps the host's build, all of it or nothing, and shows it from now on. Throws where the host cannot be reached. */
function takeNewest(): Promise<string> {
  taking ??= take().finally(() => {
    taking = null;
  });
  return taking;
}

async function take(): Promise<string> {
  const answer = await fetch(addressOf(LIST), { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`${LIST}: ${answer.status}`);
  const listed = answer.clone();
  const { build, files } = (await answer.json()) as Listed;
  if (!/^[0-9a-f]{64}$/.test(build)) throw new TypeError(`${LIST} names no build`);
  const before = await currentBuild();
  if (before === build) return build;
  const cache = await caches.open(PREFIX + build);
  const unchanged = before === null ? null : await openKept(before);
  for (const { path, sha256 } of files) {
    if ((await cache.match(addressOf(path))) !== undefined) continue;
    const same = unchanged?.hashes.get(path) === sha256 ? await unchanged.cache.match(addressOf(path)) : undefined;
    if (same === undefined) await keepFile(cache, path, sha256);
    else await cache.put(addressOf(path), same);
  }
  await cache.put(addressOf(LIST), listed);
  await (await caches.open(STATE)).put(addressOf("build"), new Response(build));
  for (const name of await caches.keys()) {
    const isOld = name.startsWith(PREFIX) && ![STATE, PREFIX + build, PREFIX + before].includes(name);
    if (isOld) await caches.delete(name);
  }
  return build;
}

/** A build that is kept, and the hashes of its files. */
async function openKept(
  build: string,
): Promise<{ readonly cache: Cache; readonly hashes: ReadonlyMap<string, string> }> {
  const cache = await caches.open(PREFIX + build);
  const { files } = ((await (await cache.match(addressOf(LIST)))?.json()) ?? { files: [] }) as Pick<Listed, "files">;
  return { cache, hashes: new Map(files.map(({ path, sha256 }) => [path, sha256])) };
}

/** Keeps a file as it is listed. Throws a TypeError for another content: the host is changing builds at the moment. */
async function keepFile(cache: Cache, path: string, sha256: string): Promise<void> {
  const answer = await fetch(addressOf(path), { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`${path}: ${answer.status}`);
  const content = await answer.arrayBuffer();
  if ((await hashOf(content)) !== sha256) throw new TypeError(`${path} is not as it is listed`);
  const headers = new Headers(answer.headers);
  // The content is kept as it is read.
  for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
  await cache.put(addressOf(path), new Response(content, { headers }));
}

async function currentBuild(): Promise<string | null> {
  const kept = await (await caches.open(STATE)).match(addressOf("build"));
  return kept === undefined ? null : kept.text();
}

async function hashOf(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addressOf(path: string): string {
  return new URL(path, SCOPE).href;
}

export {};
