// Runs in a worker, and keeps the customer's L2 key there.
import { serveVault } from "@cairn/sdk";

serveVault(self as Parameters<typeof serveVault>[0]);
