// #region use
import {
  accountIndex,
  bytesToHex,
  decodeL1Operation,
  encodeL1Operation,
  referenceText,
  textReference,
  tokenId,
} from "@cairn/protocol";

const record = encodeL1Operation({
  type: "deposit",
  owner: 5n,
  tokenId: tokenId(1),
  amount: 10n ** 18n,
  index: accountIndex(0),
  key: 0n,
});
const operation = decodeL1Operation(record); // as it was
const reference = textReference("invoice 17");
referenceText(reference); // "invoice 17"
// #endregion

/** What the example came to. */
export function run() {
  return { record: bytesToHex(encodeL1Operation(operation)), reference: referenceText(reference) };
}
