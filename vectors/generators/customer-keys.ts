import { customerSecretKey, GRUMPKIN_ORDER, publicKeyFromSecret, secretKey } from "@cairn/crypto";
import type { Domain } from "@cairn/protocol";
import { address, type Vector, word } from "../json.ts";
import { scramble } from "./hash.ts";

const DOMAIN: Domain = { chainId: 31337n, rollup: 0x00e7f1725e7734ce288f8367e1bb143e90bb3f05n };
const OTHER_CHAIN: Domain = { ...DOMAIN, chainId: 1n };
const OTHER_ROLLUP: Domain = { ...DOMAIN, rollup: 2n ** 160n - 1n };

const CASES: readonly (readonly [secret: bigint, domain: Domain, customer: string])[] = [
  [1n, DOMAIN, "1"],
  [1n, DOMAIN, "01"],
  [1n, DOMAIN, "a"],
  [1n, DOMAIN, "A"],
  [1n, OTHER_CHAIN, "1"],
  [1n, OTHER_ROLLUP, "1"],
  [GRUMPKIN_ORDER - 1n, DOMAIN, "1"],
  [scramble(30n), DOMAIN, "shop-17/anna@example.org"],
  [scramble(30n), DOMAIN, "5f0c7b1e-4f6a-4c0e-9d59-0a2b7c1d3e4f"],
  [scramble(30n), DOMAIN, "x".repeat(128)],
];

/** Keys of customers. */
export function customerKeyVectors(): Vector {
  return {
    cases: CASES.map(([secret, domain, customer]) => {
      const derived = customerSecretKey(secretKey(secret), domain, customer);
      return {
        chainId: word(domain.chainId),
        customer,
        customerKey: word(publicKeyFromSecret(derived)),
        customerSecret: word(derived),
        rollup: address(domain.rollup),
        secret: word(secret),
      };
    }),
  };
}
