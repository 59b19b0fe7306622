import { isCairnError } from "@cairn/protocol";
import type { AnyHandle, CairnClient, Handle, RequestKind } from "@cairn/sdk";
import { type MutateOptions, type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { reactError } from "../errors.ts";
import { useCairn } from "../provider/context.ts";
import { useHandle } from "../requests/hooks.ts";
import type { Progress } from "../requests/progress.ts";

/**
 * An action, as TanStack Query returns mutations: `mutate` sends, `data` is the handle once node, L1 or wallet have taken
 * it. `progress` is how far it is since then.
 *
 * It is sent once for each call: never by a rendering, never again by itself, whatever the `QueryClient` says of retries;
 * and not while this hook is sending already: `mutate` ignores that, as for a second click, and `mutateAsync` throws
 * `react/busy`. When nobody knows what became of it (`sdk/outcome-unknown`), the next call repeats the same request, so
 * that it pays at most once; with other parameters it is refused (`sdk/request-conflict`). `reset()` gives that up, after
 * which the first may still happen. Give a `requestId` to be able to repeat it after a reload.
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

/** What every action may be given. */
interface Named {
  readonly requestId?: string;
}

/**
 * A hook for an action; `send` gets the parameters, with the id of a request to repeat.
 *
 * @example const useClaim = () => useAction<"claim", ClaimParameters | void>((client, it) => claim(client, it ?? {}));
 */
export function useAction<Kind extends RequestKind, Parameters, Sent extends Handle<Kind> = Handle<Kind>>(
  send: (client: CairnClient, parameters: Parameters) => Promise<Sent>,
): ActionResult<Kind, Parameters, Sent> {
  const { client, queryClient, live, following } = useCairn();
  const isSending = useRef(false);
  /** Of a request of which nobody knows what became of it. */
  const undecided = useRef<string | null>(null);

  const mutation = useMutation<Sent, Error, Parameters>(
    {
      mutationFn: (parameters) => send(client, parameters),
      // Defaults of the application's QueryClient must not send twice, nor later when nobody expects it.
      retry: false,
      networkMode: "always",
      onSuccess: (handle) => following.follow(handle as unknown as AnyHandle),
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
        const handle = await mutateOnce(repeating(parameters, undecided.current), options);
        undecided.current = null;
        return handle;
      } catch (error) {
        if (isCairnError(error, "sdk/outcome-unknown") && typeof error.details.id === "string")
          undecided.current = error.details.id;
        throw error;
      } finally {
        isSending.current = false;
      }
    },
    [mutateOnce],
  );
  const mutate = useCallback(
    (parameters: Parameters, options?: MutateOptions<Sent, Error, Parameters>) => {
      mutateAsync(parameters, options).catch(() => undefined);
    },
    [mutateAsync],
  );
  const reset = useCallback(() => {
    undecided.current = null;
    resetOnce();
  }, [resetOnce]);

  const progress = useHandle<Kind>(mutation.data);
  return { ...mutation, mutateAsync, mutate, reset, progress } as ActionResult<Kind, Parameters, Sent>;
}

/** The parameters with the id of a request to repeat, unless they name one. */
function repeating<Parameters>(parameters: Parameters, id: string | null): Parameters {
  const named = parameters as (Parameters & Named) | undefined;
  if (id === null || named?.requestId !== undefined) return parameters;
  return { ...named, requestId: id } as Parameters;
}
