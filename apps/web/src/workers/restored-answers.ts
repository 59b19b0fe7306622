import type { L1Rollup } from "@cairn/l1";
import { describeSymbol, readTokenAddress, readTokenMetadata } from "@cairn/l1";
import {
  accountIndex,
  addressToBigint,
  bigintToHex,
  ETH_TOKEN_ID,
  type Hex,
  isEmptyAccount,
  tokenId,
} from "@cairn/protocol";
import { accountAt, payoutsOf, proveExits } from "@cairn/restore";
import { escapeCostWei, findHoldings, readEscapeLadder, rollupOn, type StateFromL1 } from "@cairn/verify";
import type { ListedAccount, RestorerOperation, RestorerOperations, TokenOnL1 } from "./restorer-protocol.ts";

/** Accounts of an owner that are listed: anyone can open accounts for anyone. */
const MOST_LISTED = 200;

/** A rebuilt state, and where it is from. */
export interface Restored {
  readonly state: StateFromL1;
  readonly rollup: L1Rollup;
}

type Answers = {
  readonly [Name in Exclude<RestorerOperation, "restore">]: (
    restored: Restored,
    asked: RestorerOperations[Name]["asked"],
  ) => Promise<RestorerOperations[Name]["answer"]>;
};

/** What is answered from a rebuilt state. */
export const ANSWERS: Answers = {
  account: async ({ state: { restored, l1 } }, { index }) => {
    const { tree } = restored;
    const account = tree.getAccount(accountIndex(index));
    const { batch, block, root } = restored.position();
    const siblings = tree
      .prove(accountIndex(index))
      .siblings.map(([a, b, c]): [Hex, Hex, Hex] => [bigintToHex(a, 32), bigintToHex(b, 32), bigintToHex(c, 32)]);
    return { index, account, exists: !isEmptyAccount(account), siblings, root, batch, block, l1 };
  },

  accountsOf: async ({ state: { restored } }, { owner }) => {
    const accounts: ListedAccount[] = [];
    let count = 0;
    for (const { index } of restored.tree.entriesOfOwner(addressToBigint(owner))) {
      if (++count <= MOST_LISTED) accounts.push(accountAt(restored.tree, index));
    }
    return { accounts, count };
  },

  tokens: ({ rollup }, { ids }) => Promise.all(ids.map((id) => readToken(rollup, id))),

  holdings: async ({ state: { restored }, rollup }, { owner }) => {
    const { reader, address } = rollup;
    const l1 = rollupOn(reader, { chainId: reader.chain.id, rollup: address });
    const [holdings, ladder, gasPriceWei] = await Promise.all([
      findHoldings(rollup, restored, owner),
      readEscapeLadder(l1),
      reader.getGasPrice(),
    ]);
    return { holdings, ladder, costWei: escapeCostWei(gasPriceWei, ladder) };
  },

  exitProof: async ({ state: { restored } }, { indices }) => proveExits(restored.tree, indices.map(accountIndex)),

  payoutList: async ({ state: { restored } }, { batch }) => payoutsOf(restored, batch),
};

/** What could be taken for ETH shows its number too, as all that are not certain. */
async function readToken({ reader, address }: L1Rollup, id: number): Promise<TokenOnL1> {
  if (id === ETH_TOKEN_ID) return { id, symbol: "ETH", decimals: 18 };
  const token = await readTokenAddress({ reader, address }, tokenId(id));
  const { symbol, decimals } = await readTokenMetadata(reader, token);
  const shown = symbol === null ? null : describeSymbol(symbol, []);
  const name = shown === null ? null : shown.resembles === null ? shown.text : `${shown.text} (#${id})`;
  return { id, symbol: name, decimals };
}
