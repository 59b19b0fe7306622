import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A JSON-RPC question. */
export interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** How the RPC handles a request; `ask` forwards it to the real node. Null: it never answers. */
export type Manner = (question: Question, ask: () => Promise<object>) => Promise<object | null>;

/** An RPC in front of a real node whose behaviour tests change. */
export interface FaultyRpc {
  readonly url: string;
  manner: Manner;
  readonly stop: () => Promise<void>;
}

/** Forwards everything. */
export const honest: Manner = (_, ask) => ask();

/** An error answer. */
export function errorAnswer({ id }: Question, message: string, code = -32000): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** Forwards transactions, but answers with the result of `answer`; null for no answer. */
export function afterTaking(answer: (question: Question) => object | null): Manner {
  return async (question, ask) => {
    if (question.method !== "eth_sendRawTransaction") return ask();
    await ask();
    return answer(question);
  };
}

/** Starts an honest one in front of `target`. */
export async function startFaultyRpc(target: string): Promise<FaultyRpc> {
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming) text += String(chunk);
    const question = JSON.parse(text) as Question;
    const ask = async () => {
      const response = await fetch(target, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: text,
      });
      return (await response.json()) as object;
    };
    const answer = await rpc.manner(question, ask);
    if (answer === null) outgoing.destroy();
    else outgoing.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rpc: FaultyRpc = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner: honest,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rpc;
}
