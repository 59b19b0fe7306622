// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A circuit for proving batches.
/// @param circuitType Number that identifies it in batch headers.
/// @param slots Slots of its block, a multiple of 4, at most 1024; a quarter of them is its capacity for L1 operations
/// and
///        payouts.
/// @param verifier Contract that verifies its proofs.
/// @param verifierCodeHash keccak256 of the verifier's code; the constructor compares.
struct Circuit {
    uint8 circuitType;
    uint32 slots;
    address verifier;
    bytes32 verifierCodeHash;
}

/// @notice Parameters that a deployment fixes for ever (spec 7.1).
/// @param operator First address with the exclusive right to submit as long as it does its work; 0 leaves submission
/// open to all.
/// @param inclusionDelay Seconds after which a queue entry is overdue.
/// @param operatorIdleDelay Seconds of waiting work without a batch of the operator after which anyone may submit.
/// @param freezeDelay Seconds after which an unprocessed queue entry proves that the rollup has stopped.
/// @param queueBaseFee Wei that a queue entry costs when the queue is empty.
/// @param circuits Accepted circuits, at least one, each type once.
struct Parameters {
    address operator;
    uint64 inclusionDelay;
    uint64 operatorIdleDelay;
    uint64 freezeDelay;
    uint128 queueBaseFee;
    Circuit[] circuits;
}

/// @notice What a batch claims; together with the contract's own state it gives the public input (spec 5).
/// @param circuitType Circuit that proves the batch.
/// @param firstBlock Number of its first L2 block.
/// @param lastBlock Number of its last L2 block.
/// @param timestamp Seconds since the epoch; L2 transactions expire against it.
/// @param oldRoot State root before the batch.
/// @param newRoot State root after the batch.
/// @param newNextIndex First unassigned account index after the batch.
/// @param l1OperationCount Queue entries consumed, from the head on.
/// @param payoutsHash SHA-256 of the padded payout list (spec 3.4).
/// @param txRoot Root over all published bytes (spec 3.5).
struct BatchHeader {
    uint8 circuitType;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 timestamp;
    bytes32 oldRoot;
    bytes32 newRoot;
    uint32 newNextIndex;
    uint32 l1OperationCount;
    bytes32 payoutsHash;
    bytes32 txRoot;
}

/// @notice The proven state and its counters.
/// @param root State root.
/// @param nextIndex First unassigned account index.
/// @param batchCount Batches accepted, which is also the number of the last one.
/// @param lastBlock Number of the last proven L2 block.
/// @param lastTimestamp Timestamp of the last batch's header, seconds.
/// @param lastOperatorBatchAt L1 time of the operator's last batch, or of the deployment if there is none; seconds.
/// @param queueHead Queue entries consumed by batches.
/// @param queueTail Number of queue entries ever made.
struct RollupState {
    bytes32 root;
    uint32 nextIndex;
    uint64 batchCount;
    uint64 lastBlock;
    uint64 lastTimestamp;
    uint64 lastOperatorBatchAt;
    uint64 queueHead;
    uint64 queueTail;
}

/// @notice An entry of the L1 queue.
/// @param queueHash Rolling hash after the entry (spec 4.2).
/// @param enqueuedAt L1 time, seconds.
/// @param submitterFee Wei for the submitter of the batch that consumes it.
/// @param consumed Whether a batch has consumed it.
struct QueueEntry {
    bytes32 queueHash;
    uint64 enqueuedAt;
    uint128 submitterFee;
    bool consumed;
}

/// @notice Content of a queue entry (spec 4.1).
/// @param kind Record type: 4 deposit, 5 forced withdrawal, 6 set key.
/// @param owner Owner of the deposited money, or sender of the request.
/// @param tokenId Token of a deposit; 0 for requests.
/// @param amount Units of the token; 0 for requests.
/// @param index Account that the entry names; 0 for none.
/// @param key x of the L2 public key, 0 for none.
struct QueueRecord {
    uint8 kind;
    address owner;
    uint32 tokenId;
    uint128 amount;
    uint32 index;
    uint256 key;
}

/// @notice An account of the state at its index (spec 1.1); its leaf hash is built from these fields alone.
/// @param index Index of the leaf.
/// @param owner L1 address.
/// @param tokenId Registered token; 0 is ETH.
/// @param nonce Nonce that the next signed transaction would carry.
/// @param flags Bit 0: the owner authorised the key on L1.
/// @param balance Units of the token.
/// @param key x of the L2 public key, 0 for none.
struct AccountLeaf {
    uint32 index;
    address owner;
    uint32 tokenId;
    uint40 nonce;
    uint8 flags;
    uint128 balance;
    uint256 key;
}

/// @notice EIP-2612 approval of exactly the deposited amount by the caller to the rollup.
/// @param deadline Last L1 timestamp at which it is valid, seconds.
struct Permit {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}
