/** The most gas that one transaction may have on L1, whatever the limit of a block is (EIP-7825). */
export const MAX_TRANSACTION_GAS = 2 ** 24;
