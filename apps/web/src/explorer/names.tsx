import type { ReactElement } from "react";
import { Hex } from "../ui/values.tsx";
import { placeOf, To } from "./links.tsx";

/** An L1 address, leading to what it owns. */
export function Owner({
  address,
  isWhole = false,
}: {
  readonly address: string;
  readonly isWhole?: boolean;
}): ReactElement {
  return (
    <To place={placeOf.owner(address)}>
      <Hex value={address} isWhole={isWhole} canCopy={false} />
    </To>
  );
}

/** An account by its index. */
export function AccountLink({ index }: { readonly index: number }): ReactElement {
  return <To place={placeOf.account(index)}>{index}</To>;
}

/** A block by its number. */
export function BlockLink({ number }: { readonly number: number | null }): ReactElement {
  return number === null ? <>–</> : <To place={placeOf.block(number)}>{number}</To>;
}
