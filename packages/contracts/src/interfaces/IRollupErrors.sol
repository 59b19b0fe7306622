// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Reasons why the rollup refuses a call
/// @dev Where two values are compared, the first is what the contract requires, the second what was given.
interface IRollupErrors {
    /// @notice A constructor parameter is out of its range; `name` is its name in `Parameters`.
    error InvalidParameter(bytes32 name);
    /// @notice The same circuit type is listed twice.
    error DuplicateCircuitType(uint8 circuitType);
    /// @notice A verifier has no code of its own.
    error VerifierWithoutCode(address verifier);
    /// @notice A verifier's code does not have the given keccak256 hash.
    error VerifierCodeMismatch(bytes32 expected, bytes32 actual);
    /// @notice The policy has no code.
    error PolicyWithoutCode(address policy);
    /// @notice The policy's code does not have the given keccak256 hash.
    error PolicyCodeMismatch(bytes32 expected, bytes32 actual);
    /// @notice The chain id does not fit the 64 bits of the public input.
    error ChainIdTooLarge(uint256 maximum, uint256 actual);

    /// @notice A function that moves or measures tokens was entered while another one was running.
    error Reentrancy();

    /// @notice The token cannot be registered because it has no code.
    error TokenWithoutCode(address token);
    /// @notice The rollup itself cannot be a token.
    error TokenIsRollup();
    /// @notice The token is already registered, as `tokenId`.
    error TokenAlreadyRegistered(uint32 tokenId);
    /// @notice All 2^32 token ids are taken.
    error TooManyTokens();
    /// @notice No ERC-20 is registered under this id (0 is ETH, which has no contract).
    error UnknownToken(uint32 tokenId);
    /// @notice The token's `balanceOf` failed or returned nonsense.
    error BalanceUnreadable(address token);
    /// @notice The token's `transferFrom` failed or returned something other than nothing or true.
    error TokenPullFailed(address token);
    /// @notice The transfer brought more than the requested `maximum`, or left the rollup with less than before.
    error ReceivedUnexpectedAmount(uint256 maximum, uint256 balanceBefore, uint256 balanceAfter);
    /// @notice What the rollup would owe in this token exceeds 2^128 − 1 units.
    error CustodyTooLarge(uint256 maximum, uint256 actual);

    /// @notice `msg.value` does not cover the queue fee and the deposited ETH; wei.
    error ValueTooLow(uint256 required, uint256 actual);
    /// @notice Nothing would be deposited.
    error ZeroDeposit();
    /// @notice The owner is address 0.
    error ZeroOwner();
    /// @notice An account index is beyond the tree.
    error IndexOutOfRange(uint256 maximum, uint256 actual);
    /// @notice A key is not below the field modulus.
    error KeyOutOfRange(uint256 maximum, uint256 actual);
    /// @notice Key 0 cannot be set.
    error ZeroKey();
    /// @notice Only the owner may choose the key of an account; others deposit with key 0.
    error KeyWithoutOwner(address owner, address caller);
    /// @notice The caller refuses the refund of ETH beyond the queue fee; wei.
    error RefundFailed(address caller, uint256 amount);

    /// @notice Batches must come directly from accounts without code, so that the transaction's input is the batch.
    error CallerNotPlainAccount(address caller);
    /// @notice Only the leader may submit now; see `isSubmissionOpen`.
    error SubmissionNotOpen(address leader, address caller);
    /// @notice No verifier is known for this circuit type.
    error UnknownCircuitType(uint8 circuitType);
    /// @notice The batch does not start from the stored root.
    error OldRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice The batch does not start after the last proven block.
    error FirstBlockMismatch(uint64 expected, uint64 actual);
    /// @notice The batch has no blocks: its last one is before its first one.
    error NoBlocks(uint64 firstBlock, uint64 lastBlock);
    /// @notice The first block is older than the last proven one or than six hours; seconds.
    error TimestampTooOld(uint64 minimum, uint64 actual);
    /// @notice The last block is older than the first one; seconds.
    error TimestampsDescending(uint64 firstTimestamp, uint64 lastTimestamp);
    /// @notice The last block comes from the future; seconds.
    error TimestampInFuture(uint64 maximum, uint64 actual);
    /// @notice The batch consumes more entries than are waiting or than its circuit can.
    error TooManyL1Operations(uint64 maximum, uint64 actual);
    /// @notice The batch omits entries that are overdue at its last timestamp; for a stranger's batch, entries that
    /// were waiting then.
    error OverdueL1OperationsLeft(uint64 minimum, uint64 actual);
    /// @notice The L1 records are not whole ones; bytes.
    error L1RecordsMalformed(uint256 length);
    /// @notice The L1 records are not those of the entries at the queue's head; hashes after them.
    error L1RecordsMismatch(bytes32 expected, bytes32 actual);
    /// @notice Cells are neither in calldata (0) nor in a blob (1).
    error UnknownDataSource(uint8 dataSource);
    /// @notice Data are not whole cells, too many of them, or not an opening; bytes.
    error DataMalformed(uint256 length);
    /// @notice The transaction has no blob.
    error NoBlob();
    /// @notice The point-evaluation precompile refuses the opening, or this chain has none.
    error OpeningRefused(bytes32 versionedHash);
    /// @notice The verifier does not accept the proof for the public inputs that the contract computed. The point, one
    /// of them, is a hash of all that the proof depends on.
    error InvalidProof(bytes32 point);

    /// @notice Header, data commitment and payout list are not those of the batch; `expected` is 0 when there is no
    /// such batch.
    error BatchCommitmentMismatch(bytes32 expected, bytes32 actual);
    /// @notice The payout list is not made of whole records with a recipient in the last one, or of too many; bytes.
    error PayoutListMalformed(uint256 length);
    /// @notice A payout is selected that the batch does not have; its position.
    error PayoutNotInBatch(uint256 count, uint256 position);
    /// @notice No selected payout is unsettled.
    error NothingToPay(uint64 batchNumber);
    /// @notice Too little gas is left to give a payment its full allowance; gas units.
    error InsufficientGas(uint256 required, uint256 actual);
    /// @notice Nothing is claimable.
    error NothingToClaim(uint32 tokenId, address beneficiary);
    /// @notice A claim cannot go to address 0 or to the rollup.
    error InvalidClaimRecipient(address recipient);
    /// @notice The recipient or the token refused the claimed payment; it stays claimable.
    error ClaimFailed(uint32 tokenId, address recipient, uint256 amount);

    /// @notice The rollup is frozen: only payments continue.
    error RollupFrozen();
    /// @notice The rollup is not frozen.
    error NotFrozen();
    /// @notice The entry at the queue's head is not old enough; seconds. `minimum` is 2^64 − 1 when no entry is
    /// waiting.
    error FreezeTooEarly(uint64 minimum, uint64 actual);
    /// @notice The account has been paid out.
    error AlreadyExited(uint32 index);
    /// @notice There is no account at this index: it is reserved or beyond the last one.
    error IndexNotAssigned(uint32 index, uint32 nextIndex);
    /// @notice No account was given.
    error NoAccounts();
    /// @notice Accounts are not in strictly ascending order of their indices.
    error AccountsNotAscending(uint32 previous, uint32 index);
    /// @notice A root, history, key or sibling is not below the field modulus.
    error FieldOutOfRange(uint256 maximum, uint256 actual);
    /// @notice The proof has too few or too many siblings for these accounts.
    error ProofLengthMismatch(uint256 expected, uint256 actual);
    /// @notice Accounts and siblings do not hash to the last proven root.
    error RootMismatch(bytes32 expected, bytes32 actual);
    /// @notice The entry was consumed by a batch (`position` < `head`) or does not exist (`position` ≥ `tail`).
    error NotReclaimable(uint64 position, uint64 head, uint64 tail);
    /// @notice The entry has been paid back.
    error AlreadyReclaimed(uint64 position);
    /// @notice The record does not match the entry's rolling hash.
    error QueueRecordMismatch(bytes32 expected, bytes32 actual);
}
