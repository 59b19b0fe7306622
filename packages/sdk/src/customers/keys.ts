import { customerSecretKey } from "@cairn/crypto";
import type { Domain } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import { publicKeyFromSecret, type SecretKey } from "../keys.ts";
import { type Signer, secretSigner } from "../signers/signer.ts";

/** The L2 keys of customers, by their ids. */
export interface CustomerKeys {
  /** x of the public key. */
  readonly publicKey: (customer: string) => bigint | Promise<bigint>;
  readonly signer: (customer: string) => Signer | Promise<Signer>;
}

/**
 * The keys that follow from a secret and the customers' ids (spec 13). Whoever has the secret can sign for all of them;
 * use one that signs for nothing else, and keep it where the sweeping is done. Its methods throw
 * `crypto/invalid-customer-id`.
 *
 * @example const keys = customerKeys(secretKeyFromHex(process.env.CUSTOMERS_SECRET), domain);
 */
export function customerKeys(secret: SecretKey, domain: Domain): CustomerKeys {
  const known = new Map<string, bigint>();
  return {
    publicKey: (customer) => {
      const key = known.get(customer) ?? publicKeyFromSecret(customerSecretKey(secret, domain, customer));
      known.set(customer, key);
      return key;
    },
    signer: (customer) => secretSigner(customerSecretKey(secret, domain, customer)),
  };
}

/**
 * Keys of which only the public parts are here, as made elsewhere from the secret: enough to open accounts, to find and
 * to watch them, and not to take anything out of them. `publicKey` throws `sdk/unknown-customer`, `signer` throws
 * `sdk/no-signer`.
 *
 * @example const keys = watchedCustomerKeys(new Map([["anna", 0x1234n]]));
 */
export function watchedCustomerKeys(keys: ReadonlyMap<string, bigint>): CustomerKeys {
  return {
    publicKey: (customer) => {
      const key = keys.get(customer);
      if (key !== undefined) return key;
      throw sdkError("sdk/unknown-customer", `there is no public key of customer ${customer.slice(0, 60)}`);
    },
    signer: (customer) => {
      throw sdkError("sdk/no-signer", `only the public key of customer ${customer.slice(0, 60)} is here`);
    },
  };
}
