import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { toApiError } from "./errors.ts";
import { rawAnswer } from "./http.ts";
import type { Limiter } from "./rate-limit.ts";
import type { Stream } from "./stream.ts";

/** Counts each upgrade like any other request before the stream sees it: opening connections costs the node most. */
export function limitUpgrades(limiter: Limiter | null, upgrade: Stream["upgrade"]): Stream["upgrade"] {
  if (limiter === null) return upgrade;
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const { headers, refusal } = await limiter(request);
    if (refusal === null) upgrade(request, socket, head, headers);
    else socket.end(rawAnswer(refusal, headers));
  };
  return (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    admit(request, socket, head).catch((error: unknown) => socket.end(rawAnswer(toApiError(error))));
  };
}
