// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {Permit, QueueRecord} from "./interfaces/RollupTypes.sol";
import {Custody} from "./libraries/Custody.sol";
import {TokenTransfer} from "./libraries/TokenTransfer.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {Queue} from "./libraries/Queue.sol";
import {RollupBase} from "./RollupBase.sol";

/// @title Tokens, deposits, requests
/// @dev Rules are in docs/spec/4-l1-queue.md and spec 7.2 and 7.3.
abstract contract RollupQueue is RollupBase {
    using Custody for Custody.Data;
    using Queue for Queue.Data;

    /// @inheritdoc IRollup
    function registerToken(address token) external locked whenActive returns (uint32 tokenId) {
        return _custody.register(token);
    }

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
    ///      exceeds the fee and the `deposited` wei by.
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
}
