// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../../src/interfaces/IRollupErrors.sol";
import {AccountLeaf} from "../../src/interfaces/RollupTypes.sol";
import {Handler} from "./Handler.sol";
import {vm} from "./Vm.sol";

/// Freeze, exit and reclaim, mixed with everyday actions.
contract EscapeHandler is Handler {
    uint256 public exits;
    uint256 public reclaims;

    /// Exited accounts, by position in `accounts`.
    uint256 private _exited;
    mapping(uint256 position => bool) private _reclaimed;

    /// Freezes if the contract must allow it; sometimes after a week in which nobody did anything.
    function doFreeze(uint256 seed) external {
        if (seed % 8 == 0) vm.warp(block.timestamp + FREEZE_DELAY);
        bool waits = provenHead < records.length;
        bool due = waits && block.timestamp >= enqueuedAt[provenHead] + FREEZE_DELAY && !rollup.isFrozen();
        vm.assertEq(rollup.canFreeze(), due, "can freeze");
        (bool ok,) = address(rollup).call(abi.encodeCall(rollup.freeze, ()));
        vm.assertEq(ok, due, "froze");
    }

    function doExit(uint256 seed, uint256 callerSeed) external {
        if (accounts.length == 0) return;
        vm.prank(recipientOf(callerSeed));
        exitOne(seed % accounts.length);
    }

    function doExitMany(uint256 bits) external {
        bits &= (1 << accounts.length) - 1;
        if (bits != 0) exitSome(bits);
    }

    function doReclaim(uint256 seed) external {
        if (records.length != 0) reclaimOne(uint64(seed % records.length));
    }

    /// Everyone exits; then nothing is owed, and only donations are left.
    function finish() external {
        if (!rollup.isFrozen()) {
            this.doRequest(0, 0, 0);
            vm.warp(block.timestamp + FREEZE_DELAY);
            rollup.freeze();
        }
        uint256 odd = (1 << accounts.length) - 1 & ~_exited & 0xaaaaaaaaaaaaaaaa;
        if (odd != 0) exitSome(odd);
        for (uint256 i = 0; i < accounts.length; i++) {
            if (_exited >> i & 1 == 0) exitOne(i);
        }
        _everythingElse();
        // Everything that has been done is refused from now on.
        for (uint256 i = 0; i < accounts.length; i++) {
            exitOne(i);
        }
        _everythingElse();
        for (uint32 tokenId = 0; tokenId < TOKENS; tokenId++) {
            vm.assertEq(rollup.custody(tokenId), 0, "nothing is owed");
            vm.assertEq(_balance(tokenId, address(rollup)), donated[tokenId], "nothing is left but gifts");
        }
        checkBooks();
    }

    /// The contract owes what it says it owes, it has the money, and every holder has its own.
    function checkBooks() public view {
        for (uint32 tokenId = 0; tokenId < TOKENS; tokenId++) {
            uint256 owed = onL2[tokenId] + queued[tokenId] + unsettled[tokenId];
            if (tokenId == 0) owed += pendingFees;
            for (uint256 i = 0; i < HOLDERS; i++) {
                uint256 claimable = rollup.claimable(tokenId, holders[i]);
                uint256 held = _balance(tokenId, holders[i]) + claimable;
                vm.assertEq(held, uint256(wealth[tokenId][holders[i]]), "each holder has its own, once");
                owed += claimable;
            }
            vm.assertEq(rollup.custody(tokenId), owed, "custody is what is owed");
            vm.assertEq(_balance(tokenId, address(rollup)), owed + donated[tokenId], "the balance covers it");
        }
    }

    function checkState() external view {
        vm.assertEq(rollup.state().root, provenRoot, "the root moves only with a valid proof");
        vm.assertEq(uint256(rollup.state().queueHead), provenHead, "only batches move the head");
        vm.assertEq(uint256(rollup.state().queueTail), records.length, "only entries move the tail");
    }

    function exitOne(uint256 at) internal {
        AccountLeaf memory leaf = accounts[at];
        bytes memory call = abi.encodeCall(rollup.exit, (leaf, siblingsOf(leaf.index)));
        (bool ok, bytes memory reason) = address(rollup).call(call);
        if (_expected(ok, reason, _exited >> at & 1 == 1, IRollupErrors.AlreadyExited.selector)) _left(at);
    }

    function exitSome(uint256 bits) internal {
        AccountLeaf[] memory leaving = subset(bits);
        bytes memory call = abi.encodeCall(rollup.exitMany, (leaving, siblingsOf(leaving)));
        (bool ok, bytes memory reason) = address(rollup).call(call);
        if (!_expected(ok, reason, _exited & bits != 0, IRollupErrors.AlreadyExited.selector)) return;
        for (uint256 i = 0; i < accounts.length; i++) {
            if (bits >> i & 1 == 1) _left(i);
        }
    }

    function reclaimOne(uint64 position) internal {
        bool isConsumed = position < provenHead;
        bytes4 error_ = isConsumed ? IRollupErrors.NotReclaimable.selector : IRollupErrors.AlreadyReclaimed.selector;
        (bool ok, bytes memory reason) =
            address(rollup).call(abi.encodeCall(rollup.reclaim, (position, records[position])));
        if (!_expected(ok, reason, isConsumed || _reclaimed[position], error_)) return;
        _reclaimed[position] = true;
        queued[records[position].tokenId] -= records[position].amount;
        pendingFees -= fees[position];
        _owe(records[position].tokenId, records[position].owner, records[position].amount);
        _owe(0, records[position].owner, fees[position]);
        reclaims++;
    }

    function _everythingElse() private {
        for (uint64 position = 0; position < records.length; position++) {
            reclaimOne(position);
        }
        for (uint256 i = 0; i < batches.length; i++) {
            pay(i, 0, 5);
        }
        for (uint256 i = 0; i < HOLDERS; i++) {
            for (uint32 tokenId = 0; tokenId < TOKENS; tokenId++) {
                claim(i, tokenId);
            }
        }
    }

    function _left(uint256 at) private {
        _exited |= 1 << at;
        onL2[accounts[at].tokenId] -= accounts[at].balance;
        _owe(accounts[at].tokenId, accounts[at].owner, accounts[at].balance);
        exits++;
    }

    /// Before a freeze everything is refused; after it what was already done is refused with `error_`, the rest
    /// succeeds.
    function _expected(bool ok, bytes memory reason, bool isRefused, bytes4 error_) private view returns (bool) {
        bytes4 actual = ok ? bytes4(0) : bytes4(reason);
        bytes4 expected = isRefused ? error_ : bytes4(0);
        if (!rollup.isFrozen()) expected = IRollupErrors.NotFrozen.selector;
        vm.assertEq(bytes32(actual), bytes32(expected), "refused by name, or done");
        return ok;
    }
}
