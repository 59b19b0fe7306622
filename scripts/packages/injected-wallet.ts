/** What a browser's wallet puts into pages: here L1's node itself has the key, and asks nobody. */
export function injectWallet({ rpcUrl, account }: { readonly rpcUrl: string; readonly account: string }): void {
  const request = async ({ method, params = [] }: { method: string; params?: unknown }) => {
    if (method === "eth_requestAccounts") return [account];
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(rpcUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: { message: string } };
    if (error !== undefined) throw Object.assign(new Error(error.message), error);
    return result;
  };
  Object.assign(globalThis, { ethereum: { request } });
}
