import type { RequestKind } from "@cairn/sdk";
import type { ReactElement } from "react";
import { Button } from "../../ui/button.tsx";
import { Sent } from "./sent.tsx";

/** In the place of a form that has sent its request: how far that is, and a button to an empty form. */
export function Done({
  id,
  kind,
  again,
  next,
}: {
  readonly id: string;
  readonly kind: RequestKind;
  /** Words of the button. */
  readonly again: string;
  readonly next: () => void;
}): ReactElement {
  return (
    <div className="grid gap-4">
      <Sent id={id} kind={kind} />
      <Button onClick={next}>{again}</Button>
    </div>
  );
}
