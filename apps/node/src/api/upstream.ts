import { CairnError } from "@cairn/protocol";
import {
  errorSchema,
  ROUTES,
  type RouteDefinition,
  type RouteName,
  type RouteRequest,
  type RouteResponse,
} from "@cairn/rpc";
import type { NodeErrorCode } from "../errors.ts";
import { ApiError } from "./errors.ts";

/** The process of the sequencer, as an API apart from it asks it. */
export interface Upstream {
  /**
   * Asks once. Throws the `ApiError` that it answers with, `node/unavailable` when it does not answer, and
   * `node/wrong-sequencer` for what no sequencer of this version says.
   */
  readonly ask: <Name extends RouteName>(
    name: Name,
    request: Partial<RouteRequest<Name>>,
  ) => Promise<RouteResponse<Name>>;
}

/** The sequencer's process at an HTTP address. */
export function createUpstream({ url, timeoutMs }: { readonly url: string; readonly timeoutMs: number }): Upstream {
  return {
    ask: async (name, request) => {
      const route: RouteDefinition = ROUTES[name];
      const { body, isOk } = await send(requestUrl(url, route, request), route, request, timeoutMs);
      const failure = errorSchema.safeParse(body);
      if (failure.success) {
        const { code, message, details } = failure.data.error;
        throw new ApiError(code, message, details);
      }
      const parsed = route.response.safeParse(body);
      // 503 is also the answer of a node that is not ready.
      if (parsed.success && (isOk || name === "ready")) return parsed.data as RouteResponse<typeof name>;
      throw new CairnError<NodeErrorCode>("node/wrong-sequencer", `${url} gives no answer of this version to ${name}`, {
        cause: parsed.error,
      });
    },
  };
}

async function send(
  url: URL,
  { method }: RouteDefinition,
  { body }: { readonly body?: unknown },
  timeoutMs: number,
): Promise<{ readonly body: unknown; readonly isOk: boolean }> {
  const json = { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method, signal, ...(body === undefined ? {} : json) });
    return { body: await response.json().catch(() => null), isOk: response.ok };
  } catch (cause) {
    throw new CairnError<NodeErrorCode>("node/unavailable", "the sequencer does not answer", { cause });
  }
}

function requestUrl(base: string, { path }: RouteDefinition, request: { params?: unknown; query?: unknown }): URL {
  const params = new Map(Object.entries(request.params ?? {}));
  const url = new URL(
    path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params.get(name)))),
    base,
  );
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
