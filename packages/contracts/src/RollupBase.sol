// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "./AccountTree.sol";
import {Constants} from "./generated/Constants.sol";
import {IAccountTree} from "./interfaces/IAccountTree.sol";
import {Circuit, Parameters, QueueEntry, RollupState} from "./interfaces/RollupTypes.sol";
import {Custody} from "./libraries/Custody.sol";
import {Escape} from "./libraries/Escape.sol";
import {Binding} from "./Binding.sol";
import {IBinding} from "./interfaces/IBinding.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {Policy} from "./libraries/Policy.sol";
import {Queue} from "./libraries/Queue.sol";

/// @title Parameters, storage, lock and views of the rollup
abstract contract RollupBase is IRollup {
    using Escape for Escape.Data;
    using Queue for Queue.Data;

    /// @dev Highest accepted age of a batch's first block, in seconds.
    uint64 internal constant MAX_BATCH_AGE = 6 hours;
    uint64 private constant MAX_FREEZE_DELAY = 90 days;
    uint128 private constant MAX_QUEUE_BASE_FEE = 0.01 ether;
    /// @dev Size of what stands for the code of an account that delegates to another (EIP-7702). Its owner can delegate
    ///      elsewhere at any time; no verifier is that small.
    uint256 private constant DELEGATION_BYTES = 23;

    address private immutable POLICY;
    bytes32 private immutable POLICY_CODE_HASH;
    uint64 internal immutable INCLUSION_DELAY;
    uint64 private immutable OPERATOR_IDLE_DELAY;
    uint64 private immutable RETURN_DELAY;
    uint64 internal immutable FREEZE_DELAY;
    uint128 internal immutable QUEUE_BASE_FEE;
    IAccountTree internal immutable ACCOUNT_TREE;
    IBinding internal immutable BINDING;

    /// @dev Never written after construction, like `_circuits`.
    uint8[] private _circuitTypes;
    mapping(uint8 circuitType => Circuit) private _circuits;

    bytes32 internal _root;
    bytes32 internal _history;
    uint64 internal _batchCount;
    uint64 internal _lastBlock;
    uint64 internal _lastTimestamp;
    uint32 internal _nextIndex;
    /// @dev L1 time of the last batch, or of the deployment if there is none.
    uint64 internal _lastBatchAt;
    /// @dev Whether someone else than the leader sent the last batch.
    bool internal _lastByStranger;

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
        _requireDelays(given);
        if (given.queueBaseFee == 0 || given.queueBaseFee > MAX_QUEUE_BASE_FEE) {
            revert InvalidParameter("queueBaseFee");
        }
        _requirePolicy(given);
        _addCircuits(given.circuits);
        POLICY = given.policy;
        POLICY_CODE_HASH = given.policyCodeHash;
        INCLUSION_DELAY = given.inclusionDelay;
        OPERATOR_IDLE_DELAY = given.operatorIdleDelay;
        RETURN_DELAY = given.returnDelay;
        FREEZE_DELAY = given.freezeDelay;
        QUEUE_BASE_FEE = given.queueBaseFee;
        ACCOUNT_TREE = new AccountTree();
        BINDING = new Binding();
        _root = Constants.GENESIS_ROOT;
        _history = Constants.GENESIS_HISTORY;
        _nextIndex = Constants.GENESIS_NEXT_INDEX;
        _lastBatchAt = uint64(block.timestamp);
    }

    // Views

    /// @inheritdoc IRollup
    function version() external pure returns (uint256) {
        return 2;
    }

    /// @inheritdoc IRollup
    function parameters() external view returns (Parameters memory) {
        Circuit[] memory circuits = new Circuit[](_circuitTypes.length);
        for (uint256 i = 0; i < circuits.length; i++) {
            circuits[i] = _circuits[_circuitTypes[i]];
        }
        return Parameters({
            policy: POLICY,
            policyCodeHash: POLICY_CODE_HASH,
            inclusionDelay: INCLUSION_DELAY,
            operatorIdleDelay: OPERATOR_IDLE_DELAY,
            returnDelay: RETURN_DELAY,
            freezeDelay: FREEZE_DELAY,
            queueBaseFee: QUEUE_BASE_FEE,
            circuits: circuits
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
            history: _history,
            nextIndex: _nextIndex,
            batchCount: _batchCount,
            lastBlock: _lastBlock,
            lastTimestamp: _lastTimestamp,
            lastBatchAt: _lastBatchAt,
            lastByStranger: _lastByStranger,
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
    function leader() public view returns (address) {
        return Policy.leaderAt(POLICY, uint64(block.timestamp));
    }

    /// @inheritdoc IRollup
    function isSubmissionOpen() external view returns (bool) {
        return !_queue.frozen && (leader() == address(0) || _isOpenToStrangers());
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
    function binding() external view returns (address) {
        return address(BINDING);
    }

    /// @inheritdoc IRollup
    function batchCommitment(uint64 batchNumber) external view returns (bytes32) {
        return _payouts.commitments[batchNumber];
    }

    /// @inheritdoc IRollup
    function payoutsSettled(uint64 batchNumber, uint256 word) external view returns (uint256) {
        return _payouts.settled[batchNumber][word];
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

    /// @dev Whether others than the leader may submit now; the caller checked that the rollup is not frozen.
    function _isOpenToStrangers() internal view returns (bool) {
        if (_queue.head == _queue.tail) return false;
        if (_queue.isOverdue(_queue.head, INCLUSION_DELAY, block.timestamp)) return true;
        uint64 waitingSince = _queue.entryAt(_queue.head).enqueuedAt;
        uint64 idleSince = waitingSince > _lastBatchAt ? waitingSince : _lastBatchAt;
        return block.timestamp >= idleSince + (_lastByStranger ? RETURN_DELAY : OPERATOR_IDLE_DELAY);
    }

    function _circuit(uint8 circuitType) internal view returns (Circuit storage found) {
        found = _circuits[circuitType];
        if (found.verifier == address(0)) revert UnknownCircuitType(circuitType);
    }

    /// @dev L1 time from which the entry at the queue's head allows a freeze; the maximum when there is none.
    function _freezableAt() internal view returns (uint64) {
        if (_queue.head == _queue.tail) return type(uint64).max;
        return _queue.entryAt(_queue.head).enqueuedAt + FREEZE_DELAY;
    }

    function _requireDelays(Parameters memory given) private pure {
        if (given.freezeDelay > MAX_FREEZE_DELAY) revert InvalidParameter("freezeDelay");
        if (given.inclusionDelay == 0 || uint256(given.inclusionDelay) + MAX_BATCH_AGE >= given.freezeDelay) {
            revert InvalidParameter("inclusionDelay");
        }
        if (given.operatorIdleDelay == 0 || given.operatorIdleDelay >= given.freezeDelay) {
            revert InvalidParameter("operatorIdleDelay");
        }
        if (given.returnDelay == 0 || given.returnDelay > given.operatorIdleDelay) {
            revert InvalidParameter("returnDelay");
        }
    }

    function _requirePolicy(Parameters memory given) private view {
        if (given.policy == address(0)) {
            if (given.policyCodeHash != 0) revert PolicyCodeMismatch(given.policyCodeHash, 0);
            return;
        }
        if (given.policy.code.length == 0) revert PolicyWithoutCode(given.policy);
        if (given.policy.codehash != given.policyCodeHash) {
            revert PolicyCodeMismatch(given.policyCodeHash, given.policy.codehash);
        }
    }

    function _addCircuits(Circuit[] memory circuits) private {
        if (circuits.length == 0) revert InvalidParameter("circuits");
        for (uint256 i = 0; i < circuits.length; i++) {
            Circuit memory added = circuits[i];
            if (added.l1Capacity == 0 || added.l1Capacity > Constants.MAX_BATCH_L1_OPERATIONS) {
                revert InvalidParameter("l1Capacity");
            }
            uint256 size = added.verifier.code.length;
            if (size == 0 || size == DELEGATION_BYTES) revert VerifierWithoutCode(added.verifier);
            if (added.verifier.codehash != added.verifierCodeHash) {
                revert VerifierCodeMismatch(added.verifierCodeHash, added.verifier.codehash);
            }
            if (_circuits[added.circuitType].verifier != address(0)) revert DuplicateCircuitType(added.circuitType);
            _circuits[added.circuitType] = added;
            _circuitTypes.push(added.circuitType);
        }
    }
}
