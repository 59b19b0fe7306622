import { CairnError } from "@cairn/protocol";
import { type ClientRequest, ROUTES, type RouteName, type RouteResponse } from "@cairn/rpc";
import type { E2eErrorCode } from "./errors.ts";

const TIMEOUT_MS = 30_000;

/** An answer of a node's API. */
export type ApiAnswer<Name extends RouteName> =
  | { readonly type: "ok"; readonly value: RouteResponse<Name> }
  | { readonly type: "failure"; readonly status: number; readonly code: string; readonly message: string };

/** Calls an operation of a node's API. Throws what `fetch` throws when there is no answer. */
export async function callApi<Name extends RouteName>(
  api: string,
  name: Name,
  request: Partial<ClientRequest<Name>> = {},
): Promise<ApiAnswer<Name>> {
  const { method, path } = ROUTES[name];
  const params = new Map(Object.entries<unknown>(request.params ?? {}));
  const url = new URL(
    path.replaceAll(/:(\w+)/g, (_, key: string) => String(params.get(key))),
    api,
  );
  for (const [key, value] of Object.entries<unknown>(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(request.body === undefined
      ? {}
      : { body: JSON.stringify(request.body), headers: { "content-type": "application/json" } }),
  });
  const body: unknown = await response.json();
  // `/ready` answers 503 in the same format.
  if (response.ok || name === "ready") return { type: "ok", value: body as RouteResponse<Name> };
  const { code, message } = (body as { readonly error: { readonly code: string; readonly message: string } }).error;
  return { type: "failure", status: response.status, code, message };
}

/** As {@link callApi}, but an answer that is a failure throws `e2e/refused`. */
export async function readApi<Name extends RouteName>(
  api: string,
  name: Name,
  request: Partial<ClientRequest<Name>> = {},
): Promise<RouteResponse<Name>> {
  const answer = await callApi(api, name, request);
  if (answer.type === "ok") return answer.value;
  throw new CairnError<E2eErrorCode>("e2e/refused", `${name}: ${answer.status} ${answer.message}`, {
    details: { ...answer },
  });
}
