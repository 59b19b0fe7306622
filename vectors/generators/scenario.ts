import { accountIndex, type Domain, FIELD_MODULUS, type L1Operation, type Payout, tokenId } from "@cairn/protocol";
import { REAL_CRYPTO, runScenario, type ScenarioOptions } from "@cairn/testkit";

/** The rollup of the vectors. */
export const DOMAIN: Domain = { chainId: 31337n, rollup: 0x00e7f1725e7734ce288f8367e1bb143e90bb3f05n };

/** Every kind and outcome except the refund of a full tree, an empty block, and one that reaches every limit. */
export const SCENARIO = `
  token USD 1 6
  token MAX 4294967295 0
  deposit alice 10 ETH
  deposit bob 5_000 USD
  deposit operator 1 ETH
  deposit operator 340_282_366_920_938_463_463_374_607_431_768_211_455 MAX
  block
  fees operator ETH MAX
  deposit alice 2 ETH
  force-withdraw bob USD by mallory
  transfer alice -> new carol 1 ETH fee 0.001
  transfer alice -> carol 0.5 ETH
  transfer operator -> new carol 34_028_236_692_0000000000000000000000000000 MAX fee 900_000000000000000000000000 keyless
  swap alice 1 ETH fee 0.002 for bob 2000 USD
  block
  withdraw carol 0.25 ETH fee 0.001 to 0xc0ffee
  block
  block
  set-key carol ETH to carol2
  set-key carol MAX to carol
  force-withdraw bob ETH
  force-withdraw bob ETH
  transfer carol -> alice all ETH fee 0.001
  transfer alice -> alice 1 ETH fee 0.001
  withdraw carol 7 MAX to 0x1
  withdraw alice all USD to 0xffffffffffffffffffffffffffffffffffffffff
  block
  transfer alice -> new dave 0 ETH
  transfer alice -> new erin 0.1 ETH keyless
  transfer alice -> new frank 0.1 ETH
  transfer alice -> new gina 0.1 ETH
`;

/** Runs the scenario. */
export const SCENARIO_OPTIONS: ScenarioOptions = {
  domain: DOMAIN,
  slotCount: 16,
  crypto: REAL_CRYPTO,
  startTime: 1_700_000_000,
};

/** The blocks of the scenario, a chain from genesis. */
export const scenarioBlocks = runScenario(SCENARIO, SCENARIO_OPTIONS).blocks;

/** The queue entries of the scenario's blocks, and some with extreme fields. */
export const queueOperations: readonly L1Operation[] = [
  ...scenarioBlocks.flatMap(({ l1Operations }) => l1Operations),
  { type: "deposit", owner: 1n, tokenId: tokenId(0), amount: 1n, index: accountIndex(0), key: 0n },
  {
    type: "deposit",
    owner: 2n ** 160n - 1n,
    tokenId: tokenId(2 ** 32 - 1),
    amount: 2n ** 128n - 1n,
    index: accountIndex(2 ** 24 - 1),
    key: FIELD_MODULUS - 1n,
  },
  { type: "forcedWithdraw", sender: 0xffn, index: accountIndex(2 ** 24 - 1) },
  { type: "setKey", sender: 0x0100n, index: accountIndex(64), key: 1n },
];

/** Payouts with extreme fields. */
export const extremePayouts: readonly Payout[] = [
  { recipient: 1n, tokenId: tokenId(0), amount: 0n },
  { recipient: 2n ** 160n - 1n, tokenId: tokenId(2 ** 32 - 1), amount: 2n ** 128n - 1n },
  { recipient: 0xffn, tokenId: tokenId(1), amount: 256n },
  { recipient: 2n ** 152n, tokenId: tokenId(256), amount: 2n ** 120n },
];
