/** The worker that has the user's L2 key: it makes, opens and uses it, and has no message that returns it. */
import { type MessageLine, serveVault } from "@cairn/sdk";

serveVault(self as unknown as MessageLine);
