// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A circuit whose proofs the rollup accepts.
/// @param circuitType Number that identifies it in batch headers.
/// @param l1Capacity L1 operations that a batch of it can consume, 1 … 512: exactly what the circuit has room for.
/// @param verifier Contract that verifies its proofs.
/// @param verifierCodeHash keccak256 of the verifier's code; the constructor compares.
struct Circuit {
    uint8 circuitType;
    uint32 l1Capacity;
    address verifier;
    bytes32 verifierCodeHash;
}

/// @notice Parameters that a deployment fixes for ever (spec 7.1).
/// @param policy Contract that names who has precedence in submitting; 0 leaves submission open to all, for ever.
/// @param policyCodeHash keccak256 of the policy's code, 0 without a policy; the constructor compares.
/// @param inclusionDelay Seconds after which a queue entry is overdue.
/// @param operatorIdleDelay Seconds of waiting work without a batch after which anyone may submit.
/// @param returnDelay Seconds for which the leader is alone again after a stranger's batch.
/// @param freezeDelay Seconds after which an unprocessed queue entry proves that the rollup has stopped.
/// @param queueBaseFee Wei that a queue entry costs when the queue is empty.
/// @param circuits Accepted circuits, at least one, each type once.
struct Parameters {
    address policy;
    bytes32 policyCodeHash;
    uint64 inclusionDelay;
    uint64 operatorIdleDelay;
    uint64 returnDelay;
    uint64 freezeDelay;
    uint128 queueBaseFee;
    Circuit[] circuits;
}

/// @notice What a batch of consecutive blocks claims (spec 7.4).
/// @param circuitType Circuit of its last proof.
/// @param dataSource Where its cells are: 0 in the calldata, 1 in the transaction's first blob.
/// @param firstBlock Number of its first block.
/// @param lastBlock Number of its last block.
/// @param firstTimestamp Timestamp of its first block, seconds.
/// @param lastTimestamp Timestamp of its last block, seconds.
/// @param newNextIndex First unassigned account index after the batch.
/// @param oldRoot State root before the batch.
/// @param newRoot State root after the batch.
/// @param newHistory What commits to everything published, consumed and paid since genesis (spec 3.8).
/// @param blocksRoot Root over the hashes of its blocks (spec 3.9).
struct BatchHeader {
    uint8 circuitType;
    uint8 dataSource;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    uint32 newNextIndex;
    bytes32 oldRoot;
    bytes32 newRoot;
    bytes32 newHistory;
    bytes32 blocksRoot;
}

/// @notice The proven state and its counters.
/// @param root State root.
/// @param history Commits to everything published, consumed and paid since genesis.
/// @param nextIndex First unassigned account index.
/// @param batchCount Batches accepted, which is also the number of the last one.
/// @param lastBlock Number of the last proven block.
/// @param lastTimestamp Timestamp of the last proven block, seconds.
/// @param lastBatchAt L1 time of the last batch, or of the deployment if there is none; seconds.
/// @param lastByStranger Whether someone else than the leader sent the last batch.
/// @param queueHead Queue entries consumed by batches.
/// @param queueTail Number of queue entries ever made.
struct RollupState {
    bytes32 root;
    bytes32 history;
    uint32 nextIndex;
    uint64 batchCount;
    uint64 lastBlock;
    uint64 lastTimestamp;
    uint64 lastBatchAt;
    bool lastByStranger;
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
