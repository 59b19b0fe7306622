// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "./IRollupErrors.sol";
import {IRollupEvents} from "./IRollupEvents.sol";
import {
    AccountLeaf,
    BatchHeader,
    Circuit,
    Parameters,
    Permit,
    QueueEntry,
    QueueRecord,
    RollupState
} from "./RollupTypes.sol";

/// @title Cairn rollup (spec 7)
/// @notice Keeps the money, orders the L1 operations, accepts proven batches, pays out.
/// @dev Amounts are in a token's smallest unit, fees in wei, times in seconds. Token 0 is ETH. Functions that move or
///      measure tokens share one lock and revert with `Reentrancy` when entered during one another. After a freeze
///      everything that would change state or queue reverts with `RollupFrozen`; payments continue.
interface IRollup is IRollupErrors, IRollupEvents {
    // Tokens

    /// @notice Gives an ERC-20 its id, counting from 1. Anyone can call this, once per token.
    /// @dev Reverts: TokenIsRollup, TokenWithoutCode, TokenAlreadyRegistered, TooManyTokens.
    function registerToken(address token) external returns (uint32 tokenId);

    // Queue

    /// @notice Deposits `amount` wei for `owner`. `msg.value` must cover it and the queue fee; the rest is refunded.
    /// @param amount Wei to deposit.
    /// @param owner Owner of the account to credit.
    /// @param index Account to top up if it is `owner`'s and holds ETH; otherwise an account is created. 0 to create.
    /// @param key x of the L2 public key of a created account; 0 for none, and unless the caller is `owner`.
    /// @dev Reverts: ValueTooLow, ZeroDeposit, ZeroOwner, IndexOutOfRange, KeyOutOfRange, KeyWithoutOwner,
    /// CustodyTooLarge,
    ///      RefundFailed.
    function depositETH(uint256 amount, address owner, uint32 index, uint256 key) external payable;

    /// @notice Deposits up to `amount` of an approved ERC-20 for `owner`; credits what arrives. ETH beyond the fee is
    /// refunded.
    /// @dev Other parameters and reverts as in `depositETH`, also UnknownToken, BalanceUnreadable, TokenPullFailed,
    ///      ReceivedUnexpectedAmount, RefundFailed.
    function deposit(uint32 tokenId, uint256 amount, address owner, uint32 index, uint256 key) external payable;

    /// @notice Like `deposit`, with an EIP-2612 approval by the caller. An approval that was already used does no harm.
    function depositWithPermit(
        uint32 tokenId,
        uint256 amount,
        address owner,
        uint32 index,
        uint256 key,
        Permit calldata permit
    ) external payable;

    /// @notice Requests the withdrawal of the whole balance of one of the caller's accounts. Does nothing if the
    /// account is not the caller's.
    /// @dev Reverts: ValueTooLow, IndexOutOfRange, RefundFailed. ETH beyond the fee is refunded.
    function requestWithdraw(uint32 index) external payable;

    /// @notice Sets the key of one of the caller's accounts. Does nothing if the account is not the caller's.
    /// @dev Reverts as `requestWithdraw`, also ZeroKey, KeyOutOfRange.
    function requestSetKey(uint32 index, uint256 key) external payable;

    // Batches

    /// @notice Proves the next batch of consecutive blocks, makes its state the rollup's, and pays what `payNow`
    ///         selects.
    /// @param header What the batch claims.
    /// @param l1Records Records of the consumed queue entries, 76 bytes each (spec 4.1).
    /// @param payouts Its payout records, 40 bytes each (spec 3.7), at most 1,024.
    /// @param payNow Bit p of word w selects payout 256 · w + p to be paid now, in order, as far as the gas certainly
    ///        suffices; the rest is left for `pay`.
    /// @param data Data source 0: the cells, 26 bytes each, at most 4,095; zero cells at the end may be left out. Data
    ///        source 1: evaluation 32, KZG commitment 48, KZG proof 48 of the transaction's first blob.
    /// @param proof Proof of the circuit `header.circuitType`.
    /// @dev While there is a leader, anyone else's batch must consume all entries waiting at its last timestamp, as far
    ///      as its circuit has room, and at least one. Reverts: CallerNotPlainAccount, InsufficientGas,
    ///      SubmissionNotOpen, UnknownCircuitType, OldRootMismatch, FirstBlockMismatch, NoBlocks, TimestampTooOld,
    ///      TimestampsDescending, TimestampInFuture, FieldOutOfRange, L1RecordsMalformed, TooManyL1Operations,
    ///      OverdueL1OperationsLeft, L1RecordsMismatch, PayoutListMalformed, UnknownDataSource, DataMalformed, NoBlob,
    ///      OpeningRefused, PayoutNotInBatch, InvalidProof.
    function submitBatch(
        BatchHeader calldata header,
        bytes calldata l1Records,
        bytes calldata payouts,
        uint256[] calldata payNow,
        bytes calldata data,
        bytes calldata proof
    ) external;

    // Payments

    /// @notice Pays payouts of a batch, in any order and in parts. Anyone can call this; each record is paid once.
    /// @param batchNumber Number of the batch.
    /// @param header Its header, as in its calldata and its event.
    /// @param dataCommitment Its data commitment, as in its event.
    /// @param payouts Its payout list, as in its calldata.
    /// @param firstWord Word i of `mask` selects among payouts 256 · (firstWord + i) … + 255.
    /// @param mask Those already settled, and those that the batch does not have, are skipped; what the gas does not
    ///        certainly suffice for is left.
    /// @dev Reverts: BatchCommitmentMismatch, NothingToPay, InsufficientGas.
    function pay(
        uint64 batchNumber,
        BatchHeader calldata header,
        bytes32 dataCommitment,
        bytes calldata payouts,
        uint256 firstWord,
        uint256[] calldata mask
    ) external;

    /// @notice Pays everything that the caller can claim in a token to `recipient`.
    /// @dev Reverts: NothingToClaim, InvalidClaimRecipient, ClaimFailed.
    function claim(uint32 tokenId, address recipient) external;

    /// @notice Pays everything that `beneficiary` can claim in a token to `beneficiary`. Anyone can call this.
    /// @dev Reverts: NothingToClaim, InvalidClaimRecipient, ClaimFailed.
    function claimFor(uint32 tokenId, address beneficiary) external;

    // Escape (spec 8)

    /// @notice Stops the rollup for good when the entry at the queue's head is older than the freeze delay. Anyone can
    /// call this.
    /// @dev Reverts: RollupFrozen, FreezeTooEarly.
    function freeze() external;

    /// @notice Pays the whole balance of an account to its owner, by its place in the last proven state. Anyone can
    /// call this, once per account.
    /// @param account The account.
    /// @param siblings 36 nodes: from the leaf's level up, three per level in the order of their positions.
    /// @dev Reverts: NotFrozen, IndexNotAssigned, AlreadyExited, FieldOutOfRange, ProofLengthMismatch, RootMismatch,
    ///      UnknownToken, InsufficientGas.
    function exit(AccountLeaf calldata account, bytes32[] calldata siblings) external;

    /// @notice Like `exit`, for several accounts with one proof.
    /// @param accounts The accounts in strictly ascending order of their indices.
    /// @param siblings From the leaves' level up, for each parent of known nodes in ascending order, its children that
    /// are
    ///        not known, in the order of their positions.
    /// @dev Reverts as `exit`, also NoAccounts, AccountsNotAscending.
    function exitMany(AccountLeaf[] calldata accounts, bytes32[] calldata siblings) external;

    /// @notice Pays an unprocessed queue entry back to its owner: the deposit, and the half of the fee that was not
    /// burned.
    ///         Anyone can call this, once per entry.
    /// @param position Number of the entry, as in its event.
    /// @param record The entry, as in its event.
    /// @dev Reverts: NotFrozen, NotReclaimable, AlreadyReclaimed, QueueRecordMismatch, InsufficientGas.
    function reclaim(uint64 position, QueueRecord calldata record) external;

    // Views

    /// @notice 2; a contract without this function is of version 1.
    function version() external view returns (uint256);

    /// @notice The constructor's parameters.
    function parameters() external view returns (Parameters memory);

    /// @notice Circuit of a type; reverts with UnknownCircuitType.
    function circuit(uint8 circuitType) external view returns (Circuit memory);

    /// @notice The proven state and its counters.
    function state() external view returns (RollupState memory);

    /// @notice Fee of the next queue entry, in wei.
    function queueFee() external view returns (uint256);

    /// @notice Queue entries that no batch has consumed.
    function backlog() external view returns (uint64);

    /// @notice Queue entry at `position` (from 0); all zero when there is none.
    function queueEntry(uint64 position) external view returns (QueueEntry memory);

    /// @notice Unconsumed entries that are overdue for a batch at `timestamp`.
    function overdueCount(uint64 timestamp) external view returns (uint64);

    /// @notice Who has precedence in submitting now, by the policy; 0 when nobody. Reverts with InsufficientGas.
    function leader() external view returns (address);

    /// @notice Whether anyone, not only the leader, may submit a batch now (spec 7.7). Reverts with InsufficientGas.
    function isSubmissionOpen() external view returns (bool);

    /// @notice keccak256(abi.encode(header, data commitment, payouts hash)) of a batch; 0 when there is none.
    function batchCommitment(uint64 batchNumber) external view returns (bytes32);

    /// @notice Payouts of a batch that have been paid or made claimable: bit p for payout 256 · word + p.
    function payoutsSettled(uint64 batchNumber, uint256 word) external view returns (uint256);

    /// @notice Units of a token that `beneficiary` can claim.
    function claimable(uint32 tokenId, address beneficiary) external view returns (uint256);

    /// @notice Units that the rollup owes in a token, to anyone; its balance is never less.
    function custody(uint32 tokenId) external view returns (uint256);

    /// @notice Whether the rollup has stopped for good.
    function isFrozen() external view returns (bool);

    /// @notice Whether `freeze` would succeed now.
    function canFreeze() external view returns (bool);

    /// @notice Whether the account at `index` has been paid out after a freeze.
    function isExited(uint32 index) external view returns (bool);

    /// @notice Whether the queue entry at `position` has been paid back after a freeze.
    function isReclaimed(uint64 position) external view returns (bool);

    /// @notice Contract that hashes accounts and proofs to a root.
    function accountTree() external view returns (address);

    /// @notice Contract that ties lists and data of a batch to its proof.
    function binding() external view returns (address);

    /// @notice ERC-20 tokens registered; their ids are 1 … tokenCount.
    function tokenCount() external view returns (uint32);

    /// @notice Contract of an ERC-20; 0 when there is none.
    function tokenAddress(uint32 tokenId) external view returns (address);

    /// @notice Id of an ERC-20; 0 when it is not registered.
    function tokenIdOf(address token) external view returns (uint32);
}
