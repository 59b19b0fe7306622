import { addressToBigint } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import { type L1Document, parseDocument, type RequestDocument } from "../requests/document.ts";
import type { AnyHandle } from "../requests/handle.ts";
import { assertSigned } from "../requests/l1-forms.ts";
import { l1Handle } from "../requests/l1-request.ts";
import { transactionsOf } from "../requests/l2-forms.ts";
import { l2Handle } from "../requests/l2-request.ts";
import { requestStore } from "../requests/store.ts";
import type { CairnClient } from "./context.ts";

/**
 * The handle of a document, in this or another page, process or computer. What was signed is checked, since documents
 * can be altered on their way; nothing is sent before `wait`. Throws `sdk/bad-request-json`, `sdk/wrong-rollup`.
 *
 * @example
 * const handle = await resume(client, JSON.parse(text));
 * await handle.wait({ for: "final" });
 */
export async function resume(client: CairnClient, json: unknown): Promise<AnyHandle> {
  const document = parseDocument(json);
  const { domain } = await client.cairn.l1();
  if (document.chainId !== domain.chainId.toString() || addressToBigint(document.rollup) !== domain.rollup) {
    throw sdkError("sdk/wrong-rollup", `the request is for ${document.rollup} on chain ${document.chainId}`);
  }
  if (isOnL1(document)) {
    await assertSigned(document);
    return l1Handle(client, document, { isResumed: true }) as AnyHandle;
  }
  transactionsOf(document, domain);
  return l2Handle(client, document, { isResumed: true }) as AnyHandle;
}

/**
 * The requests in the storage, oldest first: those that are not over, and those that their caller named and has not
 * forgotten. Throws `sdk/no-storage`, `sdk/bad-request-json`, and as {@link resume}.
 *
 * @example for (const handle of await requests(client)) await handle.wait({ for: "final" });
 */
export async function requests(client: CairnClient): Promise<AnyHandle[]> {
  const { domain } = await client.cairn.l1();
  const documents = await requestStore(client.cairn.storage(), domain).list();
  return Promise.all(documents.map((document) => resume(client, document)));
}

function isOnL1(document: RequestDocument): document is L1Document {
  return "sending" in document;
}
