import { generateSecretKey, type SecretKey, secretKeyFromWallet } from "@cairn/crypto";
import { CairnError, type Domain, isCairnError, type SchnorrSignature } from "@cairn/protocol";
import { sdkError } from "../errors.ts";
import { secretKeyFromHex, secretKeyToHex } from "../keys.ts";
import { type KeyFileDeps, type KeyFileHeader, openKeyFile, type SealedKeyFile, sealKeyFile } from "./key-file.ts";
import { secretFromPrf } from "./passkey.ts";
import { type Signer, type SigningRequest, secretSigner } from "./signer.ts";

/** The part of a worker, or of the scope inside it, through which messages go. */
export interface MessageLine {
  readonly postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  readonly addEventListener: (type: "message", listener: (event: { readonly data: unknown }) => void) => void;
}

/** What a vault can be asked for; none of its answers contains a secret. */
export type VaultQuestion =
  /** Makes a random key, and seals it for its owner. */
  | { readonly op: "create"; readonly header: Omit<KeyFileHeader, "publicKey">; readonly passphrase: string }
  /** Opens a sealed key. */
  | { readonly op: "open"; readonly file: SealedKeyFile; readonly passphrase: string }
  /** Takes the key that follows from a wallet's two equal signatures of the key derivation. */
  | { readonly op: "derive"; readonly domain: Domain; readonly signatures: readonly [string, string] }
  /** Takes the key that follows from a passkey's PRF. */
  | { readonly op: "passkey"; readonly domain: Domain; readonly prf: Uint8Array }
  | { readonly op: "sign"; readonly request: SigningRequest }
  /** Forgets the key. */
  | { readonly op: "lock" };

/** Answers of a vault. */
export interface VaultAnswers {
  readonly create: { readonly key: bigint; readonly file: SealedKeyFile };
  readonly open: { readonly key: bigint };
  readonly derive: { readonly key: bigint };
  readonly passkey: { readonly key: bigint };
  readonly sign: SchnorrSignature;
  readonly lock: null;
}

/** How a vault behaves. */
export interface VaultOptions {
  /** Whether something may be signed; everything by default. */
  readonly allow?: (request: SigningRequest) => boolean | Promise<boolean>;
  /** How key files are made and opened. */
  readonly keyFile?: KeyFileDeps;
}

interface Envelope {
  readonly vault: 1;
  readonly number: number;
}

/**
 * Keeps an L2 key inside a worker and signs for the page outside, through {@link vaultOf}. The key is made, opened and
 * used here; no message returns it, and failures are answered by code and a fixed text.
 *
 * @example
 * // vault-worker.ts
 * serveVault(self, { allow: ({ purpose }) => purpose !== "withdraw" });
 */
export function serveVault(line: MessageLine, options: VaultOptions = {}): void {
  let signer: Signer | null = null;

  const keep = (secret: SecretKey) => {
    signer = secretSigner(secret);
    return { key: signer.key };
  };

  const answer = async (question: VaultQuestion): Promise<unknown> => {
    switch (question.op) {
      case "create": {
        const secret = generateSecretKey();
        const { key } = secretSigner(secret);
        const secrets = { l1Key: null, l2Key: secretKeyToHex(secret) };
        const file = await sealKeyFile(
          { ...question.header, publicKey: key },
          secrets,
          question.passphrase,
          options.keyFile,
        );
        return { ...keep(secret), file };
      }
      case "open": {
        const { l2Key } = await openKeyFile(question.file, question.passphrase, options.keyFile);
        if (l2Key === null) throw sdkError("sdk/signer-failed", "the file has no L2 key");
        return keep(secretKeyFromHex(l2Key));
      }
      case "derive": {
        const [first, second] = question.signatures;
        const given = [first, second];
        return keep(await secretKeyFromWallet(question.domain, async () => given.shift() ?? ""));
      }
      case "passkey":
        return keep(secretFromPrf(question.prf, question.domain));
      case "sign": {
        if (signer === null) throw sdkError("sdk/no-signer", "the vault is locked");
        if ((await options.allow?.(question.request)) === false)
          throw sdkError("sdk/wallet-refused", `the vault does not sign this ${question.request.purpose}`);
        return signer.sign(question.request);
      }
      case "lock":
        signer = null;
        return null;
    }
  };

  line.addEventListener("message", ({ data }) => {
    if (!isEnvelope(data) || !("question" in data)) return;
    const { number, question } = data as Envelope & { readonly question: VaultQuestion };
    answer(question).then(
      (value) => line.postMessage({ vault: 1, number, value }, []),
      (error: unknown) => line.postMessage({ vault: 1, number, failure: failureOf(error) }, []),
    );
  });
}

/** A vault seen from outside. */
export interface Vault {
  /** Asks it. Throws `sdk/signer-failed`, or the error that it answers with. */
  readonly ask: <Op extends VaultQuestion["op"]>(
    question: Extract<VaultQuestion, { readonly op: Op }>,
    transfer?: ArrayBuffer[],
  ) => Promise<VaultAnswers[Op]>;
  /** A signer for the key that it answered with. */
  readonly signer: (key: bigint) => Signer;
}

/**
 * The vault at the other end of a line.
 *
 * @example
 * const vault = vaultOf(new Worker(new URL("./vault-worker.ts", import.meta.url), { type: "module" }));
 * const { key } = await vault.ask({ op: "open", file, passphrase });
 * const signer = vault.signer(key);
 */
export function vaultOf(line: MessageLine): Vault {
  const waiting = new Map<number, PromiseWithResolver>();
  let last = 0;
  line.addEventListener("message", ({ data }) => {
    if (!isEnvelope(data)) return;
    const found = waiting.get(data.number);
    if (found === undefined) return;
    waiting.delete(data.number);
    if ("failure" in data) found.reject(errorOf(data.failure));
    else found.resolve("value" in data ? data.value : undefined);
  });
  const ask = (question: VaultQuestion, transfer: ArrayBuffer[] = []): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const number = ++last;
      waiting.set(number, { resolve, reject });
      line.postMessage({ vault: 1, number, question }, transfer);
    });
  return {
    // The table of answers ties each question to its type.
    ask: ask as Vault["ask"],
    signer: (key) => ({ key, sign: async (request) => (await ask({ op: "sign", request })) as SchnorrSignature }),
  };
}

interface PromiseWithResolver {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function isEnvelope(data: unknown): data is Envelope {
  return typeof data === "object" && data !== null && Reflect.get(data, "vault") === 1;
}

/** Codes and texts of this package; anything else could repeat what was given, and is only named. */
function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (isCairnError(error)) return { code: error.code, message: error.message };
  return { code: "sdk/signer-failed", message: "the vault failed" };
}

function errorOf(failure: unknown): CairnError {
  const part = (name: string) => {
    const value: unknown = typeof failure === "object" && failure !== null ? Reflect.get(failure, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  return new CairnError(part("code") || "sdk/signer-failed", part("message") || "the vault failed");
}
