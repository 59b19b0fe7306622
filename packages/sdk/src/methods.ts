import type { ClientRequest, RouteName, RouteResponse, WebhookRouteName } from "@cairn/rpc";

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** Options of a submission. */
export interface SubmitOptions extends CallOptions {
  /**
   * Your own name for the payment, 1 to 255 visible ASCII characters, such as the number of an order. While what was submitted
   * under it has run or may still run, the node refuses anything else that the account submits under it: a payment that is
   * signed a second time by mistake does not run twice.
   */
  readonly idempotencyKey?: string;
}

type Loose<T> = string extends NonNullable<T> ? T | number : T;
type Fields<T> = [T] extends [undefined] ? unknown : { readonly [Key in keyof T]: Loose<T[Key]> };
type Body<T> = [T] extends [undefined] ? unknown : T;

/**
 * Arguments of a method: path parameters, query and body of its route in one object; digit strings may also be numbers.
 */
export type CallArguments<Name extends RouteName | WebhookRouteName> = Fields<ClientRequest<Name>["params"]> &
  Fields<ClientRequest<Name>["query"]> &
  Body<ClientRequest<Name>["body"]>;

/** A method of an operation. */
export type Method<Name extends RouteName | WebhookRouteName> =
  Record<never, never> extends CallArguments<Name>
    ? (args?: CallArguments<Name>, options?: CallOptions) => Promise<RouteResponse<Name>>
    : (args: CallArguments<Name>, options?: CallOptions) => Promise<RouteResponse<Name>>;

/**
 * One method per route of the API. Arguments and answers are checked against the route's schemas. Reads are retried
 * when that can help. All throw `sdk/bad-request`, `sdk/unreachable`, `sdk/timeout`, `sdk/aborted`, `sdk/bad-answer`,
 * `sdk/api-error`.
 */
export type RouteMethods = { readonly [Name in RouteName]: Method<Name> };
