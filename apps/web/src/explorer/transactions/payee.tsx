import type { RouteResponse } from "@cairn/rpc";
import type { ReactElement } from "react";
import { AccountLink, Owner } from "../names.tsx";

/** Who is paid: an account, one that is made for an owner, or an address on L1. */
export function payeeOf({
  transaction,
  createdIndex,
}: Pick<RouteResponse<"transaction">, "transaction" | "createdIndex">): ReactElement {
  if (transaction.type === "transfer") return <AccountLink index={transaction.to} />;
  if (createdIndex !== null) return <AccountLink index={createdIndex} />;
  return <Owner address={transaction.type === "withdraw" ? transaction.recipient : transaction.toOwner} />;
}
