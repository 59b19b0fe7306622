// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {Custody} from "./libraries/Custody.sol";
import {IBinding} from "./interfaces/IBinding.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {BatchHeader, Circuit, Parameters} from "./interfaces/RollupTypes.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {Queue} from "./libraries/Queue.sol";
import {RollupBase} from "./RollupBase.sol";
import {RollupEscape} from "./RollupEscape.sol";

/// @title Cairn rollup
/// @dev No owner, no proxy, no pause. Rules are in docs/spec/7-contract.md; libraries hold one concern each.
contract Rollup is RollupEscape {
    using Custody for Custody.Data;
    using Payouts for Payouts.Data;
    using Queue for Queue.Data;

    /// @dev Place of the point among the public inputs.
    uint256 private constant POINT = 12;

    constructor(Parameters memory given) RollupBase(given) {}

    // Batches

    /// @inheritdoc IRollup
    function submitBatch(
        BatchHeader calldata header,
        bytes calldata l1Records,
        bytes calldata payouts,
        uint256[] calldata payNow,
        bytes calldata data,
        bytes calldata proof
    ) external locked whenActive {
        bool isStranger = _requireSubmitter();
        _requireSuccessor(header);
        _requireConsumable(header, l1Records.length, isStranger);
        IBinding.Bound memory bound = _bind(header, l1Records, payouts, data);
        Payouts.requireWithin(payNow, payouts.length / Constants.PAYOUT_BYTES);
        _requireProof(header.circuitType, proof, bound.publicInputs);
        _reward(_accept(header, bound, l1Records.length, isStranger));
        _payouts.settle(_custody, _batchCount, payouts, 0, payNow);
    }

    // Payments

    /// @inheritdoc IRollup
    function pay(
        uint64 batchNumber,
        BatchHeader calldata header,
        bytes32 dataCommitment,
        bytes calldata payouts,
        uint256 firstWord,
        uint256[] calldata mask
    ) external locked {
        _payouts.requireBatch(batchNumber, header, dataCommitment, payouts);
        Payouts.Plan memory plan = _payouts.settle(_custody, batchNumber, payouts, firstWord, mask);
        if (!plan.found) revert NothingToPay(batchNumber);
        if (plan.count == 0) revert InsufficientGas(plan.reservedGas, gasleft());
    }

    /// @inheritdoc IRollup
    function claim(uint32 tokenId, address recipient) external locked {
        _payouts.claim(_custody, tokenId, msg.sender, recipient);
    }

    /// @inheritdoc IRollup
    function claimFor(uint32 tokenId, address beneficiary) external locked {
        _payouts.claim(_custody, tokenId, beneficiary, beneficiary);
    }

    // Steps of submitBatch

    /// @dev Whether the caller is a stranger: there is a leader, and submission is open to others.
    function _requireSubmitter() private view returns (bool isStranger) {
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert CallerNotPlainAccount(msg.sender);
        address first = leader();
        if (first == address(0) || msg.sender == first) return false;
        if (!_isOpenToStrangers()) revert SubmissionNotOpen(first, msg.sender);
        return true;
    }

    /// @dev Field elements are checked here because a verifier that reduces its inputs would let root x + r be stored,
    ///      which no exit proof can reach.
    function _requireSuccessor(BatchHeader calldata header) private view {
        if (header.oldRoot != _root) revert OldRootMismatch(_root, header.oldRoot);
        uint64 firstBlock = _lastBlock + 1;
        if (header.firstBlock != firstBlock) revert FirstBlockMismatch(firstBlock, header.firstBlock);
        if (header.lastBlock < header.firstBlock) revert NoBlocks(header.firstBlock, header.lastBlock);
        uint64 oldest = uint64(block.timestamp) - MAX_BATCH_AGE;
        if (oldest < _lastTimestamp) oldest = _lastTimestamp;
        if (header.firstTimestamp < oldest) revert TimestampTooOld(oldest, header.firstTimestamp);
        if (header.lastTimestamp < header.firstTimestamp) {
            revert TimestampsDescending(header.firstTimestamp, header.lastTimestamp);
        }
        if (header.lastTimestamp > block.timestamp) {
            revert TimestampInFuture(uint64(block.timestamp), header.lastTimestamp);
        }
        _requireField(header.newRoot);
        _requireField(header.newHistory);
        _requireField(header.blocksRoot);
    }

    function _requireField(bytes32 element) private pure {
        uint256 maximum = Constants.FIELD_MODULUS - 1;
        if (uint256(element) > maximum) revert FieldOutOfRange(maximum, uint256(element));
    }

    /// @dev The leader owes what is overdue; a stranger all that was waiting, and at least one entry.
    function _requireConsumable(BatchHeader calldata header, uint256 recordsLength, bool isStranger) private view {
        if (recordsLength % Constants.QUEUE_RECORD_BYTES != 0) revert L1RecordsMalformed(recordsLength);
        uint64 consumed = _countOf(recordsLength);
        uint64 capacity = _circuit(header.circuitType).l1Capacity;
        uint64 delay = isStranger ? 0 : INCLUSION_DELAY;
        _queue.requireConsumable(consumed, capacity, delay, isStranger ? 1 : 0, header.lastTimestamp);
    }

    function _countOf(uint256 recordsLength) private pure returns (uint64) {
        return uint64(recordsLength / Constants.QUEUE_RECORD_BYTES);
    }

    function _bind(BatchHeader calldata header, bytes calldata l1Records, bytes calldata payouts, bytes calldata data)
        private
        view
        returns (IBinding.Bound memory)
    {
        IBinding.Context memory context = IBinding.Context({
            submitter: msg.sender,
            oldNextIndex: _nextIndex,
            oldHistory: _history,
            queueHashBefore: _queue.hashAt(_queue.head),
            queueHashAfter: _queue.hashAt(_queue.head + _countOf(l1Records.length))
        });
        return BINDING.bind(header, context, l1Records, payouts, data);
    }

    /// @dev A revert, an answer that is not one word, and any word but 1 are refusals.
    function _requireProof(uint8 circuitType, bytes calldata proof, bytes32[] memory publicInputs) private view {
        address verifier = _circuit(circuitType).verifier;
        (bool ok, bytes memory answer) = verifier.staticcall(abi.encodeCall(IVerifier.verify, (proof, publicInputs)));
        if (!ok || answer.length != 32 || bytes32(answer) != bytes32(uint256(1))) {
            revert InvalidProof(publicInputs[POINT]);
        }
    }

    /// @dev All state is written before money moves: whatever runs then finds the batch accepted, its queue entries
    ///      consumed and its commitment in place. The queue moves before the event, which contains the head after the
    ///      batch.
    function _accept(BatchHeader calldata header, IBinding.Bound memory bound, uint256 recordsLength, bool isStranger)
        private
        returns (uint256 reward)
    {
        uint64 batchNumber = ++_batchCount;
        _root = header.newRoot;
        _history = header.newHistory;
        _nextIndex = header.newNextIndex;
        _lastBlock = header.lastBlock;
        _lastTimestamp = header.lastTimestamp;
        _lastBatchAt = uint64(block.timestamp);
        _lastByStranger = isStranger;
        reward = _queue.consume(_countOf(recordsLength));
        _payouts.commitments[batchNumber] = Payouts.commitment(header, bound.dataCommitment, bound.payoutsHash);
        emit BatchSubmitted(batchNumber, msg.sender, header, bound.dataCommitment, bound.payoutsHash, _queue.head);
    }

    function _reward(uint256 reward) private {
        if (reward == 0) return;
        bool paid = _payouts.push(_custody, Constants.ETH_TOKEN_ID, msg.sender, reward);
        emit SubmitterRewarded(_batchCount, msg.sender, reward, paid);
    }
}
