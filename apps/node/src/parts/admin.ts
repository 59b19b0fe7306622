import { createAdminServer } from "../api/side-servers.ts";
import type { Secret } from "../config/setting.ts";
import type { Part } from "./part.ts";

/** Operations for the operator alone; offers its address. */
export function createAdminPart(
  { port, token }: { readonly port: number; readonly token: Secret },
  deps: Parameters<typeof createAdminServer>[1],
): Part<string> {
  return {
    name: "admin",
    start: async (endings) => {
      const admin = createAdminServer({ host: "127.0.0.1", port, token: token.reveal() }, deps);
      endings.add("admin", admin.stop);
      await admin.start();
      return admin.url();
    },
  };
}
