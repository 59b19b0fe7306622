// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {AccountLeaf, QueueRecord} from "./interfaces/RollupTypes.sol";
import {Custody} from "./libraries/Custody.sol";
import {Escape} from "./libraries/Escape.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {Queue} from "./libraries/Queue.sol";
import {RollupQueue} from "./RollupQueue.sol";

/// @title Freeze, exit, reclaim
/// @dev Rules are in docs/spec/8-escape.md. Everything is marked as paid before the first external call. Nothing here
///      asks the policy.
abstract contract RollupEscape is RollupQueue {
    using Custody for Custody.Data;
    using Escape for Escape.Data;
    using Payouts for Payouts.Data;
    using Queue for Queue.Data;

    modifier whenFrozen() {
        if (!_queue.frozen) revert NotFrozen();
        _;
    }

    /// @inheritdoc IRollup
    function freeze() external locked whenActive {
        uint64 due = _freezableAt();
        if (block.timestamp < due) revert FreezeTooEarly(due, uint64(block.timestamp));
        _queue.frozen = true;
        emit Frozen(msg.sender, _root, _nextIndex, _queue.head, _queue.tail);
    }

    /// @inheritdoc IRollup
    function exit(AccountLeaf calldata account, bytes32[] calldata siblings) external locked whenFrozen {
        AccountLeaf[] memory accounts = new AccountLeaf[](1);
        accounts[0] = account;
        _exit(accounts, siblings);
    }

    /// @inheritdoc IRollup
    function exitMany(AccountLeaf[] calldata accounts, bytes32[] calldata siblings) external locked whenFrozen {
        _exit(accounts, siblings);
    }

    /// @inheritdoc IRollup
    function reclaim(uint64 position, QueueRecord calldata record) external locked whenFrozen {
        _queue.requireReclaimable(position, record);
        _escape.markReclaimed(position);
        uint256 fee = _queue.entryAt(position).submitterFee;
        if (record.tokenId == Constants.ETH_TOKEN_ID) {
            _pushSome(Constants.ETH_TOKEN_ID, record.owner, record.amount + fee);
        } else {
            _pushSome(record.tokenId, record.owner, record.amount);
            _pushSome(Constants.ETH_TOKEN_ID, record.owner, fee);
        }
        emit Reclaimed(position, record.owner, record.tokenId, record.amount, fee);
    }

    /// @dev The order: cheap refusals first, so that a caller whose accounts have just been paid out does not pay for
    ///      hashing; then the proof; then every account is marked, which also refuses one given twice; money moves
    ///      last. Because all are marked before the first payment, a recipient that gains control finds no account
    ///      unmarked.
    function _exit(AccountLeaf[] memory accounts, bytes32[] calldata siblings) private {
        uint32 nextIndex = _nextIndex;
        for (uint256 i = 0; i < accounts.length; i++) {
            Escape.requireAssigned(accounts[i].index, nextIndex);
            _escape.requireNotExited(accounts[i].index);
        }
        bytes32 root = ACCOUNT_TREE.computeRoot(accounts, siblings);
        if (root != _root) revert RootMismatch(_root, root);
        for (uint256 i = 0; i < accounts.length; i++) {
            _custody.requireRegistered(accounts[i].tokenId);
            _escape.markExited(accounts[i].index);
        }
        for (uint256 i = 0; i < accounts.length; i++) {
            AccountLeaf memory account = accounts[i];
            bool paid = _pushSome(account.tokenId, account.owner, account.balance);
            emit Exited(account.index, account.owner, account.tokenId, account.balance, paid);
        }
    }

    /// @dev Like `Payouts.push`; nothing to pay counts as paid.
    function _pushSome(uint32 tokenId, address recipient, uint256 amount) private returns (bool paid) {
        return amount == 0 || _payouts.push(_custody, tokenId, recipient, amount);
    }
}
