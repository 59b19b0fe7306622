import { CairnError } from "@cairn/protocol";
import {
  type Address,
  BaseError,
  ContractFunctionExecutionError,
  domainSeparator,
  encodeFunctionData,
  type Hex,
  parseAbi,
  parseSignature,
  type TypedDataDomain,
} from "viem";
import type { L1Reader } from "./connection.ts";
import type { L1ErrorCode } from "./errors.ts";

const permitAbi = parseAbi([
  "function name() view returns (string)",
  "function version() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function DOMAIN_SEPARATOR() view returns (bytes32)",
  "function PERMIT_TYPEHASH() view returns (bytes32)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
  "function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)",
]);

/** An EIP-2612 approval, as the rollup takes it. */
export interface SignedPermit {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

/** What an owner of tokens signs, as EIP-712 data. */
export interface PermitTypedData {
  readonly domain: TypedDataDomain;
  readonly types: typeof PERMIT_TYPES;
  readonly primaryType: "Permit";
  readonly message: {
    readonly owner: Address;
    readonly spender: Address;
    readonly value: bigint;
    readonly nonce: bigint;
    readonly deadline: bigint;
  };
}

/** What reads the token. */
export type PermitReader = Pick<L1Reader, "call" | "chain" | "getBlock" | "readContract">;

/** The owner of tokens; a wallet client is one. */
export interface PermitSigner {
  readonly account: { readonly address: Address };
  readonly signTypedData: (data: PermitTypedData) => Promise<Hex>;
}

/** keccak256 of EIP-2612's `Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)`. */
const PERMIT_TYPEHASH = "0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9";
/** keccak256 of DAI's `Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)`. */
const DAI_PERMIT_TYPEHASH = "0xea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb";
const PERMIT_LIFETIME_SECONDS = 3600n;
/** Versions to try when the token states none. */
const COMMON_VERSIONS = ["1", "2"] as const;
/** Bits of `eip712Domain().fields`, EIP-5267. */
const FIELD = { name: 1, version: 2, chainId: 4, verifyingContract: 8, salt: 16 } as const;

/**
 * Signs an EIP-2612 approval. The token's domain is found by comparing candidates with its `DOMAIN_SEPARATOR()`, and
 * the approval is tried on L1 before it is returned. Throws `l1/permit-unsupported` for a token without such approvals,
 * and what the RPC throws.
 *
 * @example const permit = await signPermit(reader, wallet, { token, spender: rollup.address, amount: 100n });
 */
export async function signPermit(
  reader: PermitReader,
  wallet: PermitSigner,
  { token, spender, amount }: { readonly token: Address; readonly spender: Address; readonly amount: bigint },
): Promise<SignedPermit> {
  const owner = wallet.account.address;
  const typehash = await ask(() =>
    reader.readContract({ address: token, abi: permitAbi, functionName: "PERMIT_TYPEHASH" }),
  );
  if (typehash === DAI_PERMIT_TYPEHASH) throw unsupported(token, "it uses DAI's kind of permit, for any amount");
  if (typehash !== null && typehash !== PERMIT_TYPEHASH)
    throw unsupported(token, "it uses a non-standard kind of permit");
  const domain = await findDomain(reader, token);
  const nonce = await ask(() =>
    reader.readContract({ address: token, abi: permitAbi, functionName: "nonces", args: [owner] }),
  );
  if (nonce === null) throw unsupported(token, "it does not reveal the nonces of its permits");
  const { timestamp } = await reader.getBlock();
  const deadline = timestamp + PERMIT_LIFETIME_SECONDS;
  const signature = await wallet.signTypedData({
    domain,
    types: PERMIT_TYPES,
    primaryType: "Permit",
    message: { owner, spender, value: amount, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  const permit = { deadline, v: 27 + yParity, r, s };
  const data = encodeFunctionData({
    abi: permitAbi,
    functionName: "permit",
    args: [owner, spender, amount, deadline, permit.v, r, s],
  });
  const isTaken = await ask(async () => {
    await reader.call({ account: spender, to: token, data });
    return true;
  });
  if (isTaken === null) throw unsupported(token, "it refuses a permit signed for its own domain");
  return permit;
}

/** The domain whose hash the token itself states. Throws `l1/permit-unsupported`. */
async function findDomain(reader: PermitReader, token: Address): Promise<TypedDataDomain> {
  const contract = { address: token, abi: permitAbi } as const;
  const separator = await ask(() => reader.readContract({ ...contract, functionName: "DOMAIN_SEPARATOR" }));
  if (separator === null) throw unsupported(token, "it has no DOMAIN_SEPARATOR");
  for (const domain of await candidates(reader, token)) {
    if (domainSeparator({ domain }) === separator) return domain;
  }
  throw unsupported(token, "its DOMAIN_SEPARATOR does not match its name and version");
}

async function candidates(reader: PermitReader, token: Address): Promise<TypedDataDomain[]> {
  const contract = { address: token, abi: permitAbi } as const;
  const chainId = reader.chain.id;
  const [told, name, version] = await Promise.all([
    ask(() => reader.readContract({ ...contract, functionName: "eip712Domain" })),
    ask(() => reader.readContract({ ...contract, functionName: "name" })),
    ask(() => reader.readContract({ ...contract, functionName: "version" })),
  ]);
  const found: TypedDataDomain[] = told === null ? [] : [toldDomain(told)];
  if (name === null) return found;
  const base = { name, chainId, verifyingContract: token };
  const versions = new Set([...(version === null ? [] : [version]), ...COMMON_VERSIONS]);
  for (const one of versions) found.push({ ...base, version: one });
  // UNI and COMP have no version in their domain.
  found.push(base);
  return found;
}

function toldDomain([fields, name, version, chainId, verifyingContract, salt]: readonly [
  Hex,
  string,
  string,
  bigint,
  Address,
  Hex,
  readonly bigint[],
]): TypedDataDomain {
  const has = (field: number) => (Number(fields) & field) !== 0;
  return {
    ...(has(FIELD.name) ? { name } : {}),
    ...(has(FIELD.version) ? { version } : {}),
    ...(has(FIELD.chainId) ? { chainId } : {}),
    ...(has(FIELD.verifyingContract) ? { verifyingContract } : {}),
    ...(has(FIELD.salt) ? { salt } : {}),
  };
}

/** Null when the contract reverts or answers in another form, as contracts without the function do. */
async function ask<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (isContractsFault(error)) return null;
    throw error;
  }
}

function isContractsFault(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  let isTransport = false;
  error.walk((inner) => {
    const { name } = inner as { readonly name?: unknown };
    isTransport ||= name === "HttpRequestError" || name === "TimeoutError";
    return false;
  });
  if (isTransport) return false;
  return error instanceof ContractFunctionExecutionError || error.name === "CallExecutionError";
}

function unsupported(token: Address, why: string): CairnError<L1ErrorCode> {
  return new CairnError("l1/permit-unsupported", `the token ${token} does not accept EIP-2612 permits: ${why}`, {
    details: { token },
  });
}
