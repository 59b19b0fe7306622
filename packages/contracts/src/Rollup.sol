// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RollupBase} from "./RollupBase.sol";
import {RollupEscape} from "./RollupEscape.sol";
import {Constants} from "./generated/Constants.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {BatchHeader, Circuit, Parameters, Permit, QueueRecord} from "./interfaces/RollupTypes.sol";
import {Custody} from "./libraries/Custody.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {PublicInput} from "./libraries/PublicInput.sol";
import {PublishedData} from "./libraries/PublishedData.sol";
import {Queue} from "./libraries/Queue.sol";
import {TokenTransfer} from "./libraries/TokenTransfer.sol";

/// @title Cairn rollup
/// @dev No owner, no proxy, no pause. Rules are in docs/spec/7-contract.md; libraries hold one concern each.
contract Rollup is RollupEscape {
    using Custody for Custody.Data;
    using Payouts for Payouts.Data;
    using Queue for Queue.Data;

    constructor(Parameters memory given) RollupBase(given) {}

    // Tokens

    /// @inheritdoc IRollup
    function registerToken(address token) external locked whenActive returns (uint32 tokenId) {
        return _custody.register(token);
    }

    // Queue

    /// @inheritdoc IRollup
    function depositETH(uint256 amount, address owner, uint32 index, uint256 key) external payable locked whenActive {
        (uint256 submitterFee, uint256 left) = _takeQueueFee(amount);
        _custody.increase(Constants.ETH_TOKEN_ID, amount);
        _queueDeposit(Constants.ETH_TOKEN_ID, uint128(amount), owner, index, key, submitterFee);
        _refund(left);
    }

    /// @inheritdoc IRollup
    function deposit(uint32 tokenId, uint256 amount, address owner, uint32 index, uint256 key)
        external
        payable
        locked
        whenActive
    {
        _depositToken(tokenId, amount, owner, index, key);
    }

    /// @inheritdoc IRollup
    function depositWithPermit(
        uint32 tokenId,
        uint256 amount,
        address owner,
        uint32 index,
        uint256 key,
        Permit calldata permit
    ) external payable locked whenActive {
        TokenTransfer.tryPermit(_custody.requireToken(tokenId), msg.sender, amount, permit);
        _depositToken(tokenId, amount, owner, index, key);
    }

    /// @inheritdoc IRollup
    function requestWithdraw(uint32 index) external payable locked whenActive {
        _request(Constants.SLOT_KIND_FORCED_WITHDRAW, index, 0);
    }

    /// @inheritdoc IRollup
    function requestSetKey(uint32 index, uint256 key) external payable locked whenActive {
        _request(Constants.SLOT_KIND_SET_KEY, index, key);
    }

    // Batches

    /// @inheritdoc IRollup
    function submitBatch(BatchHeader calldata header, bytes calldata data, bytes calldata proof)
        external
        locked
        whenActive
    {
        uint64 delay = _requireSubmitter();
        Circuit storage used = _circuit(header.circuitType);
        uint256 slots = used.slots;
        _requireSuccessor(header);
        _queue.requireConsumable(
            header.l1OperationCount, uint64(slots / Constants.CAPACITY_DIVISOR), delay, header.timestamp
        );
        PublishedData.Binding memory published = PublishedData.bind(data, slots, header.txRoot);
        bytes32 queueHash = _queue.hashAt(_queue.head + header.l1OperationCount);
        bytes32 publicInput = PublicInput.compute(
            PublicInput.Context({
                chainId: uint64(block.chainid),
                rollup: address(this),
                oldNextIndex: _nextIndex,
                queueHashBefore: _queue.hashAt(_queue.head),
                queueHashAfter: queueHash,
                feeIndices: published.feeIndices,
                dataPoint: published.point,
                dataEvaluation: published.evaluation
            }),
            header
        );
        _requireProof(used.verifier, proof, publicInput);
        _accept(header, published.dataHash, queueHash);
    }

    // Operator

    /// @inheritdoc IRollup
    function proposeOperator(address next) external locked whenActive {
        _requireOperator();
        _proposedOperator = next;
        emit OperatorProposed(msg.sender, next);
    }

    /// @inheritdoc IRollup
    function acceptOperator() external locked whenActive {
        if (msg.sender != _proposedOperator) revert NotProposedOperator(_proposedOperator, msg.sender);
        _requirePlainCaller();
        _changeOperator(msg.sender);
    }

    /// @inheritdoc IRollup
    function burnOperator() external locked whenActive {
        _requireOperator();
        _changeOperator(address(0));
    }

    // Payments

    /// @inheritdoc IRollup
    function pay(
        uint64 batchNumber,
        BatchHeader calldata header,
        bytes32 dataHash,
        bytes calldata payouts,
        uint256 first,
        uint256 maxCount
    ) external locked {
        _payouts.requireBatch(batchNumber, header, dataHash);
        uint256 capacity = _circuit(header.circuitType).slots / Constants.CAPACITY_DIVISOR;
        uint256 count = Payouts.requireList(payouts, capacity, header.payoutsHash);
        _payouts.settle(_custody, batchNumber, payouts, count, first, maxCount);
    }

    /// @inheritdoc IRollup
    function claim(uint32 tokenId, address recipient) external locked {
        _payouts.claim(_custody, tokenId, msg.sender, recipient);
    }

    /// @inheritdoc IRollup
    function claimFor(uint32 tokenId, address beneficiary) external locked {
        _payouts.claim(_custody, tokenId, beneficiary, beneficiary);
    }

    // Steps of the queue functions

    function _depositToken(uint32 tokenId, uint256 amount, address owner, uint32 index, uint256 key) private {
        (uint256 submitterFee, uint256 left) = _takeQueueFee(0);
        uint128 received = _custody.pull(tokenId, msg.sender, amount);
        _queueDeposit(tokenId, received, owner, index, key, submitterFee);
        _refund(left);
    }

    function _queueDeposit(
        uint32 tokenId,
        uint128 amount,
        address owner,
        uint32 index,
        uint256 key,
        uint256 submitterFee
    ) private {
        if (key != 0 && owner != msg.sender) revert KeyWithoutOwner(owner, msg.sender);
        _queue.push(QueueRecord(Constants.SLOT_KIND_DEPOSIT, owner, tokenId, amount, index, key), submitterFee);
    }

    function _request(uint8 kind, uint32 index, uint256 key) private {
        (uint256 submitterFee, uint256 left) = _takeQueueFee(0);
        _queue.push(QueueRecord(kind, msg.sender, Constants.ETH_TOKEN_ID, 0, index, key), submitterFee);
        _refund(left);
    }

    /// @dev Burns half of the fee, books the other half for a submitter, and returns that half and what `msg.value`
    /// exceeds
    ///      the fee and the `deposited` wei by.
    function _takeQueueFee(uint256 deposited) private returns (uint256 submitterFee, uint256 left) {
        uint256 fee = _queue.fee(QUEUE_BASE_FEE);
        if (msg.value < fee + deposited) revert ValueTooLow(fee + deposited, msg.value);
        submitterFee = fee / 2;
        left = msg.value - fee - deposited;
        _custody.increase(Constants.ETH_TOKEN_ID, submitterFee);
        TokenTransfer.burnETH(fee - submitterFee);
    }

    function _refund(uint256 amount) private {
        if (amount != 0 && !TokenTransfer.pushETH(msg.sender, amount)) revert RefundFailed(msg.sender, amount);
    }

    // Steps of the operator's functions

    function _requireOperator() private view {
        if (msg.sender != _operator) revert NotOperator(_operator, msg.sender);
    }

    function _requirePlainCaller() private view {
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert CallerNotPlainAccount(msg.sender);
    }

    function _changeOperator(address next) private {
        emit OperatorChanged(_operator, next);
        _operator = next;
        _proposedOperator = address(0);
    }

    // Steps of submitBatch

    /// @dev Returns the age in seconds at which the batch must consume an entry: the inclusion delay for the operator,
    /// 0 for
    ///      anyone else, whose batches must consume every waiting entry.
    function _requireSubmitter() private view returns (uint64 inclusionDelay) {
        _requirePlainCaller();
        if (msg.sender == _operator || _operator == address(0)) return INCLUSION_DELAY;
        if (!isSubmissionOpen()) revert SubmissionNotOpen(_operator, msg.sender);
        return 0;
    }

    /// @dev Version 1 proves one block per batch.
    function _requireSuccessor(BatchHeader calldata header) private view {
        if (header.oldRoot != _root) revert OldRootMismatch(_root, header.oldRoot);
        if (header.firstBlock != _lastBlock + 1) revert FirstBlockMismatch(_lastBlock + 1, header.firstBlock);
        if (header.lastBlock != header.firstBlock) revert LastBlockMismatch(header.firstBlock, header.lastBlock);
        uint64 oldest = uint64(block.timestamp) - MAX_HEADER_AGE;
        if (oldest < _lastTimestamp) oldest = _lastTimestamp;
        if (header.timestamp < oldest) revert TimestampTooOld(oldest, header.timestamp);
        if (header.timestamp > block.timestamp) revert TimestampInFuture(uint64(block.timestamp), header.timestamp);
    }

    function _requireProof(address verifier, bytes calldata proof, bytes32 publicInput) private view {
        bytes32[] memory publicInputs = new bytes32[](1);
        publicInputs[0] = publicInput;
        try IVerifier(verifier).verify(proof, publicInputs) returns (bool valid) {
            if (!valid) revert InvalidProof(publicInput);
        } catch {
            revert InvalidProof(publicInput);
        }
    }

    /// @dev All state is written before the reward is pushed, the only external call: whatever runs there finds the
    /// batch
    ///      accepted, its queue entries consumed and its commitment in place. The submitter is a plain account, but
    /// nothing
    ///      here relies on that. The queue moves before the event, which contains the head after the batch.
    function _accept(BatchHeader calldata header, bytes32 dataHash, bytes32 queueHash) private {
        uint64 batchNumber = ++_batchCount;
        _root = header.newRoot;
        _nextIndex = header.newNextIndex;
        _lastBlock = header.lastBlock;
        _lastTimestamp = header.timestamp;
        _takenOver = msg.sender != _operator;
        if (!_takenOver) _lastOperatorBatchAt = uint64(block.timestamp);
        uint256 reward = _queue.consume(header.l1OperationCount);
        _payouts.commitments[batchNumber] = Payouts.commitment(header, dataHash);
        emit BatchSubmitted(batchNumber, msg.sender, header, dataHash, _queue.head, queueHash);
        if (reward == 0) return;
        bool paid = _payouts.push(_custody, Constants.ETH_TOKEN_ID, msg.sender, reward);
        emit SubmitterRewarded(batchNumber, msg.sender, reward, paid);
    }
}
