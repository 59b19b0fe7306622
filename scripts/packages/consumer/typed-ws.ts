/** On Node 20 the class of WebSockets comes from the package ws. */
import { createNodeClient } from "@cairn/sdk";
import { WebSocket } from "ws";

export const node = createNodeClient({ url: "https://node.example" }, { WebSocket });
