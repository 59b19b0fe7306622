import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Failed, Loading, NoNode, NotFound } from "../ui/states.tsx";
import { isUnknown } from "./node.ts";
import { useRollup } from "./rollup.tsx";

/** What the node answers about one thing, with its states; what it does not know, or null, may appear later. */
export function Detail<Answer>({
  query: { data, error, refetch },
  children,
}: {
  readonly query: UseQueryResult<Answer | null, Error>;
  readonly children: (answer: Answer) => ReactNode;
}): ReactElement {
  const { node } = useRollup();
  if (node === null) return <NoNode />;
  if (data === null || isUnknown(error)) return <NotFound />;
  if (data !== undefined) return <>{children(data)}</>;
  return error === null ? <Loading /> : <Failed error={error} retry={() => void refetch()} />;
}
