// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Parameters} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {Model} from "./support/Model.sol";
import {vm} from "./support/Vm.sol";

/// Operators that stall just below every deadline: what they can achieve, and its limits.
contract AttackSubmissionTest is RollupTest {
    /// Punctual empty batches, each as old as allowed: a waiting entry is still included before anyone could freeze.
    function test_attack_operatorStallsBelowEveryDeadline() public {
        depositETH(alice, 1 ether);
        uint256 end = block.timestamp + INCLUSION_DELAY + MAX_BATCH_AGE - 1;
        while (block.timestamp < end) {
            uint256 next = block.timestamp + IDLE_DELAY - 1;
            vm.warp(next < end ? next : end);
            submit(_backdated(0));
        }
        vm.assertTrue(rollup.isSubmissionOpen(), "meanwhile anyone may take it in");
        vm.warp(end + 1);
        _expectLeft(operator);
        vm.assertTrue(!rollup.canFreeze(), "long before a freeze");
        submit(_backdated(1));
    }

    /// An operator that turns into a delegating account locks out only itself.
    function test_attack_operatorBecomesAContract() public {
        depositETH(alice, 1 ether);
        vm.etch(operator, bytes.concat(hex"ef0100", bytes20(address(token))));
        Model.Batch memory batch = nextBatch(1);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, operator);
        expectRefused(operator, batch, proof(operator, batch), reason);
        vm.warp(block.timestamp + IDLE_DELAY);
        submitAs(stranger, nextBatch(1));
    }

    /// Whatever delays the constructor accepts: before a freeze there is a time at which anyone may submit and nobody,
    /// the operator neither, gets past the oldest entry.
    function testFuzz_attack_laddersWithoutARung(
        uint64 inclusion,
        uint64 idle,
        uint64 returning,
        uint64 freezing,
        bool isStalled
    ) public {
        Parameters memory given = defaultParameters();
        given.freezeDelay = uint64(within(freezing, MAX_BATCH_AGE + 2, 90 days));
        given.inclusionDelay = uint64(within(inclusion, 1, given.freezeDelay - MAX_BATCH_AGE - 1));
        given.operatorIdleDelay = uint64(within(idle, 1, given.freezeDelay - 1));
        given.returnDelay = uint64(within(returning, 1, given.operatorIdleDelay));
        rollup = new Rollup(given);
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + given.freezeDelay - 1);
        vm.assertTrue(!rollup.canFreeze(), "not yet");
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        _expectLeft(operator);
        _expectLeft(stranger);
        if (isStalled) {
            vm.warp(block.timestamp + 1);
            rollup.freeze();
        } else {
            submitAs(stranger, _backdated(1));
            vm.warp(block.timestamp + 90 days);
            vm.assertTrue(!rollup.canFreeze(), "nothing waits");
        }
    }

    /// As old as the contract accepts.
    function _backdated(uint256 count) private returns (Model.Batch memory batch) {
        batch = nextBatch(count);
        uint64 oldest = uint64(block.timestamp) - MAX_BATCH_AGE;
        uint64 last = rollup.state().lastTimestamp;
        batch.header.firstTimestamp = batch.header.lastTimestamp = oldest < last ? last : oldest;
    }

    function _expectLeft(address sender) private {
        Model.Batch memory batch = _backdated(0);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0);
        expectRefused(sender, batch, proof(sender, batch), reason);
    }
}
