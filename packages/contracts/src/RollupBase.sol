// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "./AccountTree.sol";
import {Constants} from "./generated/Constants.sol";
import {IAccountTree} from "./interfaces/IAccountTree.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {Circuit, Parameters, QueueEntry, RollupState} from "./interfaces/RollupTypes.sol";
import {Custody} from "./libraries/Custody.sol";
import {Escape} from "./libraries/Escape.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {Queue} from "./libraries/Queue.sol";

/// @title Parameters, storage, lock and views of the rollup
abstract contract RollupBase is IRollup {
    using Custody for Custody.Data;
    using Escape for Escape.Data;
    using Payouts for Payouts.Data;
    using Queue for Queue.Data;

    /// @dev Highest accepted age of a batch's timestamp, in seconds.
    uint64 internal constant MAX_HEADER_AGE = 2 hours;
    uint64 private constant MAX_FREEZE_DELAY = 90 days;
    uint128 private constant MAX_QUEUE_BASE_FEE = 0.01 ether;
    /// @dev The payouts of a batch have one bit each in a word.
    uint32 private constant MAX_SLOTS = 1024;

    uint64 internal immutable INCLUSION_DELAY;
    uint64 internal immutable OPERATOR_IDLE_DELAY;
    uint64 internal immutable FREEZE_DELAY;
    uint128 internal immutable QUEUE_BASE_FEE;
    IAccountTree internal immutable ACCOUNT_TREE;

    /// @dev Never written after construction.
    Circuit[] private _circuits;

    /// @dev Once 0, it stays 0.
    address internal _operator;
    uint64 internal _lastOperatorBatchAt;
    /// @dev Whether someone else submitted after the operator's last batch.
    bool internal _takenOver;
    address internal _proposedOperator;

    bytes32 internal _root;
    uint32 internal _nextIndex;
    uint64 internal _batchCount;
    uint64 internal _lastBlock;
    uint64 internal _lastTimestamp;

    Queue.Data internal _queue;
    Custody.Data internal _custody;
    Payouts.Data internal _payouts;
    Escape.Data internal _escape;

    uint256 private transient _lock;

    modifier locked() {
        if (_lock != 0) revert Reentrancy();
        _lock = 1;
        _;
        _lock = 0;
    }

    modifier whenActive() {
        if (_queue.frozen) revert RollupFrozen();
        _;
    }

    constructor(Parameters memory given) {
        if (block.chainid > type(uint64).max) revert ChainIdTooLarge(type(uint64).max, block.chainid);
        if (given.freezeDelay > MAX_FREEZE_DELAY) revert InvalidParameter("freezeDelay");
        if (given.inclusionDelay == 0 || uint256(given.inclusionDelay) + MAX_HEADER_AGE >= given.freezeDelay) {
            revert InvalidParameter("inclusionDelay");
        }
        if (given.operatorIdleDelay == 0 || given.operatorIdleDelay >= given.freezeDelay) {
            revert InvalidParameter("operatorIdleDelay");
        }
        if (given.queueBaseFee == 0 || given.queueBaseFee > MAX_QUEUE_BASE_FEE) {
            revert InvalidParameter("queueBaseFee");
        }
        _addCircuits(given.circuits);
        INCLUSION_DELAY = given.inclusionDelay;
        OPERATOR_IDLE_DELAY = given.operatorIdleDelay;
        FREEZE_DELAY = given.freezeDelay;
        QUEUE_BASE_FEE = given.queueBaseFee;
        ACCOUNT_TREE = new AccountTree();
        if (given.operator.code.length != 0) revert OperatorWithCode(given.operator);
        _operator = given.operator;
        _root = Constants.GENESIS_ROOT;
        _nextIndex = Constants.GENESIS_NEXT_INDEX;
        _lastOperatorBatchAt = uint64(block.timestamp);
    }

    // Views

    /// @inheritdoc IRollup
    function parameters() external view returns (Parameters memory) {
        return Parameters({
            operator: _operator,
            inclusionDelay: INCLUSION_DELAY,
            operatorIdleDelay: OPERATOR_IDLE_DELAY,
            freezeDelay: FREEZE_DELAY,
            queueBaseFee: QUEUE_BASE_FEE,
            circuits: _circuits
        });
    }

    /// @inheritdoc IRollup
    function circuit(uint8 circuitType) external view returns (Circuit memory) {
        return _circuit(circuitType);
    }

    /// @inheritdoc IRollup
    function state() external view returns (RollupState memory) {
        return RollupState({
            root: _root,
            nextIndex: _nextIndex,
            batchCount: _batchCount,
            lastBlock: _lastBlock,
            lastTimestamp: _lastTimestamp,
            lastOperatorBatchAt: _lastOperatorBatchAt,
            queueHead: _queue.head,
            queueTail: _queue.tail
        });
    }

    /// @inheritdoc IRollup
    function queueFee() external view returns (uint256) {
        return _queue.fee(QUEUE_BASE_FEE);
    }

    /// @inheritdoc IRollup
    function backlog() external view returns (uint64) {
        return _queue.tail - _queue.head;
    }

    /// @inheritdoc IRollup
    function queueEntry(uint64 position) external view returns (QueueEntry memory) {
        return _queue.entryAt(position);
    }

    /// @inheritdoc IRollup
    function overdueCount(uint64 timestamp) external view returns (uint64) {
        return _queue.overdueCount(INCLUSION_DELAY, timestamp);
    }

    /// @inheritdoc IRollup
    function isSubmissionOpen() public view returns (bool) {
        if (_queue.frozen) return false;
        if (_operator == address(0)) return true;
        if (_queue.head == _queue.tail) return false;
        if (_takenOver) return true;
        if (_queue.isOverdue(_queue.head, INCLUSION_DELAY, block.timestamp)) return true;
        uint64 waitingSince = _queue.entryAt(_queue.head).enqueuedAt;
        uint64 idleSince = waitingSince > _lastOperatorBatchAt ? waitingSince : _lastOperatorBatchAt;
        return block.timestamp >= idleSince + OPERATOR_IDLE_DELAY;
    }

    /// @inheritdoc IRollup
    function operator() external view returns (address) {
        return _operator;
    }

    /// @inheritdoc IRollup
    function proposedOperator() external view returns (address) {
        return _proposedOperator;
    }

    /// @inheritdoc IRollup
    function isFrozen() external view returns (bool) {
        return _queue.frozen;
    }

    /// @inheritdoc IRollup
    function canFreeze() external view returns (bool) {
        return !_queue.frozen && block.timestamp >= _freezableAt();
    }

    /// @inheritdoc IRollup
    function isExited(uint32 index) external view returns (bool) {
        return _escape.isExited(index);
    }

    /// @inheritdoc IRollup
    function isReclaimed(uint64 position) external view returns (bool) {
        return _escape.isReclaimed(position);
    }

    /// @inheritdoc IRollup
    function accountTree() external view returns (address) {
        return address(ACCOUNT_TREE);
    }

    /// @inheritdoc IRollup
    function batchCommitment(uint64 batchNumber) external view returns (bytes32) {
        return _payouts.commitments[batchNumber];
    }

    /// @inheritdoc IRollup
    function payoutsSettled(uint64 batchNumber) external view returns (uint256) {
        return _payouts.settled[batchNumber];
    }

    /// @inheritdoc IRollup
    function claimable(uint32 tokenId, address beneficiary) external view returns (uint256) {
        return _payouts.claimable[tokenId][beneficiary];
    }

    /// @inheritdoc IRollup
    function custody(uint32 tokenId) external view returns (uint256) {
        return _custody.owed[tokenId];
    }

    /// @inheritdoc IRollup
    function tokenCount() external view returns (uint32) {
        return _custody.count;
    }

    /// @inheritdoc IRollup
    function tokenAddress(uint32 tokenId) external view returns (address) {
        return _custody.tokens[tokenId];
    }

    /// @inheritdoc IRollup
    function tokenIdOf(address token) external view returns (uint32) {
        return _custody.tokenIds[token];
    }

    function _circuit(uint8 circuitType) internal view returns (Circuit storage) {
        for (uint256 i = 0; i < _circuits.length; i++) {
            if (_circuits[i].circuitType == circuitType) return _circuits[i];
        }
        revert UnknownCircuitType(circuitType);
    }

    /// @dev L1 time from which the entry at the queue's head allows a freeze; the maximum when there is none.
    function _freezableAt() internal view returns (uint64) {
        if (_queue.head == _queue.tail) return type(uint64).max;
        return _queue.entryAt(_queue.head).enqueuedAt + FREEZE_DELAY;
    }

    function _addCircuits(Circuit[] memory circuits) private {
        if (circuits.length == 0) revert InvalidParameter("circuits");
        for (uint256 i = 0; i < circuits.length; i++) {
            Circuit memory added = circuits[i];
            if (added.slots == 0 || added.slots > MAX_SLOTS || added.slots % Constants.CAPACITY_DIVISOR != 0) {
                revert InvalidParameter("slots");
            }
            if (added.verifier.code.length == 0) revert VerifierWithoutCode(added.verifier);
            if (added.verifier.codehash != added.verifierCodeHash) {
                revert VerifierCodeMismatch(added.verifierCodeHash, added.verifier.codehash);
            }
            for (uint256 j = 0; j < i; j++) {
                if (circuits[j].circuitType == added.circuitType) revert DuplicateCircuitType(added.circuitType);
            }
            _circuits.push(added);
        }
    }
}
