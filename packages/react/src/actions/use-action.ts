import type { AnyHandle, CairnClient, Handle, RequestKind } from "@cairn/sdk";
import { type MutateOptions, type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { reactError } from "../errors.ts";
import { useCairn } from "../provider/context.ts";
import { useHandle } from "../requests/hooks.ts";
import type { Progress } from "../requests/progress.ts";
import { createAttempts } from "./attempt.ts";

/**
 * An action, as TanStack Query returns mutations: `mutate` sends, `data` is the handle once node, L1 or wallet have taken
 * it. `progress` is how far it is since then.
 *
 * It is sent once for each call: never by a rendering, never again by itself, whatever the `QueryClient` says of retries;
 * and not while this hook is sending already: `mutate` ignores that, as for a second click, and `mutateAsync` throws
 * `react/busy`. After a failure the next call is the same request: what the first has sent, it does not pay again; with
 * other parameters it is refused (`sdk/request-conflict`) while the first may still happen. `reset()` gives the first up,
 * which may happen all the same. A call with a `requestId` of its own is that request, also after a reload.
 */
export type ActionResult<Kind extends RequestKind, Parameters, Sent = Handle<Kind>> = UseMutationResult<
  Sent,
  Error,
  Parameters
> & { readonly progress: Progress<Kind> };

type Mutate<Parameters, Sent> = (
  parameters: Parameters,
  options: MutateOptions<Sent, Error, Parameters> | undefined,
) => Promise<Sent>;

/**
 * A hook for an action; `send` gets the parameters, with a `requestId` if they have none.
 *
 * @example const useClaim = () => useAction<"claim", ClaimParameters | void>((client, it) => claim(client, it ?? {}));
 */
export function useAction<Kind extends RequestKind, Parameters, Sent extends Handle<Kind> = Handle<Kind>>(
  send: (client: CairnClient, parameters: Parameters) => Promise<Sent>,
): ActionResult<Kind, Parameters, Sent> {
  const { client, queryClient, live, following } = useCairn();
  const isSending = useRef(false);
  const [attempts] = useState(createAttempts);
  useEffect(() => attempts.end, [attempts]);

  const mutation = useMutation<Sent, Error, Parameters>(
    {
      mutationFn: (parameters) => send(client, parameters),
      // Defaults of the application's QueryClient must not send twice, nor later when nobody expects it.
      retry: false,
      networkMode: "always",
      onSuccess: (handle) => following.follow(handle as unknown as AnyHandle),
      // What may have been sent is in the storage.
      onError: (_, parameters) => {
        const id = (parameters as { readonly requestId?: string } | undefined)?.requestId;
        if (id !== undefined) following.load(id).catch(() => undefined);
      },
      onSettled: () => live.refreshAll(),
    },
    queryClient,
  );
  const { reset: resetOnce } = mutation;
  // Its type says the same in a form that generic parameters do not fit.
  const mutateOnce = mutation.mutateAsync as Mutate<Parameters, Sent>;

  const mutateAsync = useCallback(
    async (parameters: Parameters, options?: MutateOptions<Sent, Error, Parameters>) => {
      if (isSending.current) throw reactError("react/busy", "this is sending already: nothing more was sent");
      isSending.current = true;
      try {
        const handle = await mutateOnce(attempts.begin(client, following, parameters), options);
        attempts.end();
        return handle;
      } finally {
        isSending.current = false;
      }
    },
    [mutateOnce, attempts, client, following],
  );
  const mutate = useCallback(
    (parameters: Parameters, options?: MutateOptions<Sent, Error, Parameters>) => {
      mutateAsync(parameters, options).catch(() => undefined);
    },
    [mutateAsync],
  );
  const reset = useCallback(() => {
    attempts.end();
    resetOnce();
  }, [attempts, resetOnce]);

  const progress = useHandle<Kind>(mutation.data);
  return { ...mutation, mutateAsync, mutate, reset, progress } as ActionResult<Kind, Parameters, Sent>;
}
