import { createContext } from "react";
import type { TokenLabel } from "../ui/values.tsx";

/** Whoever knows how tokens are counted better than the node does. */
export interface TokenSource {
  /** Null while it is not known; asking begins then. */
  readonly labelOf: (id: number) => TokenLabel | null;
  /** Changes whenever a label does. */
  readonly version: () => number;
  readonly onChange: (listener: () => void) => () => void;
}

/** Null where the node's word will do, since nothing is paid there. */
export const TokenSourceContext = createContext<TokenSource | null>(null);
