// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {QueueRecord} from "../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {vm} from "./support/Vm.sol";

/// Unprocessed queue entries of a frozen rollup are paid back.
contract ReclaimTest is EscapeTest {
    address private constant CAROL = address(0xca401);
    uint128 private constant HALF_FEE = BASE_FEE / 2;

    function setUp() public override {
        super.setUp();
        depositETH(alice, 10 ether);
        depositFor(CAROL, 0, 1 ether);
        submit(nextBatch(2));
        // Positions 2 to 5 wait.
        depositFor(CAROL, 0, 2 ether);
        depositFor(CAROL, TOKEN, 300);
        requestWithdraw(bob, 64);
        vm.prank(bob);
        rollup.requestSetKey{value: BASE_FEE}(65, 7);
    }

    function test_givesADepositOfETHAndTheFeeToTheOwner() public {
        freeze();
        QueueRecord memory record = depositRecord(CAROL, 0, 2 ether);
        uint256 paidIn = alice.balance;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Reclaimed(2, CAROL, 0, 2 ether, HALF_FEE);
        vm.prank(stranger);
        rollup.reclaim(2, record);
        vm.assertEq(CAROL.balance, 2 ether + HALF_FEE, "deposit and half of the fee");
        vm.assertEq(alice.balance, paidIn, "who paid it in for someone else gave it away");
        vm.assertTrue(rollup.isReclaimed(2) && !rollup.isReclaimed(3), "marked, alone");
        vm.assertEq(rollup.custody(0), 11 ether + 3 * HALF_FEE, "custody fell");
    }

    function test_givesADepositOfTokensAndTheFeeInETH() public {
        freeze();
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Reclaimed(3, CAROL, TOKEN, 300, HALF_FEE);
        rollup.reclaim(3, depositRecord(CAROL, TOKEN, 300));
        vm.assertEq(token.balanceOf(CAROL), 300, "deposit");
        vm.assertEq(CAROL.balance, HALF_FEE, "half of the fee");
        vm.assertEq(rollup.custody(TOKEN), 0, "custody fell");
    }

    function test_givesTheFeeOfRequests() public {
        freeze();
        uint256 before = bob.balance;
        rollup.reclaim(4, withdrawRecord(bob, 64));
        rollup.reclaim(5, QueueRecord(6, bob, 0, 0, 65, 7));
        vm.assertEq(bob.balance - before, 2 * HALF_FEE, "half of each fee");
    }

    function test_givesEachEntryItsOwnFee() public {
        vm.deal(CAROL, 2 * uint256(BASE_FEE));
        for (uint256 i = 0; i < 60; i++) {
            requestWithdraw(bob, 64);
        }
        vm.assertEq(rollup.queueFee(), 2 * uint256(BASE_FEE), "dearer now");
        requestWithdraw(CAROL, 64);
        freeze();
        rollup.reclaim(66, withdrawRecord(CAROL, 64));
        vm.assertEq(CAROL.balance, BASE_FEE, "half of what it cost");
        uint256 before = bob.balance;
        rollup.reclaim(65, withdrawRecord(bob, 64));
        vm.assertEq(bob.balance - before, HALF_FEE, "half of what it cost before the step");
    }

    function test_attack_reclaimBeforeFreeze() public {
        vm.warp(block.timestamp + 2 * FREEZE_DELAY);
        vm.expectRevert(IRollupErrors.NotFrozen.selector);
        rollup.reclaim(2, depositRecord(CAROL, 0, 2 ether));
    }

    function test_attack_reclaimAConsumedEntry() public {
        freeze();
        _expectRefused(
            1, depositRecord(CAROL, 0, 1 ether), abi.encodeWithSelector(IRollupErrors.NotReclaimable.selector, 1, 2, 6)
        );
        _expectRefused(
            0, depositRecord(alice, 0, 10 ether), abi.encodeWithSelector(IRollupErrors.NotReclaimable.selector, 0, 2, 6)
        );
    }

    function test_attack_reclaimBeyondTheTail() public {
        freeze();
        QueueRecord memory nothing;
        uint64[3] memory beyond = [uint64(6), 7, type(uint64).max];
        for (uint256 i = 0; i < 3; i++) {
            bytes memory reason = abi.encodeWithSelector(IRollupErrors.NotReclaimable.selector, beyond[i], 2, 6);
            _expectRefused(beyond[i], nothing, reason);
            _expectRefused(beyond[i], depositRecord(stranger, 0, 1 ether), reason);
        }
    }

    function test_attack_reclaimTwice() public {
        freeze();
        rollup.reclaim(2, depositRecord(CAROL, 0, 2 ether));
        rollup.reclaim(4, withdrawRecord(bob, 64));
        bytes4 selector = IRollupErrors.AlreadyReclaimed.selector;
        _expectRefused(2, depositRecord(CAROL, 0, 2 ether), abi.encodeWithSelector(selector, 2));
        _expectRefused(4, withdrawRecord(bob, 64), abi.encodeWithSelector(selector, 4));
    }

    function test_attack_forgedRecord() public {
        freeze();
        for (uint256 field = 0; field < 6; field++) {
            QueueRecord memory record = depositRecord(CAROL, 0, 2 ether);
            if (field == 0) record.kind = 5;
            if (field == 1) record.owner = stranger;
            if (field == 2) record.tokenId = TOKEN;
            if (field == 3) record.amount += 1;
            if (field == 4) record.index = 1;
            if (field == 5) record.key = 1;
            _expectForged(2, record, _hash(2, record));
        }
    }

    function test_attack_recordOfAnotherEntry() public {
        freeze();
        QueueRecord memory record = depositRecord(CAROL, 0, 2 ether);
        for (uint64 position = 3; position < 6; position++) {
            _expectForged(position, record, _hash(position, record));
        }
        record = depositRecord(CAROL, TOKEN, 300);
        _expectForged(2, record, _hash(2, record));
    }

    /// The record holds 24 bits of the index: wider ones would hash alike.
    function test_attack_indexOfMoreThan24Bits() public {
        freeze();
        _expectForged(4, withdrawRecord(bob, 64 + 2 ** 24), bytes32(0));
        _expectForged(2, QueueRecord(4, CAROL, 0, 2 ether, 2 ** 31, 0), bytes32(0));
    }

    function test_nothingIsLeftWhenAllIsPaidBack() public {
        addAccount(alice, 0, 0);
        accounts[0].balance = 11 ether;
        // The first two deposits create the only account.
        proveState(nextBatch(0));
        freeze();
        exit(FIRST);
        rollup.reclaim(2, depositRecord(CAROL, 0, 2 ether));
        rollup.reclaim(3, depositRecord(CAROL, TOKEN, 300));
        rollup.reclaim(4, withdrawRecord(bob, 64));
        rollup.reclaim(5, QueueRecord(6, bob, 0, 0, 65, 7));
        vm.assertEq(rollup.custody(0) + rollup.custody(TOKEN), 0, "custody");
        vm.assertEq(address(rollup).balance + token.balanceOf(address(rollup)), 0, "balance");
    }

    function testFuzz_anyEntryOnce(uint256 seed, uint256 count) public {
        count = within(count, 1, 10);
        QueueRecord[] memory records = new QueueRecord[](count);
        uint256[2] memory sums;
        for (uint256 i = 0; i < count; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 tokenId = uint32(seed % 2);
            records[i] = depositRecord(CAROL, tokenId, uint128(within(seed >> 8, 1, 1e20)));
            depositFor(CAROL, tokenId, records[i].amount);
            sums[tokenId] += records[i].amount;
        }
        freeze();
        for (uint256 i = 0; i < 2 * count; i++) {
            uint64 position = uint64((seed % count + 11 * i) % count);
            bytes memory call = abi.encodeCall(rollup.reclaim, (6 + position, records[position]));
            (bool ok,) = address(rollup).call(call);
            vm.assertEq(ok, i < count, "the first time only");
        }
        vm.assertEq(CAROL.balance, sums[0] + count * HALF_FEE, "ETH");
        vm.assertEq(token.balanceOf(CAROL), sums[1], "tokens");
    }

    function _hash(uint64 position, QueueRecord memory record) private view returns (bytes32) {
        bytes memory bytes_ = abi.encodePacked(
            record.kind, record.owner, record.tokenId, record.amount, uint24(record.index), record.key
        );
        return keccak256(bytes.concat(queueHash(position), bytes_));
    }

    function _expectForged(uint64 position, QueueRecord memory record, bytes32 actual) private {
        bytes32 expected = queueHash(position + 1);
        _expectRefused(
            position, record, abi.encodeWithSelector(IRollupErrors.QueueRecordMismatch.selector, expected, actual)
        );
    }

    function _expectRefused(uint64 position, QueueRecord memory record, bytes memory reason) private {
        vm.expectRevert(reason);
        rollup.reclaim(position, record);
    }
}
