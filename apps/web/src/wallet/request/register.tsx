import { parsePaymentRequest } from "@cairn/sdk";
import { type ReactElement, useEffect } from "react";
import { useRollup } from "../../data/rollup.tsx";
import { Button } from "../../ui/button.tsx";
import { useTexts } from "../../ui/use-texts.ts";
import { rollupName } from "../kept/use-kept.ts";
import { useDoing } from "../paying/use-doing.ts";
import { Problem } from "../problems/problem.tsx";
import { NeedsSession, useSession } from "../session/session.tsx";
import { type MadeRequest, madeOf } from "./made.ts";
import { TEXTS } from "./texts.ts";

/** Tells the node of a request, so that it can say when it is paid; the account's key signs that. */
export function Register({ made }: { readonly made: MadeRequest }): ReactElement {
  return (
    <NeedsSession isPart>
      <Registering made={made} />
    </NeedsSession>
  );
}

function Registering({ made }: { readonly made: MadeRequest }): ReactElement {
  const texts = useTexts(TEXTS);
  const { client } = useSession();
  const { config } = useRollup();
  const kept = madeOf(rollupName(config));
  const { doing, start } = useDoing(async (one: MadeRequest) => {
    const { request } = parsePaymentRequest(one.link);
    const { account, amount, expiresAt } = request;
    // The same account, amount, reference and expiry are the same request.
    const taken = await client.requestPayment({ account, amount, reference: one.reference, expiresAt });
    if (taken.link !== one.link) throw new TypeError("the node has another account under this number");
    kept.change((before) =>
      before.map((other) => (other.link === one.link ? { ...other, isRegistered: true } : other)),
    );
  });
  // Made to be paid: telling the node of it asks for nothing.
  useEffect(() => {
    if (doing.type === "idle") start(made);
  });
  return (
    <div className="grid gap-2">
      {doing.type === "busy" && <p className="text-sm text-soft">{texts.making}</p>}
      {doing.type === "failed" && (
        <>
          <Problem error={doing.error} />
          <Button onClick={() => start(made)}>{texts.register}</Button>
        </>
      )}
    </div>
  );
}
