import type { CairnClient } from "@cairn/sdk";
import type { Following } from "../requests/following.ts";
import { newName } from "../requests/names.ts";

/**
 * Names the requests of one hook. A call that is not named by its caller gets a name of ours, which stays until a call
 * has succeeded: so whatever the first call has signed, stored or sent before it failed, the next one is the same request.
 * The SDK resumes it, and refuses one with another content.
 */
export interface Attempts {
  /** The parameters to send; those of an open attempt have its name. */
  readonly begin: <Parameters>(client: CairnClient, following: Following, parameters: Parameters) => Parameters;
  /** What was named is sent, or given up; the next call is another request. */
  readonly end: () => void;
}

/** What a call that failed may have left. */
interface Attempt {
  readonly client: CairnClient;
  readonly id: string;
  readonly content: string;
  readonly release: () => void;
}

/** None is open. */
export function createAttempts(): Attempts {
  let open: Attempt | null = null;
  const end = (): void => {
    open?.release();
    open = null;
  };
  return {
    begin: (client, following, parameters) => {
      const named = parameters as typeof parameters & { readonly requestId?: string };
      if (named?.requestId !== undefined) return parameters;
      const content = textOf(parameters);
      // Another user's, or one of which it is known by now that it has happened: this call is another one.
      const isDone = open !== null && open.content !== content && following.isDecided(open.id);
      if (open !== null && (open.client !== client || isDone)) end();
      const id = open?.id ?? newName();
      open ??= { client, id, content, release: following.hold(id) };
      return { ...named, requestId: id };
    },
    end,
  };
}

function textOf(parameters: unknown): string {
  return JSON.stringify(parameters ?? null, (_key, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
}
