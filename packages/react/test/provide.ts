import type { CairnClient } from "@cairn/sdk";
import { createElement, type ReactElement, type ReactNode } from "react";
import { CairnProvider, type CairnProviderProps } from "../src/index.ts";

/** Elements below a provider of the client. */
export function provide(
  { client }: { readonly client: CairnClient },
  children: ReactNode,
  options: Omit<CairnProviderProps, "client" | "children"> = {},
): ReactElement {
  return createElement(CairnProvider, { client, ...options }, children);
}
