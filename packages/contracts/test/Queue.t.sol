// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {QueueEntry, QueueRecord} from "../src/interfaces/RollupTypes.sol";
import {Queue} from "../src/libraries/Queue.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {Case, Vectors} from "./support/Vectors.sol";
import {vm} from "./support/Vm.sol";

contract QueueTest is RollupTest {
    using Queue for Queue.Data;
    using Vectors for Case;

    Queue.Data private _bare;

    /// The golden vectors shared with TypeScript and the circuits.
    function test_vectors() public {
        uint64 count = 0;
        for (; Vectors.at("queue", count).exists(); count++) {
            Case memory vector = Vectors.at("queue", count);
            vm.assertEq(_bare.hashAt(count), vector.word("hashBefore"), "hash before");
            QueueRecord memory record = QueueRecord({
                kind: uint8(vector.number("kind")),
                owner: vm.parseJsonAddress(vector.json, vector.key("owner")),
                tokenId: uint32(vector.number("tokenId")),
                amount: uint128(vector.number("amount")),
                index: uint32(vector.number("index")),
                key: vector.number("key")
            });
            _bare.push(record, 0);
            vm.assertEq(_bare.hashAt(count + 1), vector.word("hashAfter"), "hash after");
        }
        vm.assertGe(count, 3, "cases");
    }

    function test_requestsMakeRecords() public {
        vm.prank(alice);
        rollup.requestWithdraw{value: BASE_FEE}(99);
        bytes memory first = abi.encodePacked(uint8(5), alice, uint32(0), uint128(0), uint24(99), uint256(0));
        bytes32 hash = keccak256(bytes.concat(bytes32(0), first));
        vm.assertEq(rollup.queueEntry(0).queueHash, hash, "forced withdrawal");
        vm.prank(bob);
        rollup.requestSetKey{value: BASE_FEE}(100, 7);
        bytes memory second = abi.encodePacked(uint8(6), bob, uint32(0), uint128(0), uint24(100), uint256(7));
        vm.assertEq(rollup.queueEntry(1).queueHash, keccak256(bytes.concat(hash, second)), "set key");
        vm.assertEq(uint256(rollup.backlog()), 2, "backlog");
    }

    function test_eventCarriesTheRecord() public {
        bytes memory record = abi.encodePacked(uint8(6), bob, uint32(0), uint128(0), uint24(100), uint256(7));
        bytes32 hash = keccak256(bytes.concat(bytes32(0), record));
        vm.expectEmit(address(rollup));
        emit IRollupEvents.L1OperationQueued(0, bob, 6, 0, 0, 100, 7, hash, BASE_FEE / 2);
        vm.prank(bob);
        rollup.requestSetKey{value: BASE_FEE}(100, 7);
    }

    function test_requestRefusals() public {
        vm.prank(alice);
        vm.expectRevert(IRollupErrors.ZeroKey.selector);
        rollup.requestSetKey{value: BASE_FEE}(100, 0);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRollupErrors.KeyOutOfRange.selector, Constants.FIELD_MODULUS - 1, Constants.FIELD_MODULUS
            )
        );
        rollup.requestSetKey{value: BASE_FEE}(100, Constants.FIELD_MODULUS);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.IndexOutOfRange.selector, 2 ** 24 - 1, 2 ** 24));
        rollup.requestWithdraw{value: BASE_FEE}(2 ** 24);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ValueTooLow.selector, BASE_FEE, 0));
        rollup.requestWithdraw(70);
    }

    function test_excessComesBack() public {
        uint256 balance = alice.balance;
        vm.prank(alice);
        rollup.requestWithdraw{value: 5 ether}(70);
        vm.assertEq(balance - alice.balance, BASE_FEE, "only the fee is kept");
    }

    function test_feeRisesWithBacklogAndFallsWithBatches() public {
        for (uint256 i = 0; i < 64; i++) {
            vm.assertEq(rollup.queueFee(), BASE_FEE, "base fee below 64");
            requestWithdraw(alice, 70);
        }
        vm.assertEq(rollup.queueFee(), 2 * uint256(BASE_FEE), "twice from 64 on");
        submit(nextBatch(4));
        vm.assertEq(rollup.queueFee(), BASE_FEE, "fell");
    }

    function test_missingEntryIsZero() public view {
        QueueEntry memory entry = rollup.queueEntry(0);
        vm.assertEq(entry.queueHash, bytes32(0), "hash");
        vm.assertEq(uint256(entry.enqueuedAt) + entry.submitterFee, 0, "rest");
    }

    function test_overdueCount() public {
        requestWithdraw(alice, 70);
        vm.warp(block.timestamp + 1 hours);
        requestWithdraw(alice, 70);
        requestWithdraw(alice, 70);
        uint64 first = rollup.queueEntry(0).enqueuedAt;
        vm.assertEq(uint256(rollup.overdueCount(first + INCLUSION_DELAY - 1)), 0, "none yet");
        vm.assertEq(uint256(rollup.overdueCount(first + INCLUSION_DELAY)), 1, "the first");
        vm.assertEq(uint256(rollup.overdueCount(first + 1 hours + INCLUSION_DELAY)), 3, "all");
    }

    function testFuzz_fee(uint256 head, uint256 waiting, uint256 baseFee) public {
        baseFee = within(baseFee, 1, 0.01 ether);
        _bare.head = uint64(within(head, 0, 2 ** 40));
        waiting = within(waiting, 0, 200_000);
        _bare.tail = _bare.head + uint64(waiting);
        uint256 factor = 1 + waiting / 64;
        vm.assertEq(_bare.fee(baseFee), baseFee * (factor > 1024 ? 1024 : factor), "fee");
    }

    function testFuzz_overdueCountIsALinearScan(uint256[12] memory gaps, uint256 consumed, uint256 at) public {
        uint64 time = uint64(block.timestamp);
        for (uint256 i = 0; i < gaps.length; i++) {
            time += uint64(within(gaps[i], 0, 3 hours));
            vm.warp(time);
            _bare.push(QueueRecord(5, alice, 0, 0, 70, 0), 1);
        }
        _bare.head = uint64(within(consumed, 0, gaps.length));
        at = within(at, block.timestamp - 2 days, block.timestamp + 2 days);
        uint64 expected = 0;
        for (uint64 position = _bare.head; position < _bare.tail; position++) {
            if (_bare.entryAt(position).enqueuedAt + INCLUSION_DELAY <= at) expected++;
        }
        vm.assertEq(uint256(_bare.overdueCount(INCLUSION_DELAY, at)), expected, "overdue");
    }

    function testFuzz_submitterFeesSumUp(uint256[8] memory fees, uint256 firstCount) public {
        uint256 sum = 0;
        for (uint256 i = 0; i < fees.length; i++) {
            fees[i] = within(fees[i], 0, 10 ether);
            _bare.push(QueueRecord(5, alice, 0, 0, 70, 0), fees[i]);
            vm.assertEq(uint256(_bare.entryAt(uint64(i)).submitterFee), fees[i], "fee of the entry");
            sum += fees[i];
        }
        firstCount = within(firstCount, 0, fees.length);
        uint256 first = _bare.consume(uint64(firstCount));
        uint256 second = _bare.consume(uint64(fees.length - firstCount));
        vm.assertEq(first + second, sum, "nothing lost between batches");
        vm.assertEq(uint256(_bare.head), fees.length, "head");
    }
}
