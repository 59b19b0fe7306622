import type * as z from "zod/mini";
import type { ROUTES } from "./routes.ts";
import type { WEBHOOK_ROUTES } from "./webhooks.ts";

type AllRoutes = typeof ROUTES & typeof WEBHOOK_ROUTES;
type AnyRouteName = keyof AllRoutes;

type Output<Route, Part extends string> = Part extends keyof Route
  ? Route[Part] extends z.ZodMiniType
    ? z.output<Route[Part]>
    : undefined
  : undefined;
type Input<Route, Part extends string> = Part extends keyof Route
  ? Route[Part] extends z.ZodMiniType
    ? z.input<Route[Part]>
    : undefined
  : undefined;

/** What a server's handler gets, after validation. */
export interface RouteRequest<Name extends AnyRouteName> {
  readonly params: Output<AllRoutes[Name], "params">;
  readonly query: Output<AllRoutes[Name], "query">;
  readonly body: Output<AllRoutes[Name], "body">;
  readonly headers?: Output<AllRoutes[Name], "headers">;
}

/** What a client sends. */
export interface ClientRequest<Name extends AnyRouteName> {
  readonly params: Input<AllRoutes[Name], "params">;
  readonly query: Input<AllRoutes[Name], "query">;
  readonly body: Input<AllRoutes[Name], "body">;
}

/** What an operation answers. */
export type RouteResponse<Name extends AnyRouteName> = z.output<AllRoutes[Name]["response"]>;
