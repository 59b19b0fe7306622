import { CairnError, redactUrl } from "@cairn/protocol";
import {
  ENGLISH,
  errorSchema,
  ROUTES,
  type RouteDefinition,
  type RouteName,
  type RouteRequest,
  type RouteResponse,
} from "@cairn/rpc";
import type { NodeErrorCode } from "../errors.ts";
import { ApiError } from "./errors.ts";

/** The sequencer's process, as seen by a separate API. */
export interface Upstream {
  /**
   * Asks once. Throws the `ApiError` that it answers with, `node/unavailable` when it does not answer like a Cairn
   * node, and `node/wrong-sequencer` for an unknown answer.
   */
  readonly ask: <Name extends RouteName>(
    name: Name,
    request: Partial<RouteRequest<Name>>,
    timeoutMs: number,
  ) => Promise<RouteResponse<Name>>;
  /** Aborts pending requests and all later ones. */
  readonly stop: () => void;
}

/** The sequencer's process at an HTTP address. */
export function createUpstream(url: string): Upstream {
  const stopping = new AbortController();
  return {
    ask: async (name, request, timeoutMs) => {
      const route: RouteDefinition = ROUTES[name];
      const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(timeoutMs)]);
      const { body, status, isOk } = await send(requestUrl(url, route, request), route, request, signal);
      const failure = errorSchema.safeParse(body, ENGLISH);
      if (failure.success) {
        const { code, message, details } = failure.data.error;
        throw new ApiError(code, message, details);
      }
      const parsed = route.response.safeParse(body, ENGLISH);
      // 503 is also the answer of a node that is not ready.
      if (parsed.success && (isOk || name === "ready")) return parsed.data as RouteResponse<typeof name>;
      if (!isOk) throw silent(new CairnError("node/unavailable", `status ${status} to ${name}`));
      throw new CairnError<NodeErrorCode>(
        "node/wrong-sequencer",
        `${redactUrl(url)} does not answer ${name} like this version`,
        {
          cause: parsed.error,
        },
      );
    },
    stop: () => stopping.abort(),
  };
}

async function send(
  url: URL,
  { method }: RouteDefinition,
  { body, headers }: { readonly body?: unknown; readonly headers?: unknown },
  signal: AbortSignal,
): Promise<{ readonly body: unknown; readonly status: number; readonly isOk: boolean }> {
  const json = {
    body: JSON.stringify(body),
    headers: { ...definedTexts(headers), "content-type": "application/json" },
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method, signal, ...(body === undefined ? {} : json) });
    text = await response.text();
  } catch (cause) {
    throw silent(cause);
  }
  return { body: parseJson(text), status: response.status, isOk: response.ok };
}

function definedTexts(headers: unknown): Record<string, string> {
  const given = Object.entries(headers ?? {}).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(given);
}

function requestUrl(base: string, { path }: RouteDefinition, request: { params?: unknown; query?: unknown }): URL {
  const params = new Map(Object.entries(request.params ?? {}));
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params.get(name))));
  const url = new URL(filled, base);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function silent(cause: unknown): CairnError<NodeErrorCode> {
  return new CairnError("node/unavailable", "the sequencer does not answer", { cause });
}
