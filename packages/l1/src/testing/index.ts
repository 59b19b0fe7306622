export { type Answer, type FakeRpc, type RpcReply, type RpcRequest, startFakeRpc } from "./fake-rpc.ts";
export { lyingRollup } from "./lying-rollup.ts";
export { BROKEN_TOKENS, decimalsAnswer, oldSymbolAnswer, symbolAnswer, tokenCode } from "./odd-tokens.ts";
export { type Forgetting, forgetful, PROVIDERS, type Provider, TAG_REFUSALS } from "./providers.ts";
