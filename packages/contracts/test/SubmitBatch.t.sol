// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchHeader, Parameters, RollupState} from "../src/interfaces/RollupTypes.sol";
import {vm} from "./support/Vm.sol";
import {FailingVerifier, proofOf} from "./support/KeccakVerifier.sol";
import {Model} from "./support/Model.sol";
import {RollupTest} from "./support/RollupTest.sol";

contract SubmitBatchTest is RollupTest {
    function test_acceptsAProvenBatchOfManyBlocks() public {
        depositETH(alice, 1 ether);
        Model.Batch memory batch = nextBatch(1);
        batch.header.circuitType = BATCH;
        batch.header.lastBlock = 31;
        batch.header.firstTimestamp -= 100;
        bytes memory proof_ = proof(operator, batch);
        uint256 balance = operator.balance;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.BatchSubmitted(1, operator, batch.header, keccak256(DATA), keccak256(""), 1);
        submitAs(operator, batch, proof_);

        RollupState memory state = rollup.state();
        vm.assertEq(state.root, batch.header.newRoot, "root");
        vm.assertEq(state.history, batch.header.newHistory, "history");
        vm.assertEq(uint256(state.nextIndex), 65, "next index");
        vm.assertEq(uint256(state.batchCount), 1, "batches");
        vm.assertEq(uint256(state.lastBlock), 31, "last block");
        vm.assertEq(uint256(state.lastTimestamp), batch.header.lastTimestamp, "timestamp");
        vm.assertEq(uint256(state.lastBatchAt), block.timestamp, "time of the batch");
        vm.assertTrue(!state.lastByStranger, "of the leader");
        vm.assertEq(uint256(state.queueHead), 1, "queue head");
        vm.assertTrue(rollup.queueEntry(0).consumed, "entry consumed");
        bytes32 commitment = keccak256(abi.encode(batch.header, keccak256(DATA), keccak256("")));
        vm.assertEq(rollup.batchCommitment(1), commitment, "commitment");
        vm.assertEq(operator.balance - balance, BASE_FEE / 2, "submitter's share");
        vm.assertEq(rollup.custody(0), 1 ether, "custody after the share left");
    }

    function test_acceptsEveryCircuitType() public {
        for (uint8 circuitType = 0; circuitType < 4; circuitType++) {
            Model.Batch memory batch = nextBatch(0);
            batch.header.circuitType = circuitType;
            submit(batch);
        }
        vm.assertEq(uint256(rollup.state().batchCount), 4, "four batches");
    }

    function test_corruptProof() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        proof_[5] ^= 0x01;
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        expectRefused(operator, batch, "", invalidProof(operator, batch));
    }

    function test_oldHistoryIsStorage() public {
        Model.Batch memory batch = nextBatch(0);
        submit(batch);
        batch = nextBatch(0);
        bytes32[] memory inputs = publicInputs(operator, batch);
        vm.assertEq(inputs[7], rollup.state().history, "the history after the first batch");
        // A proof about chains that start at 0 again has the genesis history as its old one.
        RollupState memory state = rollup.state();
        state.history = 0x18dfb8dc9b82229cff974efefc8df78b1ce96d9d844236b496785c698bc6732e;
        bytes32[] memory fresh =
            Model.publicInputs(address(rollup), state, queueHash(0), operator, batch, keccak256(DATA));
        expectRefused(operator, batch, proofOf(verifiers[SMALL], fresh), invalidProof(operator, batch));
        submit(batch);
    }

    function test_fieldElementsBelowModulus() public {
        for (uint256 field = 0; field < 3; field++) {
            Model.Batch memory batch = nextBatch(0);
            bytes memory proof_ = proof(operator, batch);
            _set(batch.header, field, Model.R - 1);
            submit(batch);
            batch = nextBatch(0);
            uint256 x = _get(batch.header, field);
            _set(batch.header, field, x + Model.R);
            proof_ = proof(operator, batch);
            bytes memory reason =
                abi.encodeWithSelector(IRollupErrors.FieldOutOfRange.selector, Model.R - 1, x + Model.R);
            expectRefused(operator, batch, proof_, reason);
            _set(batch.header, field, Model.R);
            reason = abi.encodeWithSelector(IRollupErrors.FieldOutOfRange.selector, Model.R - 1, Model.R);
            expectRefused(operator, batch, proof_, reason);
        }
    }

    /// Of a header that the contract would accept with its own proof, one field is altered under a proof for the other.
    function testFuzz_headerFieldAltered(bytes32 flips, uint256 field) public {
        vm.warp(block.timestamp + 1 hours);
        Model.Batch memory batch = nextBatch(0);
        batch.header.firstTimestamp -= 30 minutes;
        bytes memory proof_ = proof(operator, batch);
        bytes32 before = keccak256(abi.encode(batch.header));
        field = within(field, 0, 7);
        uint256 flip = uint256(flips);
        if (field < 3) _set(batch.header, field, (_get(batch.header, field) ^ flip) % Model.R);
        if (field == 3) batch.header.newNextIndex ^= uint32(flip);
        if (field == 4) batch.header.lastBlock += uint64(flip % 64);
        if (field == 5) batch.header.firstTimestamp += uint64(flip % 30 minutes);
        if (field == 6) batch.header.lastTimestamp -= uint64(flip % 30 minutes);
        if (field == 7) batch.header.circuitType = uint8(flip % 4);
        if (keccak256(abi.encode(batch.header)) == before) submitAs(operator, batch, proof_);
        else expectRefused(operator, batch, proof_, invalidProof(operator, batch));
    }

    function test_otherDomain() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        uint256 chainId = block.chainid;
        vm.chainId(77);
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        vm.chainId(chainId);
        rollup = new Rollup(defaultParameters());
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
    }

    function test_replay() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        submitAs(operator, batch, proof_);
        bytes memory reason =
            abi.encodeWithSelector(IRollupErrors.OldRootMismatch.selector, batch.header.newRoot, batch.header.oldRoot);
        expectRefused(operator, batch, proof_, reason);
        // One that leaves the root as it is.
        batch = nextBatch(0);
        batch.header.newRoot = batch.header.oldRoot;
        proof_ = proof(operator, batch);
        submitAs(operator, batch, proof_);
        expectRefused(operator, batch, proof_, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 3, 2));
    }

    function test_gap() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.lastBlock = 5;
        submit(batch);
        batch = nextBatch(0);
        batch.header.firstBlock = 7;
        batch.header.lastBlock = 7;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 6, 7));
        batch.header.firstBlock = 5;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.FirstBlockMismatch.selector, 6, 5));
    }

    function test_noBlocks() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.lastBlock = 0;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.NoBlocks.selector, 1, 0));
    }

    function test_timestamps() public {
        uint64 present = uint64(block.timestamp);
        uint64 oldest = present - MAX_BATCH_AGE;
        Model.Batch memory batch = nextBatch(0);
        batch.header.lastTimestamp = present + 1;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.TimestampInFuture.selector, present, present + 1));
        batch.header.lastTimestamp = present;
        batch.header.firstTimestamp = oldest - 1;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.TimestampTooOld.selector, oldest, oldest - 1));
        batch.header.firstTimestamp = present;
        batch.header.lastTimestamp = present - 1;
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.TimestampsDescending.selector, present, present - 1));
        batch.header.firstTimestamp = oldest;
        batch.header.lastTimestamp = present - 1 hours;
        submit(batch);
        batch = nextBatch(0);
        batch.header.firstTimestamp = present - 1 hours - 1;
        expectRefused(
            batch,
            abi.encodeWithSelector(IRollupErrors.TimestampTooOld.selector, present - 1 hours, present - 1 hours - 1)
        );
        batch.header.firstTimestamp = present - 1 hours;
        submit(batch);
    }

    function test_verifierRefusals() public {
        for (uint256 i = 0; i <= uint256(type(FailingVerifier.Way).max); i++) {
            Parameters memory given = defaultParameters();
            given.circuits[0].verifier = address(new FailingVerifier(FailingVerifier.Way(i)));
            given.circuits[0].verifierCodeHash = given.circuits[0].verifier.codehash;
            rollup = new Rollup(given);
            Model.Batch memory batch = nextBatch(0);
            bytes memory reason = invalidProof(operator, batch);
            vm.prank(operator, operator);
            (bool ok, bytes memory answer) = address(rollup).call{gas: 10_000_000}(submitCall(batch, ""));
            vm.assertTrue(!ok, "refused");
            vm.assertEq(answer, reason, "by name");
        }
    }

    function test_unknownType() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.circuitType = 4;
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.UnknownCircuitType.selector, 4));
    }

    function test_proofOfAnotherCircuit() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory foreign = proofOf(verifiers[1], publicInputs(operator, batch));
        expectRefused(operator, batch, foreign, invalidProof(operator, batch));
    }

    /// What is no value of a field's type: the call is malformed.
    function test_dirtyWordsInTheHeader() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory call = submitCall(batch, proof(operator, batch));
        for (uint256 field = 0; field < 7; field++) {
            bytes memory dirty = bytes.concat(call);
            dirty[4 + 32 * field] = 0x01;
            vm.prank(operator, operator);
            (bool ok,) = address(rollup).call(dirty);
            vm.assertTrue(!ok, "refused");
        }
        vm.prank(operator, operator);
        (bool accepted,) = address(rollup).call(call);
        vm.assertTrue(accepted, "the clean one");
    }

    function _get(BatchHeader memory header, uint256 field) private pure returns (uint256) {
        if (field == 0) return uint256(header.newRoot);
        return uint256(field == 1 ? header.newHistory : header.blocksRoot);
    }

    function _set(BatchHeader memory header, uint256 field, uint256 value) private pure {
        if (field == 0) header.newRoot = bytes32(value);
        else if (field == 1) header.newHistory = bytes32(value);
        else header.blocksRoot = bytes32(value);
    }
}
