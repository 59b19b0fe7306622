// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {RollupTest} from "./support/RollupTest.sol";

/// The queue entries that a batch consumes.
contract BatchQueueTest is RollupTest {
    uint256 private constant RECORD = 76;

    function test_consumesRecordsOfEveryKind() public {
        _enqueue(3);
        requestWithdraw(bob, 77);
        Model.Batch memory batch = nextBatch(4);
        submit(batch);
        vm.assertEq(uint256(rollup.state().queueHead), 4, "consumed");
        vm.assertEq(uint256(rollup.backlog()), 0, "none waits");
    }

    /// One byte altered, anywhere in the records of two entries, under a proof for exactly these records.
    function testFuzz_otherRecords(uint256 at, bytes1 flip) public {
        _enqueue(3);
        Model.Batch memory batch = nextBatch(2);
        at %= batch.l1Records.length;
        if (flip == 0) flip = 0x01;
        batch.l1Records[at] ^= flip;
        bytes32 actual = Model.rollingHash(0, batch.l1Records);
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.L1RecordsMismatch.selector, queueHash(2), actual));
    }

    function test_recordsInAnotherOrder() public {
        _enqueue(2);
        Model.Batch memory batch = nextBatch(2);
        batch.l1Records = bytes.concat(entries[1], entries[0]);
        bytes32 actual = Model.rollingHash(0, batch.l1Records);
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.L1RecordsMismatch.selector, queueHash(2), actual));
    }

    function test_recordsLength() public {
        _enqueue(2);
        Model.Batch memory batch = nextBatch(2);
        for (uint256 length = 1; length < 2 * RECORD; length += length == RECORD - 1 ? 2 : RECORD / 2 - 1) {
            batch.l1Records = Model.slice(recordsFrom(0, 2), 0, length);
            if (length % RECORD == 0) continue;
            bytes memory reason = abi.encodeWithSelector(IRollupErrors.L1RecordsMalformed.selector, length);
            expectRefused(operator, batch, "", reason);
        }
        batch.l1Records = bytes.concat(recordsFrom(0, 2), hex"00");
        expectRefused(
            operator, batch, "", abi.encodeWithSelector(IRollupErrors.L1RecordsMalformed.selector, 2 * RECORD + 1)
        );
    }

    function test_recordsFromBehindTheHead() public {
        _enqueue(3);
        Model.Batch memory batch = nextBatch(1);
        batch.l1Records = entries[1];
        bytes32 actual = Model.rollingHash(0, entries[1]);
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.L1RecordsMismatch.selector, queueHash(1), actual));
        submit(nextBatch(1));
        // The first record again, in the next batch.
        batch = nextBatch(1);
        batch.l1Records = entries[0];
        actual = Model.rollingHash(queueHash(1), entries[0]);
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.L1RecordsMismatch.selector, queueHash(2), actual));
    }

    /// The records are the queue's, but the circuit's blocks applied others, fewer or more.
    function test_recordsOtherThanProven() public {
        _enqueue(3);
        Model.Batch memory batch = nextBatch(2);
        bytes[4] memory applied =
            [bytes(""), entries[0], bytes.concat(entries[1], entries[0]), bytes.concat(entries[0], entries[2])];
        for (uint256 i = 0; i < applied.length; i++) {
            bytes32[] memory inputs = publicInputs(operator, batch);
            inputs[15] = bytes32(Model.l1Records(applied[i], uint256(inputs[12])));
            expectRefused(operator, batch, _proofOf(inputs), invalidProof(operator, batch));
        }
        submit(batch);
    }

    function test_overdueLeft() public {
        _enqueue(3);
        uint64 enqueuedAt = uint64(block.timestamp);
        vm.warp(enqueuedAt + INCLUSION_DELAY);
        Model.Batch memory batch = nextBatch(2);
        _expectLeft(operator, batch, 3);
        // The last block decides, and it is a second too early for them to be overdue.
        batch.header.firstTimestamp = enqueuedAt + INCLUSION_DELAY - 1;
        _expectLeft(operator, batch, 3);
        batch.header.lastTimestamp = batch.header.firstTimestamp;
        submit(batch);
        _expectLeft(operator, nextBatch(0), 1);
        submit(nextBatch(1));
    }

    function test_overdueBeyondCapacity() public {
        _enqueue(6);
        vm.warp(block.timestamp + INCLUSION_DELAY);
        _expectLeft(operator, nextBatch(3), 4);
        Model.Batch memory batch = nextBatch(5);
        batch.header.circuitType = BATCH;
        // Small blocks in the batch are no excuse: the capacity is the circuit's.
        _expectLeft(operator, batch, 6);
        submit(nextBatch(4));
        submit(nextBatch(2));
    }

    function test_overCapacity() public {
        _enqueue(6);
        Model.Batch memory batch = nextBatch(5);
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 4, 5));
        batch.l1Records = bytes.concat(recordsFrom(0, 6), entries[0]);
        batch.header.circuitType = BATCH;
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 6, 7));
        batch.l1Records = recordsFrom(0, 6);
        submit(batch);
    }

    function test_fullCapacityOfTheBatchCircuit() public {
        _enqueue(513);
        Model.Batch memory batch = nextBatch(513);
        batch.header.circuitType = BATCH;
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 512, 513);
        expectRefused(operator, batch, "", reason);
        batch.l1Records = recordsFrom(0, 512);
        submit(batch);
        vm.assertEq(uint256(rollup.backlog()), 1, "one waits");
    }

    function test_strangerMustConsumeAll() public {
        _enqueue(3);
        vm.warp(block.timestamp + IDLE_DELAY);
        _expectLeft(stranger, nextBatch(2), 3);
        _expectLeft(stranger, nextBatch(1), 3);
        submitAs(stranger, nextBatch(3));
        vm.assertTrue(rollup.state().lastByStranger, "a stranger's");
        vm.assertEq(uint256(rollup.backlog()), 0, "all consumed");
    }

    function test_strangerConsumesNoMoreThanItsCircuitHasRoomFor() public {
        _enqueue(6);
        vm.warp(block.timestamp + INCLUSION_DELAY);
        _expectLeft(stranger, nextBatch(3), 4);
        submitAs(stranger, nextBatch(4));
        submitAs(stranger, nextBatch(2));
        vm.assertEq(uint256(rollup.backlog()), 0, "all consumed");
    }

    /// At the time of the last block nothing was waiting yet; still one entry is due.
    function test_strangerConsumesAtLeastOne() public {
        uint64 start = uint64(block.timestamp);
        vm.warp(start + 1);
        _enqueue(2);
        vm.warp(start + IDLE_DELAY);
        submit(_dated(nextBatch(0), start));
        vm.warp(start + 1 + INCLUSION_DELAY);
        // Submission opens because entries are overdue; the blocks are dated six hours back, where they were waiting.
        _expectLeft(stranger, _dated(nextBatch(0), uint64(block.timestamp) - MAX_BATCH_AGE), 2);
        // Where the last block is older than the entries, one is due all the same.
        vm.warp(start + 2 + INCLUSION_DELAY);
        submitAs(stranger, nextBatch(2));
        start = uint64(block.timestamp);
        vm.warp(start + 1);
        _enqueue(2);
        vm.warp(start + 1 + RETURN_DELAY);
        _expectLeft(stranger, _dated(nextBatch(0), start), 1);
        submitAs(stranger, _dated(nextBatch(1), start));
    }

    /// An entry that arrives while a stranger proves was enqueued after the last block: the batch stays valid.
    function test_lateEntryChangesNothing() public {
        _enqueue(2);
        vm.warp(block.timestamp + IDLE_DELAY);
        Model.Batch memory batch = nextBatch(2);
        bytes memory proof_ = proof(stranger, batch);
        vm.warp(block.timestamp + 1);
        _enqueue(1);
        submitAs(stranger, batch, proof_);
        vm.assertEq(uint256(rollup.backlog()), 1, "the late one waits");
    }

    /// The operator may backdate its blocks by six hours, so that an entry is overdue after 30 hours at the latest.
    function test_backdatedAtMost() public {
        uint64 enqueuedAt = uint64(block.timestamp);
        _enqueue(1);
        vm.warp(enqueuedAt + INCLUSION_DELAY + MAX_BATCH_AGE - 1);
        Model.Batch memory batch = nextBatch(0);
        batch.header.firstTimestamp = uint64(block.timestamp) - MAX_BATCH_AGE;
        batch.header.lastTimestamp = batch.header.firstTimestamp;
        submit(batch);
        vm.warp(enqueuedAt + INCLUSION_DELAY + MAX_BATCH_AGE);
        batch = nextBatch(0);
        batch.header.firstTimestamp = uint64(block.timestamp) - MAX_BATCH_AGE;
        batch.header.lastTimestamp = batch.header.firstTimestamp;
        _expectLeft(operator, batch, 1);
    }

    /// Without a leader there are no strangers: only what is overdue is due.
    function test_withoutLeaderNobodyOwesWhatOnlyWaits() public {
        replaceRollup(address(0));
        _enqueue(1);
        vm.warp(block.timestamp + INCLUSION_DELAY - 1);
        submitAs(stranger, nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "not a stranger's");
        vm.warp(block.timestamp + 1);
        _expectLeft(stranger, nextBatch(0), 1);
        submitAs(stranger, nextBatch(1));
    }

    function _enqueue(uint256 count) private {
        for (uint256 i = 0; i < count; i++) {
            depositETH(alice, 1 ether + i);
        }
    }

    function _dated(Model.Batch memory batch, uint64 timestamp) private pure returns (Model.Batch memory) {
        batch.header.firstTimestamp = timestamp;
        batch.header.lastTimestamp = timestamp;
        return batch;
    }

    function _expectLeft(address sender, Model.Batch memory batch, uint64 minimum) private {
        uint64 given = uint64(batch.l1Records.length / RECORD);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, minimum, given);
        expectRefused(sender, batch, proof(sender, batch), reason);
    }

    function _proofOf(bytes32[] memory inputs) private view returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(verifiers[SMALL], inputs)));
    }
}
