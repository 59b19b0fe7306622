// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchHeader, Parameters, RollupState} from "../src/interfaces/RollupTypes.sol";
import {proofOf, RefusingVerifier, RevertingVerifier} from "./support/KeccakVerifier.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract SubmitBatchTest is RollupTest {
    /// First byte of the first key in data of 16 slots.
    uint256 private constant FIRST_KEY = 12 + 16 * 13 + 20;
    bytes private constant DATA = hex"000040000000000000000000000041000042000000000100ff";

    function test_acceptsAProvenBatch() public {
        depositETH(alice, 1 ether);
        BatchHeader memory header = nextHeader(1);
        bytes32 hash = queueHash(1);
        bytes memory proof_ = proof(header, DATA);
        bytes32 dataHash = dataHashOf(DATA, SMALL_SLOTS);
        uint256 balance = operator.balance;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.BatchSubmitted(1, operator, header, dataHash, 1, hash);
        submitAs(operator, header, DATA, proof_);

        RollupState memory state = rollup.state();
        vm.assertEq(state.root, header.newRoot, "root");
        vm.assertEq(uint256(state.nextIndex), 65, "next index");
        vm.assertEq(uint256(state.batchCount), 1, "batches");
        vm.assertEq(uint256(state.lastBlock), 1, "last block");
        vm.assertEq(uint256(state.lastTimestamp), header.timestamp, "timestamp");
        vm.assertEq(uint256(state.queueHead), 1, "queue head");
        vm.assertTrue(rollup.queueEntry(0).consumed, "entry consumed");
        vm.assertEq(rollup.batchCommitment(1), keccak256(abi.encode(header, dataHash)), "commitment");
        vm.assertEq(operator.balance - balance, BASE_FEE / 2, "submitter's share");
        vm.assertEq(rollup.custody(0), 1 ether, "custody after the share left");
    }

    function test_acceptsEmptyBatchAndFullLengthData() public {
        submit(nextHeader(0), "");
        bytes memory full = new bytes(428);
        full[427] = 0x01;
        submit(nextHeader(0), full);
        vm.assertEq(uint256(rollup.state().batchCount), 2, "two batches");
    }

    function test_acceptsEveryCircuitType() public {
        for (uint8 circuitType = 0; circuitType < 3; circuitType++) {
            BatchHeader memory header = nextHeader(0);
            header.circuitType = circuitType;
            submit(header, DATA);
        }
        vm.assertEq(uint256(rollup.state().batchCount), 3, "three batches");
    }

    function test_trailingZerosOfDataDoNotMatter() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        submitAs(operator, header, bytes.concat(DATA, new bytes(40)), proof_);
        vm.assertEq(uint256(rollup.state().batchCount), 1, "accepted");
    }

    function test_attack_corruptProof() public {
        BatchHeader memory header = nextHeader(0);
        bytes32 input = publicInput(header, DATA);
        bytes memory proof_ = proof(header, DATA);
        proof_[5] ^= 0x01;
        _expectRefused(header, DATA, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
        _expectRefused(header, DATA, "", abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_attack_corruptData() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        bytes memory corrupted = bytes.concat(DATA, hex"01");
        bytes32 input = publicInput(header, corrupted);
        _expectRefused(header, corrupted, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_attack_dataLongerThanTheCircuits() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory long = new bytes(429);
        _expectRefused(header, long, "", abi.encodeWithSelector(IRollupErrors.DataTooLong.selector, 428, 429));
    }

    function test_attack_corruptEachUnstoredHeaderField() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + 10);
        BatchHeader memory header = nextHeader(1);
        bytes memory proof_ = proof(header, DATA);
        for (uint256 field = 0; field < 7; field++) {
            BatchHeader memory corrupted = abi.decode(abi.encode(header), (BatchHeader));
            if (field == 0) corrupted.circuitType = 1;
            if (field == 1) corrupted.timestamp -= 1;
            if (field == 2) corrupted.newRoot = bytes32(uint256(header.newRoot) + 1);
            if (field == 3) corrupted.newNextIndex += 1;
            if (field == 4) corrupted.l1OperationCount = 0;
            if (field == 5) corrupted.payoutsHash = ~header.payoutsHash;
            if (field == 6) corrupted.txRoot = bytes32(0);
            bytes32 input = publicInput(corrupted, DATA);
            _expectRefused(corrupted, DATA, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
        }
        submitAs(operator, header, DATA, proof_);
    }

    function test_attack_corruptEachStoredHeaderField() public {
        submit(nextHeader(0), DATA);
        BatchHeader memory header = nextHeader(0);
        bytes32 root = header.oldRoot;
        header.oldRoot = bytes32(uint256(1));
        _expectRefused(
            header, abi.encodeWithSelector(IRollupErrors.OldRootMismatch.selector, root, bytes32(uint256(1)))
        );
        header.oldRoot = root;
        header.firstBlock = 1;
        _expectRefused(header, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 2, 1));
        header.firstBlock = 3;
        _expectRefused(header, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 2, 3));
        header.firstBlock = 2;
        header.lastBlock = 3;
        _expectRefused(header, abi.encodeWithSelector(IRollupErrors.LastBlockMismatch.selector, 2, 3));
        header.lastBlock = 1;
        _expectRefused(header, abi.encodeWithSelector(IRollupErrors.LastBlockMismatch.selector, 2, 1));
        header.lastBlock = 2;
        header.circuitType = 9;
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownCircuitType.selector, 9));
        submitAs(operator, header, DATA, "");
    }

    function test_attack_rootNotCanonical() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        uint256 modulus = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
        header.newRoot = bytes32(uint256(header.newRoot) + modulus);
        bytes32 input = publicInput(header, DATA);
        _expectRefused(header, DATA, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_attack_replay() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        submitAs(operator, header, DATA, proof_);
        bytes memory reason =
            abi.encodeWithSelector(IRollupErrors.OldRootMismatch.selector, header.newRoot, header.oldRoot);
        _expectRefused(header, DATA, proof_, reason);
    }

    function test_attack_replayABatchThatLeavesTheRoot() public {
        BatchHeader memory header = nextHeader(0);
        header.newRoot = header.oldRoot;
        bytes memory proof_ = proof(header, "");
        submitAs(operator, header, "", proof_);
        _expectRefused(header, "", proof_, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 2, 1));
    }

    function test_attack_proofOfAnotherRollup() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        rollup = new Rollup(defaultParameters());
        bytes32 input = publicInput(header, DATA);
        _expectRefused(header, DATA, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_attack_proofOfAnotherChain() public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        vm.chainId(77);
        bytes32 input = publicInput(header, DATA);
        _expectRefused(header, DATA, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_attack_proofOfAnotherCircuit() public {
        BatchHeader memory header = nextHeader(0);
        bytes32 input = publicInput(header, DATA);
        bytes memory foreign = proofOf(verifiers[1], input);
        _expectRefused(header, DATA, foreign, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function test_verifierSayingNoAndVerifierRevertingAreAlike() public {
        address[2] memory negative = [address(new RefusingVerifier()), address(new RevertingVerifier())];
        for (uint256 i = 0; i < 2; i++) {
            Parameters memory given = defaultParameters();
            given.circuits[0].verifier = negative[i];
            given.circuits[0].verifierCodeHash = negative[i].codehash;
            rollup = new Rollup(given);
            BatchHeader memory header = nextHeader(0);
            bytes32 input = publicInput(header, DATA);
            _expectRefused(header, DATA, "", abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
        }
    }

    function test_timestampWindow() public {
        BatchHeader memory header = nextHeader(0);
        uint64 present = uint64(block.timestamp);
        header.timestamp = present + 1;
        _expectRefused(header, abi.encodeWithSelector(IRollupErrors.TimestampInFuture.selector, present, present + 1));
        header.timestamp = present - 2 hours - 1;
        _expectRefused(
            header, abi.encodeWithSelector(IRollupErrors.TimestampTooOld.selector, present - 2 hours, header.timestamp)
        );
        header.timestamp = present - 2 hours;
        submit(header, DATA);
        header = nextHeader(0);
        header.timestamp = present - 2 hours - 1;
        _expectRefused(
            header, abi.encodeWithSelector(IRollupErrors.TimestampTooOld.selector, present - 2 hours, header.timestamp)
        );
        header.timestamp = present - 1 hours;
        submit(header, DATA);
        header = nextHeader(0);
        header.timestamp = present - 1 hours - 1;
        _expectRefused(
            header, abi.encodeWithSelector(IRollupErrors.TimestampTooOld.selector, present - 1 hours, header.timestamp)
        );
    }

    function test_consumesAtMostWhatWaitsAndFits() public {
        depositETH(alice, 1 ether);
        BatchHeader memory header = nextHeader(2);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 1, 2));
        submitAs(operator, header, "", "");
        for (uint256 i = 0; i < 5; i++) {
            depositETH(alice, 1 ether);
        }
        header = nextHeader(5);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 4, 5));
        submitAs(operator, header, "", "");
        header.l1OperationCount = type(uint32).max;
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TooManyL1Operations.selector, 4, type(uint32).max));
        submitAs(operator, header, "", "");
        submit(nextHeader(4), "");
        vm.assertEq(uint256(rollup.backlog()), 2, "rest waits");
    }

    function test_attack_skipOverdueOperations() public {
        for (uint256 i = 0; i < 3; i++) {
            depositETH(alice, 1 ether);
        }
        uint64 enqueuedAt = uint64(block.timestamp);
        vm.warp(enqueuedAt + INCLUSION_DELAY);
        BatchHeader memory header = nextHeader(2);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 3, 2));
        submitAs(operator, header, "", "");
        header.timestamp = enqueuedAt + INCLUSION_DELAY - 1;
        submit(header, "");
        header = nextHeader(0);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0));
        submitAs(operator, header, "", "");
    }

    function test_attack_skipOverdueOperationsBeyondCapacity() public {
        for (uint256 i = 0; i < 6; i++) {
            depositETH(alice, 1 ether);
        }
        vm.warp(block.timestamp + INCLUSION_DELAY);
        BatchHeader memory header = nextHeader(3);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 4, 3));
        submitAs(operator, header, "", "");
        submit(nextHeader(4), "");
        submit(nextHeader(2), "");
        vm.assertEq(uint256(rollup.backlog()), 0, "all consumed");
    }

    function testFuzz_onlyTheExactHeaderIsProven(bytes32 flips, uint256 field) public {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, DATA);
        field = within(field, 0, 4);
        if (field == 0) header.newRoot ^= flips;
        if (field == 1) header.payoutsHash ^= flips;
        if (field == 2) header.txRoot ^= flips;
        if (field == 3) header.newNextIndex ^= uint32(uint256(flips));
        if (field == 4) header.timestamp -= uint64(uint256(flips) % 2 hours);
        bool unchanged = keccak256(proof(header, DATA)) == keccak256(proof_);
        bytes32 input = publicInput(header, DATA);
        if (!unchanged) vm.expectRevert(abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
        submitAs(operator, header, DATA, proof_);
        vm.assertEq(uint256(rollup.state().batchCount), unchanged ? 1 : 0, "batches");
    }

    function testFuzz_data(bytes memory data) public {
        if (data.length > 428) return;
        // Keys, whose first byte is cleared here, are field elements.
        for (uint256 at = FIRST_KEY; at < data.length; at += 52) data[at] = 0;
        submit(nextHeader(0), data);
        vm.assertEq(uint256(rollup.state().batchCount), 1, "accepted");
    }

    /// The same polynomial from other bytes, which nobody could decode: the proof is valid, but the data would be lost.
    function test_attack_keyPublishedAsXPlusR() public {
        uint256 r = Constants.FIELD_MODULUS;
        for (uint256 extra = 0; extra < 4; extra++) {
            for (uint256 x = 0; x < 2; x++) {
                bytes memory aliased = bytes.concat(new bytes(FIRST_KEY + 52 * extra), bytes32(r + x));
                BatchHeader memory header = nextHeader(0);
                bytes memory reason = abi.encodeWithSelector(IRollupErrors.KeyOutOfRange.selector, r - 1, r + x);
                _expectRefused(header, aliased, proof(header, aliased), reason);
            }
        }
        submit(nextHeader(0), bytes.concat(new bytes(FIRST_KEY), bytes32(r - 1)));
    }

    /// Data is swapped after the proof was made: the point changes, and so does the value.
    function testFuzz_otherDataThanProven(uint256 at, bytes1 flip) public {
        bytes memory data = pad(DATA, 428);
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, data);
        at %= data.length;
        // The first byte of a key is kept, so that the key remains a field element.
        if (at >= FIRST_KEY && (at - FIRST_KEY) % 52 == 0) at -= 1;
        data[at] ^= flip;
        bytes32 input = publicInput(header, data);
        if (flip == 0) return;
        _expectRefused(header, data, proof_, abi.encodeWithSelector(IRollupErrors.InvalidProof.selector, input));
    }

    function _expectRefused(BatchHeader memory header, bytes memory reason) private {
        bytes memory proof_ = proof(header, DATA);
        _expectRefused(header, DATA, proof_, reason);
    }

    function _expectRefused(BatchHeader memory header, bytes memory data, bytes memory proof_, bytes memory reason)
        private
    {
        RollupState memory before = rollup.state();
        vm.expectRevert(reason);
        submitAs(operator, header, data, proof_);
        vm.assertEq(keccak256(abi.encode(rollup.state())), keccak256(abi.encode(before)), "state stands");
    }
}
