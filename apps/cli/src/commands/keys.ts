import { type Domain, isL1PrivateKey } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import {
  encodePaymentCode,
  keyFromSigner,
  publicKeyFromSecret,
  randomKey,
  secretKeyFromHex,
  secretKeyToHex,
} from "@cairn/sdk";
import type { Command } from "commander";
import type { Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { parseAddress } from "../address.ts";
import type { Context } from "../context.ts";
import { cliError } from "../errors.ts";
import { addExamples, addKeystoreOptions, addNetworkOptions, type Host } from "../host.ts";
import { findIdentity, type KnownKey, knownKeys } from "../keys/identity.ts";
import { assertKeyName, findKey, type KeyFile, type KeySecrets, writeKey } from "../keys/keystore.ts";
import { choosePassphrase, readSecret } from "../keys/passphrase.ts";
import { type CommandResult, table } from "../output.ts";

/** `cairn keys`: creates, imports and shows keys. */
export function addKeysCommand({ program, run }: Host): void {
  const keys = program.command("keys").description("create, import and show keys");
  const sub = (name: string, text: string): Command =>
    addNetworkOptions(addKeystoreOptions(keys.command(name).description(text)));

  const make = sub("new", "create a random L2 key, and also an L1 key unless --owner names one")
    .argument("<name>", "name of the key")
    .option("--owner <address>", "L1 address that owns the accounts; its L1 key stays elsewhere");
  addExamples(make, "cairn keys new alice", "cairn keys new shop --owner 0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  run(make, async (context, { owner }: { readonly owner?: string }, name: string) => {
    const l2Key = secretKeyToHex(randomKey());
    const l1Key = owner === undefined ? generatePrivateKey() : null;
    const address = l1Key === null ? parseAddress(owner ?? "") : privateKeyToAccount(l1Key).address;
    return store(context, { name, owner: address, rollup: null, ...publicPart(l2Key, l1Key) }, { l1Key, l2Key });
  });

  const take = sub("import", "import an L2 secret key")
    .argument("<name>", "name of the key")
    .requiredOption("--owner <address>", "L1 address that owns the accounts")
    .option("--secret-file <file>", "file with the secret key, - for stdin; default: ask");
  addExamples(take, "cairn keys import alice --owner 0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
  run(take, async (context, options: { readonly owner: string; readonly secretFile?: string }, name: string) => {
    const owner = parseAddress(options.owner);
    assertNewName(context, name);
    const text = await readSecret(context, options.secretFile, "L2 secret key (0x hex): ");
    const l2Key = secretKeyToHex(secretKeyFromHex(hexSecret(text)));
    return store(context, { name, owner, rollup: null, ...publicPart(l2Key, null) }, { l1Key: null, l2Key });
  });

  const derive = sub("derive", "import an L1 private key; the L2 key of each rollup is derived from its signature")
    .argument("<name>", "name of the key")
    .option("--from <name>", "key of the profile or keystore whose L1 key is used")
    .option("--secret-file <file>", "file with the L1 private key, - for stdin; default: ask")
    .option("--l2-only", "keep only the L2 key of this rollup, not the L1 key");
  addExamples(derive, "cairn keys derive alice", "cairn keys derive phone --from alice --l2-only");
  run(derive, async (context, options: DeriveOptions, name: string) => {
    assertNewName(context, name);
    const l1Key = await readL1Key(context, options);
    const { address } = privateKeyToAccount(l1Key);
    const base = { name, owner: address } as const;
    if (options.l2Only !== true) {
      return store(context, { ...base, rollup: null, publicKey: null, hasL1Key: true }, { l1Key, l2Key: null });
    }
    const network = context.network();
    const l2Key = secretKeyToHex(await keyFromSigner(await network.domain(), privateKeyToAccount(l1Key)));
    const rollup = { chainId: String(await network.chainId()), address: network.rollup() };
    return store(context, { ...base, rollup, ...publicPart(l2Key, null) }, { l1Key: null, l2Key });
  });

  const show = sub("show", "show a key: owner, L2 public key, payment code")
    .argument("[name]", "name of the key; default: the one in use")
    .option("--secret", "also show the secret keys");
  addExamples(show, "cairn keys show alice", "cairn keys show alice --secret");
  run(show, async (context, { secret }: { readonly secret?: boolean }, name: string | undefined) =>
    showKey(context, name, secret === true),
  );

  const list = sub("list", "list the keys of the keystore and the profile");
  addExamples(list, "cairn keys list");
  run(list, async (context) => {
    const known = knownKeys(context);
    const rows = known.map((key) => [key.name, key.owner, key.hasL1Key ? "L1, L2" : "L2", key.source]);
    const text = rows.length === 0 ? "no keys" : table([["name", "owner", "keys", "kept in"], ...rows]);
    return { data: { keys: known.map(toJson) }, text };
  });
}

interface DeriveOptions {
  readonly from?: string;
  readonly secretFile?: string;
  readonly l2Only?: boolean;
}

async function showKey(context: Context, name: string | undefined, withSecrets: boolean): Promise<CommandResult> {
  const identity = findIdentity(context, name);
  const known = knownKeys(context).find((key) => key.name === identity.name);
  const domain = await rollupIfKnown(context);
  const stored = known?.publicKey ?? null;
  if (domain !== null) identity.assertFor(domain);
  const publicKey = stored ?? (domain === null ? null : (bigintToWord((await identity.wallet(domain)).key) as Hex));
  const code =
    publicKey === null || domain === null
      ? null
      : encodePaymentCode({ owner: BigInt(identity.owner), key: BigInt(publicKey) }, domain);
  const secrets = withSecrets ? await identity.secrets() : null;
  const rows = [
    ["name", identity.name],
    ["owner", identity.owner],
    ["L2 public key", publicKey ?? "derived from the L1 key once the rollup is known (--rollup)"],
    ["payment code", code ?? "needs the rollup (--rollup)"],
    ...(secrets === null
      ? []
      : [
          ["L1 secret", secrets.l1Key ?? "none"],
          ["L2 secret", secrets.l2Key ?? "derived from the L1 key"],
        ]),
  ];
  const data = { name: identity.name, owner: identity.owner, publicKey, paymentCode: code, source: known?.source };
  return { data: secrets === null ? data : { ...data, secrets }, text: table(rows) };
}

async function store(context: Context, file: KeyFile, secrets: KeySecrets): Promise<CommandResult> {
  assertNewName(context, file.name);
  const path = await writeKey(context.keystoreDir, file, secrets, await choosePassphrase(context, file.name));
  const rows = [
    ["name", file.name],
    ["owner", file.owner],
    ["L2 public key", file.publicKey ?? "derived from the L1 key in each rollup"],
    ["file", path],
  ];
  return { data: { ...toJson({ ...file, source: "keystore" }), file: path }, text: table(rows) };
}

function assertNewName(context: Context, name: string): void {
  assertKeyName(name);
  if (findKey(context.keystoreDir, name) !== null) {
    throw cliError("cli/key-exists", `there is already a key named ${name} in ${context.keystoreDir}`);
  }
}

async function readL1Key(context: Context, { from, secretFile }: DeriveOptions): Promise<Hex> {
  if (from !== undefined) {
    const { l1Key } = await findIdentity(context, from).secrets();
    if (l1Key === null) throw cliError("cli/key-incomplete", `the key ${from} has no L1 part`);
    return l1Key;
  }
  const key = hexSecret(await readSecret(context, secretFile, "L1 private key (0x hex): "));
  if (isL1PrivateKey(key)) return key;
  throw cliError("cli/usage", "the L1 private key is 0 or not below the order of secp256k1");
}

function hexSecret(text: string): Hex {
  const digits = text.replace(/^0x/, "");
  if (/^[0-9a-fA-F]{64}$/.test(digits)) return `0x${digits}`;
  throw cliError("cli/usage", "a secret key is 32 bytes of hex");
}

function publicPart(l2Key: Hex, l1Key: Hex | null): Pick<KeyFile, "publicKey" | "hasL1Key"> {
  const key = publicKeyFromSecret(secretKeyFromHex(l2Key));
  return { publicKey: bigintToWord(key) as Hex, hasL1Key: l1Key !== null };
}

/** The rollup, if flags, variables or the profile name it. */
async function rollupIfKnown(context: Context): Promise<Domain | null> {
  const network = context.network();
  return network.hasRollup() ? network.domain() : null;
}

function toJson({ name, owner, publicKey, rollup, hasL1Key, source }: KnownKey): object {
  return { name, owner, publicKey, rollup, hasL1Key, source };
}
