/** What the template of Vite takes from `vite/client`. */
interface ImportMeta {
  readonly env: { readonly VITE_CHAIN_ID: string; readonly VITE_ROLLUP: string; readonly VITE_NODE: string };
}
