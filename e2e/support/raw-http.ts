import { connect, type Socket } from "node:net";

/** The answer on a connection. */
export interface RawAnswer {
  /** HTTP status; null when the connection was closed without an answer. */
  readonly status: number | null;
  readonly text: string;
}

/** Sends bytes as they are and reads until the other side closes or has answered. */
export function sendRaw(api: string, ...parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = "";
    const socket = openRaw(api);
    const finish = (): void => {
      socket.destroy();
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
      resolve({ status: status === undefined ? null : Number(status), text });
    };
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (/^HTTP\/1\.1 \d+[\s\S]*\r\n\r\n/.test(text)) finish();
    });
    socket.once("close", finish);
    socket.once("connect", () => {
      for (const part of parts) socket.write(part);
    });
  });
}

/** An open connection; it is not an error if the other side closes it. */
export function openRaw(api: string): Socket {
  const { hostname, port } = new URL(api);
  return connect(Number(port), hostname).on("error", () => undefined);
}

/** A POST with a body, with its actual length unless another one is given. */
export function rawPost(path: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    host: "node",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...lines, "", body].join("\r\n");
}
