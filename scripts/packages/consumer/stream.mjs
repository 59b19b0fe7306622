/** Says how a stream of the node at the address given begins; with `ws`, over the WebSockets of that package. */
import { isCairnError } from "@cairn/protocol";
import { createNodeClient } from "@cairn/sdk";

const [url = "", library] = process.argv.slice(2);
const { WebSocket } = library === undefined ? {} : await import(library);
try {
  for await (const event of createNodeClient({ url }, { WebSocket }).stream()) {
    console.log(event.type);
    break;
  }
} catch (error) {
  if (!isCairnError(error)) throw error;
  console.log(error.code);
}
