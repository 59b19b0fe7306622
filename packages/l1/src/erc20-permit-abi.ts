import { parseAbi } from "viem";

/** What a depositor needs of an ERC-20 with EIP-2612. */
export const erc20PermitAbi = parseAbi([
  "function name() view returns (string)",
  "function nonces(address owner) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function balanceOf(address account) view returns (uint256)",
]);
