/** What a page passes to the client must have the right types. */
import { createNodeClient } from "@cairn/sdk";

export const node = createNodeClient({ url: "https://node.example" }, { WebSocket, fetch: window.fetch });
