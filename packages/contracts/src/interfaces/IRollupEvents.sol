// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "./RollupTypes.sol";

/// @title Events of the rollup
/// @dev The transactions of `submitBatch`, their blobs and these events are enough to rebuild the whole state.
interface IRollupEvents {
    /// @notice A token was given its id.
    event TokenRegistered(uint32 indexed tokenId, address indexed token);

    /// @notice An entry joined the queue; its fields are the record of spec 4.1.
    /// @param position Number of the entry, counted from 0.
    /// @param owner Owner of the deposited money, or sender of the request.
    /// @param kind Record type: 4 deposit, 5 forced withdrawal, 6 set key.
    /// @param amount Units of the token; 0 unless a deposit.
    /// @param key x of the L2 public key, 0 for none.
    /// @param queueHash Rolling hash after the entry.
    /// @param submitterFee Wei that the submitter of the consuming batch earns.
    event L1OperationQueued(
        uint64 indexed position,
        address indexed owner,
        uint8 indexed kind,
        uint32 tokenId,
        uint128 amount,
        uint32 index,
        uint256 key,
        bytes32 queueHash,
        uint256 submitterFee
    );

    /// @notice A batch was proven and is final for this contract.
    /// @param batchNumber Number of the batch, counted from 1.
    /// @param submitter Account that submitted it.
    /// @param header The submitted header.
    /// @param dataCommitment keccak256 of its data, or the versioned hash of its blob.
    /// @param payoutsHash keccak256 of its payout list.
    /// @param queueHead Entries consumed by all batches up to this one.
    event BatchSubmitted(
        uint64 indexed batchNumber,
        address indexed submitter,
        BatchHeader header,
        bytes32 dataCommitment,
        bytes32 payoutsHash,
        uint64 queueHead
    );

    /// @notice A proven payout reached its recipient.
    event PayoutPaid(
        uint64 indexed batchNumber, uint256 position, address indexed recipient, uint32 indexed tokenId, uint256 amount
    );
    /// @notice A proven payout was refused by its recipient or token and became claimable.
    event PayoutDeferred(
        uint64 indexed batchNumber, uint256 position, address indexed recipient, uint32 indexed tokenId, uint256 amount
    );
    /// @notice The submitter of a batch earned its share of the queue fees; wei. `paid` is false when it became
    /// claimable.
    event SubmitterRewarded(uint64 indexed batchNumber, address indexed submitter, uint256 amount, bool paid);
    /// @notice A deferred payment reached `recipient`.
    event Claimed(uint32 indexed tokenId, address indexed beneficiary, address indexed recipient, uint256 amount);

    /// @notice The rollup stopped for good.
    /// @param root Last proven root, which exits are proven against.
    /// @param nextIndex First unassigned account index.
    /// @param queueHead First queue entry that can be reclaimed.
    /// @param queueTail Number of queue entries ever made.
    event Frozen(address indexed caller, bytes32 root, uint32 nextIndex, uint64 queueHead, uint64 queueTail);
    /// @notice The whole balance of an account went to its owner; `paid` is false when it became claimable.
    event Exited(uint32 indexed index, address indexed owner, uint32 indexed tokenId, uint128 amount, bool paid);
    /// @notice An unprocessed queue entry was undone; whatever its owner or the token refused became claimable.
    /// @param amount Units of the token deposited; 0 for a request.
    /// @param fee Wei of the queue fee that had not been burned.
    event Reclaimed(
        uint64 indexed position, address indexed owner, uint32 indexed tokenId, uint128 amount, uint256 fee
    );
}
