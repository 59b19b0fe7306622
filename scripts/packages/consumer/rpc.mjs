// #region use
import { ENGLISH, openApiDocument, ROUTES } from "@cairn/rpc";

ROUTES.blocks.path; // "/v1/blocks"
const checked = ROUTES.blocks.query.safeParse({ limit: "1000" }, ENGLISH);
checked.error?.issues[0]?.message; // "Too big: expected number to be <=100"
const document = openApiDocument("1.0.0");
// #endregion

/** What the example came to. */
export function run() {
  return { message: checked.error?.issues[0]?.message, info: document.info };
}
