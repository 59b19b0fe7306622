import { addressToBigint, type Domain } from "@cairn/protocol";
import { createWallet, keyFromSigner, type Signer, secretKeyFromHex, secretSigner, type Wallet } from "@cairn/sdk";
import { type CustomerKeys, customerKeys } from "@cairn/sdk/customers";
import type { Address, Hex, LocalAccount } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { findKey, type KeyFile, type KeySecrets, listKeys, openKey } from "./keystore.ts";
import { readPassphrase } from "./passphrase.ts";

/** A person whose keys can be used. Secrets are unlocked on first use, once. */
export interface Identity {
  readonly name: string;
  /** L1 address that the accounts belong to. */
  readonly owner: Address;
  /** Signer on L1. Throws `cli/key-incomplete`. */
  readonly l1Account: () => Promise<LocalAccount>;
  /** Signer on L2 in a rollup. Throws `cli/key-incomplete`, `cli/wrong-chain`. */
  readonly wallet: (domain: Domain) => Promise<Wallet>;
  /** What the SDK's actions sign with. Throws as {@link wallet}. */
  readonly signer: (domain: Domain) => Promise<Signer>;
  /** Keys of customers, derived from the L2 key. Throws as {@link wallet}. */
  readonly customerKeys: (domain: Domain) => Promise<CustomerKeys>;
  readonly secrets: () => Promise<KeySecrets>;
  /** Throws `cli/wrong-chain` when the L2 key is for another rollup. */
  readonly assertFor: (domain: Domain) => void;
}

/** Where an identity's keys are kept. */
export type KeySource = "keystore" | "profile";

/** A key by its public part. */
export interface KnownKey extends KeyFile {
  readonly source: KeySource;
}

/** Every available key: the keystore's, then the profile's unless hidden by one of the same name. */
export function knownKeys(context: Context): KnownKey[] {
  const stored = listKeys(context.keystoreDir).map((file) => ({ ...file, source: "keystore" as const }));
  const accounts = profileAccounts(context).map(({ name, address }) => ({
    name,
    owner: address,
    publicKey: null,
    rollup: null,
    hasL1Key: true,
    source: "profile" as const,
  }));
  return [...stored, ...accounts.filter(({ name }) => stored.every((file) => file.name !== name))];
}

/**
 * The identity with a name; by default that of `--key`, CAIRN_KEY, the profile's default, or the only key there is.
 * Throws `cli/unknown-key`, `cli/usage`, `cli/bad-keystore`.
 */
export function findIdentity(context: Context, name: string = chosenName(context)): Identity {
  const file = findKey(context.keystoreDir, name);
  if (file !== null) {
    return identityOf(name, file.owner, file.rollup, async () =>
      openKey(context.keystoreDir, name, await readPassphrase(context, name)),
    );
  }
  const account = profileAccounts(context).find((one) => one.name === name);
  if (account === undefined) {
    throw cliError("cli/unknown-key", `there is no key named ${name}`, { details: { keystore: context.keystoreDir } });
  }
  return identityOf(name, account.address, null, async () => ({ l1Key: account.privateKey, l2Key: null }));
}

/** Whether a key is named, or there is one that could be. */
export function hasKey(context: Context): boolean {
  return namedKey(context) !== undefined || knownKeys(context).length > 0;
}

function identityOf(
  name: string,
  owner: Address,
  rollup: KeyFile["rollup"],
  open: () => Promise<KeySecrets>,
): Identity {
  let opened: Promise<KeySecrets> | null = null;
  const secrets = () => {
    opened ??= open();
    return opened;
  };
  const l1Account = async () => accountOf(name, owner, (await secrets()).l1Key);
  const assertFor = (domain: Domain) => {
    if (rollup === null) return;
    const { chainId, address } = rollup;
    if (BigInt(chainId) === domain.chainId && addressToBigint(address) === domain.rollup) return;
    throw cliError("cli/wrong-chain", `the L2 key ${name} is for rollup ${address} on chain ${chainId}`);
  };
  const secretFor = async (domain: Domain) => {
    assertFor(domain);
    const { l2Key } = await secrets();
    return l2Key === null ? keyFromSigner(domain, await l1Account()) : secretKeyFromHex(l2Key);
  };
  return {
    name,
    owner,
    secrets,
    l1Account,
    assertFor,
    wallet: async (domain) => createWallet({ secret: await secretFor(domain), domain }),
    signer: async (domain) => secretSigner(await secretFor(domain)),
    customerKeys: async (domain) => customerKeys(await secretFor(domain), domain),
  };
}

function accountOf(name: string, owner: Address, l1Key: Hex | null): LocalAccount {
  if (l1Key === null) throw cliError("cli/key-incomplete", `the key ${name} has no L1 part`, { details: { name } });
  const account = privateKeyToAccount(l1Key);
  if (addressToBigint(account.address) === addressToBigint(owner)) return account;
  throw cliError("cli/bad-keystore", `the L1 key of ${name} is not that of ${owner}`);
}

function namedKey({ options, terminal, network }: Context): string | undefined {
  return options.key ?? (terminal.env.CAIRN_KEY || network().profile?.defaultKey);
}

function chosenName(context: Context): string {
  const named = namedKey(context);
  if (named !== undefined) return named;
  const names = knownKeys(context).map(({ name }) => name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw cliError("cli/unknown-key", names.length === 0 ? "there is no key yet" : `several keys: name one with --key`, {
    details: { names },
  });
}

function profileAccounts(context: Context) {
  return context.network().profile?.accounts ?? [];
}
