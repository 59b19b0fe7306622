// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {Model} from "./support/Model.sol";
import {vm} from "./support/Vm.sol";

/// What hand-over and end of the operator's role, which `FixedOperator` keeps, mean for the rollup.
contract OperatorTest is RollupTest {
    function test_handOverGivesPrecedence() public {
        _propose(bob);
        vm.assertEq(rollup.leader(), operator, "not before it is accepted");
        submit(nextBatch(0));
        _expectClosed(bob);
        _accept(bob);
        vm.assertEq(rollup.leader(), bob, "the new operator");
        submitAs(bob, nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "the leader's");
        _expectClosed(operator);
    }

    function test_burntRoleOpensSubmissionForEver() public {
        vm.prank(operator, operator);
        policy.burn();
        vm.assertEq(rollup.leader(), address(0), "nobody");
        vm.assertTrue(rollup.isSubmissionOpen(), "open without work");
        submitAs(stranger, nextBatch(0));
        submit(nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "there are no strangers");
    }

    function test_attack_handOverResetsTheClockOfIdleness() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _propose(bob);
        _accept(bob);
        _expectClosed(stranger);
        vm.warp(block.timestamp + 1);
        vm.assertTrue(rollup.isSubmissionOpen(), "open as if nothing had happened");
        submitAs(stranger, nextBatch(1));
    }

    /// Its batch counts as work, and it may leave waiting what strangers would have to consume.
    function test_newOperatorLeads() public {
        depositETH(alice, 1 ether);
        _propose(bob);
        _accept(bob);
        vm.warp(block.timestamp + IDLE_DELAY);
        submitAs(bob, nextBatch(0));
        vm.assertEq(uint256(rollup.backlog()), 1, "still waits");
        _expectClosed(stranger);
    }

    function _propose(address next) private {
        vm.prank(operator, operator);
        policy.propose(next);
    }

    function _accept(address caller) private {
        vm.prank(caller, caller);
        policy.accept();
    }

    function _expectClosed(address caller) private {
        Model.Batch memory batch = nextBatch(0);
        bytes memory reason =
            abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, rollup.leader(), caller);
        expectRefused(caller, batch, proof(caller, batch), reason);
    }
}
