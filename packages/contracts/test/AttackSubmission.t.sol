// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {BatchHeader, Parameters} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

/// Operators that stall just below every deadline, strangers that copy or outrun: what they can achieve, and its
/// limits.
contract AttackSubmissionTest is RollupTest {
    uint64 private constant MAX_AGE = 2 hours;

    /// Punctual empty batches, each as old as allowed: a waiting entry is still included before anyone could freeze.
    function test_attack_operatorStallsBelowEveryDeadline() public {
        depositETH(alice, 1 ether);
        uint256 enqueuedAt = block.timestamp;
        while (block.timestamp < enqueuedAt + INCLUSION_DELAY + MAX_AGE - 1) {
            uint256 next = block.timestamp + IDLE_DELAY - 1;
            uint256 end = enqueuedAt + INCLUSION_DELAY + MAX_AGE - 1;
            vm.warp(next < end ? next : end);
            _submitBackdated(operator, 0);
        }
        vm.assertTrue(rollup.isSubmissionOpen(), "meanwhile anyone may take it in");
        vm.warp(block.timestamp + 1);
        BatchHeader memory header = _backdated(0);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0));
        submitAs(operator, header, "", proof_);
        vm.assertTrue(!rollup.canFreeze(), "long before a freeze");
        _submitBackdated(operator, 1);
    }

    /// While others have taken over, their batch may be older than an entry, but by at most two hours.
    function test_attack_strangerLeavesYoungEntriesOut() public {
        _takeOver();
        vm.warp(block.timestamp + 1);
        depositETH(alice, 1 ether);
        uint256 enqueuedAt = block.timestamp;
        vm.warp(enqueuedAt + MAX_AGE - 1);
        _submitBackdated(stranger, 0);
        _submitBackdated(stranger, 0);
        vm.warp(enqueuedAt + MAX_AGE);
        BatchHeader memory header = _backdated(0);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0));
        submitAs(stranger, header, "", proof_);
        _submitBackdated(stranger, 1);
        vm.assertTrue(!rollup.isSubmissionOpen(), "without work it is over");
    }

    /// Copying the operator's pending batch while submission is open brings in the operator's own block, and earns its
    /// fee; the operator's next batch closes submission.
    function test_attack_copyOfTheOperatorsBatch() public {
        _takeOver();
        depositETH(alice, 1 ether);
        BatchHeader memory header = nextHeader(1);
        bytes memory proof_ = proof(header, "");
        submitAs(stranger, header, "", proof_);
        vm.assertEq(rollup.state().root, header.newRoot, "the operator's block");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OldRootMismatch.selector, header.newRoot, header.oldRoot));
        submitAs(operator, header, "", proof_);
        submit(nextHeader(0), "");
        depositETH(alice, 1 ether);
        vm.assertTrue(!rollup.isSubmissionOpen(), "the operator is back");
    }

    /// While submission is closed a copy is worthless.
    function test_attack_copyWhileClosed() public {
        depositETH(alice, 1 ether);
        BatchHeader memory header = nextHeader(1);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, operator, stranger));
        submitAs(stranger, header, "", proof_);
        submitAs(operator, header, "", proof_);
    }

    /// An operator that turns into a delegating account locks out only itself.
    function test_attack_operatorBecomesAContract() public {
        depositETH(alice, 1 ether);
        vm.etch(operator, bytes.concat(hex"ef0100", bytes20(address(token))));
        BatchHeader memory header = nextHeader(1);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, operator));
        submitAs(operator, header, "", proof_);
        vm.warp(block.timestamp + IDLE_DELAY);
        header = nextHeader(1);
        submitAs(stranger, header, "", proof(header, ""));
    }

    /// Whatever delays the constructor accepts: before a freeze there is a time at which anyone may submit and nobody,
    /// the operator neither, gets past the oldest entry.
    function testFuzz_attack_laddersWithoutARung(uint64 inclusion, uint64 idle, uint64 freezing, bool isStalled) public {
        Parameters memory given = defaultParameters();
        given.freezeDelay = uint64(within(freezing, MAX_AGE + 2, 90 days));
        given.inclusionDelay = uint64(within(inclusion, 1, given.freezeDelay - MAX_AGE - 1));
        given.operatorIdleDelay = uint64(within(idle, 1, given.freezeDelay - 1));
        rollup = new Rollup(given);
        depositETH(alice, 1 ether);
        uint256 enqueuedAt = block.timestamp;
        vm.warp(enqueuedAt + given.freezeDelay - 1);
        vm.assertTrue(!rollup.canFreeze(), "not yet");
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        address[2] memory submitters = [operator, stranger];
        for (uint256 i = 0; i < 2; i++) {
            BatchHeader memory header = _backdated(0);
            bytes memory proof_ = proof(header, "");
            vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0));
            submitAs(submitters[i], header, "", proof_);
        }
        if (isStalled) {
            vm.warp(block.timestamp + 1);
            rollup.freeze();
        } else {
            _submitBackdated(stranger, 1);
            vm.warp(block.timestamp + 90 days);
            vm.assertTrue(!rollup.canFreeze(), "nothing waits");
        }
    }

    /// After the operator idled and a stranger's batch, with nothing left in the queue.
    function _takeOver() private {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        BatchHeader memory header = nextHeader(1);
        submitAs(stranger, header, "", proof(header, ""));
    }

    function _backdated(uint32 count) private returns (BatchHeader memory header) {
        header = nextHeader(count);
        uint64 oldest = uint64(block.timestamp) - MAX_AGE;
        uint64 last = rollup.state().lastTimestamp;
        header.timestamp = oldest < last ? last : oldest;
    }

    function _submitBackdated(address sender, uint32 count) private {
        BatchHeader memory header = _backdated(count);
        submitAs(sender, header, "", proof(header, ""));
    }
}
