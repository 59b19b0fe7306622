import { CairnError } from "@cairn/protocol";
import { type ClientRequest, ROUTES, type RouteName, type RouteResponse } from "@cairn/rpc";
import { Agent } from "undici";
import type { BenchErrorCode } from "../errors.ts";

/** Reads from a node's API. */
export interface NodeApi {
  /** Throws `bench/wrong-answer` unless the answer is a success. */
  readonly get: <Name extends RouteName>(
    name: Name,
    request?: Partial<ClientRequest<Name>>,
  ) => Promise<RouteResponse<Name>>;
  readonly close: () => Promise<void>;
}

/** A reader of the node at `url`. */
export function createNodeApi(url: string): NodeApi {
  const agent = new Agent({ connections: 32 });
  return {
    get: async <Name extends RouteName>(name: Name, request: Partial<ClientRequest<Name>> = {}) => {
      const { method, path } = ROUTES[name];
      const params = new Map(Object.entries<unknown>(request.params ?? {}));
      const target = new URL(
        path.replaceAll(/:(\w+)/g, (_, key: string) => String(params.get(key))),
        url,
      );
      for (const [key, value] of Object.entries<unknown>(request.query ?? {})) {
        if (value !== undefined) target.searchParams.set(key, String(value));
      }
      const { statusCode, body } = await agent.request({
        origin: target.origin,
        path: target.pathname + target.search,
        method,
      });
      if (statusCode === 200) return (await body.json()) as RouteResponse<Name>;
      throw new CairnError<BenchErrorCode>("bench/wrong-answer", `${target}: ${statusCode} ${await body.text()}`);
    },
    close: () => agent.close(),
  };
}
