import { bytesToBigint, hexToBytes } from "@cairn/protocol";
import { prfExtension, prfOf } from "@cairn/sdk";
import { KeyError } from "./key-error.ts";

/** The part of WebAuthn that TypeScript's types of browsers do not have yet. */
interface Capabilities {
  readonly getClientCapabilities?: () => Promise<Readonly<Record<string, boolean>>>;
}

/** What a passkey answered. */
export interface PasskeyAnswer {
  /** Its id in base64url. */
  readonly credential: string;
  /** 32 secret bytes, to be handed to the vault. */
  readonly prf: Uint8Array;
}

const TYPES = { type: "public-key" } as const;
/** ES256, EdDSA and RS256. */
const ALGORITHMS = [-7, -8, -257];

/**
 * Whether this browser has passkeys that can make keys. `no-host`: passkeys belong to a name, and this page is at an IP
 * address.
 */
export async function passkeySupport(): Promise<"yes" | "no-prf" | "no-host"> {
  const credentials = (globalThis as { readonly PublicKeyCredential?: Capabilities }).PublicKeyCredential;
  const capabilities = await credentials?.getClientCapabilities?.().catch(() => null);
  if (capabilities?.["extension:prf"] !== true) return "no-prf";
  return /^[\d.]+$|:/.test(location.hostname) ? "no-host" : "yes";
}

/**
 * Makes a passkey that belongs to an L1 account. The answer is null when the authenticator answers the PRF only when the
 * passkey is used. Throws `KeyError` for one without PRF, and when the user refuses.
 */
export async function createPasskey(
  owner: string,
): Promise<{ readonly credential: string; readonly prf: Uint8Array | null }> {
  const created = await asking(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: challenge(),
        rp: { name: "Cairn" },
        user: { id: Uint8Array.from(hexToBytes(owner)), name: `Cairn ${owner}`, displayName: `Cairn ${owner}` },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ ...TYPES, alg })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: extensions(),
      },
    }),
  );
  const results = created.getClientExtensionResults();
  if (results.prf?.enabled !== true) throw new KeyError("no-prf");
  return { credential: created.id, prf: results.prf.results === undefined ? null : prfOf(results) };
}

/**
 * Uses a passkey: the one with an id, or one that the user chooses. Throws `KeyError` for one without PRF, one that belongs
 * to another L1 account, and when the user refuses.
 */
export async function askPasskey(owner: string, credential: string | null): Promise<PasskeyAnswer> {
  const chosen = credential === null ? [] : [{ ...TYPES, id: fromBase64Url(credential) }];
  const used = await asking(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: challenge(),
        userVerification: "required",
        allowCredentials: chosen,
        extensions: extensions(),
      },
    }),
  );
  const { userHandle } = used.response as AuthenticatorAssertionResponse;
  // Authenticators need not say it; where they do, it must be the owner.
  if (userHandle !== null && bytesToBigint(new Uint8Array(userHandle)) !== BigInt(owner)) {
    throw new KeyError("other-owner");
  }
  const results = used.getClientExtensionResults();
  if (results.prf?.results === undefined) throw new KeyError("no-prf");
  return { credential: used.id, prf: prfOf(results) };
}

async function asking(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let answer: Credential | null;
  try {
    answer = await ask();
  } catch (cause) {
    throw new KeyError("passkey-refused", { cause });
  }
  if (answer === null) throw new KeyError("passkey-refused");
  return answer as PublicKeyCredential;
}

function challenge(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

function extensions(): AuthenticationExtensionsClientInputs {
  return prfExtension() as AuthenticationExtensionsClientInputs;
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
