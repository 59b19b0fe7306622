import type { RouteName, RouteRequest, RouteResponse, WebhookRouteName } from "@cairn/rpc";
import { ApiError } from "./errors.ts";

/** Handlers of operations of the API, all of them by default. */
export type Handlers<Names extends RouteName = RouteName> = {
  readonly [Name in Names]: (request: RouteRequest<Name>) => Promise<RouteResponse<Name>>;
};

/** Handlers of the operations about webhooks. */
export type WebhookHandlers = {
  readonly [Name in WebhookRouteName]: (request: RouteRequest<Name>) => Promise<RouteResponse<Name>>;
};

/** One part of the node as readiness shows it. */
export interface PartStatus {
  readonly isReady: boolean;
  readonly state: string;
}

/** The requested value. Throws `ApiError` when there is none. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ApiError("not-found", `there is no such ${what}`);
  return value;
}
