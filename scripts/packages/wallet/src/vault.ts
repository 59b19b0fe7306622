// #region vault
// src/vault.ts: runs in a worker, and keeps the L2 key there.
import { serveVault } from "@cairn/sdk";

serveVault(self as Parameters<typeof serveVault>[0]);
// #endregion
