// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {QueueEntry, QueueRecord} from "../interfaces/RollupTypes.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../interfaces/IRollupEvents.sol";

/// @title L1 queue (spec 4)
/// @dev Checkpoint k is the queue after k entries, so the entry at position p lies between checkpoints p and p + 1;
///      checkpoint 0 is all zero. Times and fee sums never fall from one checkpoint to the next.
library Queue {
    /// @dev Entries that raise the fee by one base fee.
    uint256 private constant BACKLOG_STEP = 64;
    /// @dev Highest fee, in base fees.
    uint256 private constant MAX_FEE_FACTOR = 1024;

    /// @param queueHash Rolling hash.
    /// @param enqueuedAt L1 time of the last entry, seconds.
    /// @param submitterFees Wei for submitters, summed over all entries so far.
    struct Checkpoint {
        bytes32 queueHash;
        uint64 enqueuedAt;
        uint192 submitterFees;
    }

    /// @param head Entries consumed by batches.
    /// @param tail Number of entries ever made.
    /// @param frozen The rollup has stopped: head and tail no longer move. Stored here because it is read together with
    /// them.
    struct Data {
        uint64 head;
        uint64 tail;
        bool frozen;
        mapping(uint64 count => Checkpoint) checkpoints;
    }

    /// @notice Fee of the next entry in wei: rises with the number of waiting entries.
    function fee(Data storage self, uint256 baseFee) internal view returns (uint256) {
        uint256 factor = 1 + (self.tail - self.head) / BACKLOG_STEP;
        return baseFee * (factor < MAX_FEE_FACTOR ? factor : MAX_FEE_FACTOR);
    }

    /// @notice Appends a record that a circuit can prove; reverts on any other.
    function push(Data storage self, QueueRecord memory record, uint256 submitterFee) internal {
        _requireProvable(record);
        uint64 position = self.tail;
        Checkpoint storage previous = self.checkpoints[position];
        bytes32 queueHash = hashAfter(previous.queueHash, record);
        self.checkpoints[position + 1] = Checkpoint({
            queueHash: queueHash,
            enqueuedAt: uint64(block.timestamp),
            submitterFees: previous.submitterFees + uint192(submitterFee)
        });
        self.tail = position + 1;
        emit IRollupEvents.L1OperationQueued(
            position,
            record.owner,
            record.kind,
            record.tokenId,
            record.amount,
            record.index,
            record.key,
            queueHash,
            submitterFee
        );
    }

    /// @notice Advances the head by `count` entries and returns what their submitter earns, in wei. The caller checked
    /// `count`.
    function consume(Data storage self, uint64 count) internal returns (uint256 submitterFees) {
        if (count == 0) return 0;
        uint64 head = self.head;
        submitterFees = self.checkpoints[head + count].submitterFees - self.checkpoints[head].submitterFees;
        self.head = head + count;
    }

    /// @notice Rolling hash after `record`; the caller checked that its index fits 24 bits.
    function hashAfter(bytes32 hashBefore, QueueRecord memory record) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                hashBefore, record.kind, record.owner, record.tokenId, record.amount, uint24(record.index), record.key
            )
        );
    }

    /// @notice Rolling hash after the first `count` entries.
    function hashAt(Data storage self, uint64 count) internal view returns (bytes32) {
        return self.checkpoints[count].queueHash;
    }

    /// @notice Whether the entry at `position` exists and is overdue at `timestamp`.
    function isOverdue(Data storage self, uint64 position, uint64 inclusionDelay, uint256 timestamp)
        internal
        view
        returns (bool)
    {
        return position < self.tail && timestamp >= uint256(self.checkpoints[position + 1].enqueuedAt) + inclusionDelay;
    }

    /// @notice Unconsumed entries overdue at `timestamp`.
    function overdueCount(Data storage self, uint64 inclusionDelay, uint256 timestamp) internal view returns (uint64) {
        uint64 low = self.head;
        uint64 high = self.tail;
        while (low < high) {
            uint64 middle = (low + high) / 2;
            if (isOverdue(self, middle, inclusionDelay, timestamp)) low = middle + 1;
            else high = middle;
        }
        return low - self.head;
    }

    /// @notice Reverts unless a batch whose last block is of `timestamp`, of a circuit with room for `capacity`
    ///         entries, may consume `count`: at least `least`, and all that have waited for `inclusionDelay` seconds,
    ///         as far as there is room.
    function requireConsumable(
        Data storage self,
        uint64 count,
        uint64 capacity,
        uint64 inclusionDelay,
        uint64 least,
        uint64 timestamp
    ) internal view {
        uint64 waiting = self.tail - self.head;
        uint64 maximum = waiting < capacity ? waiting : capacity;
        if (count > maximum) revert IRollupErrors.TooManyL1Operations(maximum, count);
        bool isOneLeft = count < maximum && isOverdue(self, self.head + count, inclusionDelay, timestamp);
        if (!isOneLeft && count >= least) return;
        uint64 minimum = overdueCount(self, inclusionDelay, timestamp);
        if (minimum > capacity) minimum = capacity;
        revert IRollupErrors.OverdueL1OperationsLeft(minimum < least ? least : minimum, count);
    }

    /// @notice Reverts unless `record` is the entry at `position` and no batch has consumed it.
    function requireReclaimable(Data storage self, uint64 position, QueueRecord memory record) internal view {
        if (position < self.head || position >= self.tail) {
            revert IRollupErrors.NotReclaimable(position, self.head, self.tail);
        }
        bytes32 expected = hashAt(self, position + 1);
        // An index of more than 24 bits would hash like a shorter one; the hash after an entry is never 0.
        bytes32 actual = record.index < Constants.MAX_ACCOUNTS ? hashAfter(hashAt(self, position), record) : bytes32(0);
        if (actual != expected) revert IRollupErrors.QueueRecordMismatch(expected, actual);
    }

    /// @notice The entry at `position`; all zero when there is none.
    function entryAt(Data storage self, uint64 position) internal view returns (QueueEntry memory entry) {
        if (position >= self.tail) return entry;
        Checkpoint storage checkpoint = self.checkpoints[position + 1];
        uint192 feesBefore = self.checkpoints[position].submitterFees;
        return QueueEntry({
            queueHash: checkpoint.queueHash,
            enqueuedAt: checkpoint.enqueuedAt,
            submitterFee: uint128(checkpoint.submitterFees - feesBefore),
            consumed: position < self.head
        });
    }

    function _requireProvable(QueueRecord memory record) private pure {
        if (record.owner == address(0)) revert IRollupErrors.ZeroOwner();
        if (record.index >= Constants.MAX_ACCOUNTS) {
            revert IRollupErrors.IndexOutOfRange(Constants.MAX_ACCOUNTS - 1, record.index);
        }
        if (record.key >= Constants.FIELD_MODULUS) {
            revert IRollupErrors.KeyOutOfRange(Constants.FIELD_MODULUS - 1, record.key);
        }
        if (record.kind == Constants.SLOT_KIND_DEPOSIT) {
            if (record.amount == 0) revert IRollupErrors.ZeroDeposit();
        } else if (record.kind == Constants.SLOT_KIND_SET_KEY) {
            if (record.key == 0) revert IRollupErrors.ZeroKey();
        }
    }
}
