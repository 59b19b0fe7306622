import { isCairnError } from "@cairn/protocol";
import { apiErrorOf, createNodeClient, type NodeClient } from "@cairn/sdk";

/** The client of the node at an address, one for each. */
export const nodeAt: (url: string) => NodeClient = kept((url) => createNodeClient({ url }));

/** Whether the node does not know what was asked for. */
export function isUnknown(error: unknown): boolean {
  const code = apiErrorOf(error)?.code;
  // Also what nothing can be called, such as the block "abc".
  return code === "not-found" || code === "bad-request" || isCairnError(error, "sdk/bad-request");
}

function kept<Value>(make: (key: string) => Value): (key: string) => Value {
  const values = new Map<string, Value>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    values.set(key, made);
    return made;
  };
}
