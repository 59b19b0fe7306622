import { createServer } from "node:net";
import { cliError } from "../errors.ts";

/** A port that the devnet is going to listen on. */
export interface WantedPort {
  /** What will listen there. */
  readonly name: string;
  readonly flag: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** Throws `cli/port-taken`, naming the flag that changes it, when another process has one of the ports on 127.0.0.1. */
export async function assertPortsFree(wanted: readonly WantedPort[]): Promise<void> {
  for (const { name, flag, port } of wanted) {
    if (port === 0) continue;
    const twin = wanted.find((other) => other.port === port && other.name !== name);
    if (twin !== undefined) throw cliError("cli/usage", `${flag} and ${twin.flag} are both ${port}`);
    if (!(await isFree(port))) {
      throw cliError(
        "cli/port-taken",
        `port ${port} for the ${name} is taken; choose another with ${flag}, or 0 for any free one`,
        {
          details: { port, flag },
        },
      );
    }
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1" }, () => server.close(() => resolve(true)));
  });
}
