import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { ApiError } from "./errors.ts";

/** Throws `unauthorized` with a message for requests that do not carry a bearer token. */
export function requireBearer(token: string, message: string): (request: FastifyRequest) => void {
  const expected = Buffer.from(`Bearer ${token}`);
  return ({ headers }) => {
    const given = Buffer.from(headers.authorization ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ApiError("unauthorized", message);
  };
}
