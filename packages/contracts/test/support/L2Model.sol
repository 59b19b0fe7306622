// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountLeaf, QueueRecord} from "../../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./EscapeTest.sol";
import {Payout} from "./RollupTest.sol";

/// The flow of money on L2: queue entries and random transactions change the accounts and make payouts.
abstract contract L2Model is EscapeTest {
    uint256 internal constant CAPACITY = 4;
    uint32 public constant TOKENS = 3;

    /// The queue, entry by entry.
    QueueRecord[] internal records;
    uint256[] internal fees;
    uint64[] internal enqueuedAt;

    /// Units in accounts, in unconsumed deposits, in proven payouts that are not settled, by token; wei of fees not
    /// earned.
    mapping(uint32 tokenId => uint256) public onL2;
    mapping(uint32 tokenId => uint256) public queued;
    mapping(uint32 tokenId => uint256) public unsettled;
    uint256 public pendingFees;
    /// Entries consumed.
    uint64 public provenHead;

    Payout[] internal pending;

    function enqueued(QueueRecord memory record, uint256 fee) internal {
        records.push(record);
        fees.push(fee);
        enqueuedAt.push(uint64(block.timestamp));
        queued[record.tokenId] += record.amount;
        pendingFees += fee;
    }

    /// A block that consumes `count` entries and then does what `seed` says; its payouts are in `pending`.
    function runBlock(uint64 count, uint256 seed) internal {
        delete pending;
        for (uint64 i = 0; i < count; i++) {
            _consume(provenHead++);
        }
        for (uint256 i = 0; i < 4 && accounts.length != 0; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed & 1 == 0) _transfer(seed >> 1);
            else if (pending.length < CAPACITY) _withdraw(seed >> 1);
        }
    }

    /// Possible owners of accounts and recipients of payouts.
    function recipientOf(uint256 seed) internal view virtual returns (address);

    function _consume(uint64 position) private {
        QueueRecord memory record = records[position];
        queued[record.tokenId] -= record.amount;
        pendingFees -= fees[position];
        bool isAssigned = record.index >= FIRST && record.index < FIRST + accounts.length;
        uint256 at = isAssigned ? record.index - FIRST : 0;
        bool isOwners = isAssigned && accounts[at].owner == record.owner;
        if (record.kind == 4) {
            onL2[record.tokenId] += record.amount;
            if (isOwners && _isTopUp(accounts[at], record)) accounts[at].balance += record.amount;
            else _create(record);
        } else if (record.kind == 5) {
            if (isOwners) _payOut(at, record.owner, accounts[at].balance);
        } else if (isOwners) {
            accounts[at].key = record.key;
            accounts[at].flags = 1;
        }
    }

    /// With a key that the owner authorised, or gave now.
    function _isTopUp(AccountLeaf storage held, QueueRecord memory record) private view returns (bool) {
        bool isKeyKnown = held.key == record.key || (record.key == 0 && held.flags == 1);
        return isKeyKnown && held.tokenId == record.tokenId;
    }

    function _create(QueueRecord memory record) private {
        uint32 index = FIRST + uint32(accounts.length);
        uint8 flags = record.key == 0 ? 0 : 1;
        accounts.push(AccountLeaf(index, record.owner, record.tokenId, 0, flags, record.amount, record.key));
    }

    function _transfer(uint256 seed) private {
        AccountLeaf storage from = accounts[seed % accounts.length];
        AccountLeaf storage to = accounts[(seed >> 32) % accounts.length];
        if (from.tokenId != to.tokenId) return;
        uint128 amount = uint128(within(seed >> 64, 0, from.balance));
        from.nonce++;
        from.balance -= amount;
        to.balance += amount;
    }

    function _withdraw(uint256 seed) private {
        uint256 at = seed % accounts.length;
        accounts[at].nonce++;
        _payOut(at, recipientOf(seed >> 32), uint128(within(seed >> 64, 0, accounts[at].balance)));
    }

    function _payOut(uint256 at, address recipient, uint128 amount) private {
        uint32 tokenId = accounts[at].tokenId;
        accounts[at].balance -= amount;
        pending.push(Payout(recipient, tokenId, amount));
        onL2[tokenId] -= amount;
        unsettled[tokenId] += amount;
    }
}
