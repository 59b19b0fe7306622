// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {vm} from "./support/Vm.sol";
import {
    FailingPolicy,
    ImpatientPolicy,
    MovingPolicy,
    ReentrantPolicy,
    RotatingPolicy,
    ThirstyPolicy
} from "./hostile/Policies.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

/// The policy is an untrusted contract: it gives precedence and nothing else.
contract PolicyTest is RollupTest {
    uint256 private constant POLICY_GAS = 100_000;

    /// Each counts as having answered 0: submission is open.
    function test_failingPolicies() public {
        for (uint256 i = 0; i <= uint256(type(FailingPolicy.Way).max); i++) {
            replaceRollup(address(new FailingPolicy(FailingPolicy.Way(i), operator)));
            vm.assertEq(rollup.leader(), address(0), "nobody leads");
            vm.assertTrue(rollup.isSubmissionOpen(), "open");
            Model.Batch memory batch = nextBatch(0);
            uint256 gasBefore = gasleft();
            submitAs(stranger, batch);
            vm.assertLe(gasBefore - gasleft(), 1_000_000, "bounded");
            vm.assertTrue(!rollup.state().lastByStranger, "there was no leader");
            submit(nextBatch(0));
        }
    }

    function test_policyOfExactlyItsGas() public {
        replaceRollup(address(new ThirstyPolicy(POLICY_GAS - 1_000, operator)));
        vm.assertEq(rollup.leader(), operator, "answered");
        replaceRollup(address(new ThirstyPolicy(POLICY_GAS, operator)));
        vm.assertEq(rollup.leader(), address(0), "cut off");
    }

    /// A stranger supplies just so little gas that the policy would fail and leave it alone: refused beforehand.
    function testFuzz_policyCannotBeStarved(uint256 gas) public {
        replaceRollup(address(new ThirstyPolicy(POLICY_GAS - 1_000, operator)));
        gas = within(gas, 30_000, 600_000);
        Model.Batch memory batch = nextBatch(0);
        bytes memory call = submitCall(batch, proof(stranger, batch));
        vm.prank(stranger, stranger);
        (bool ok, bytes memory answer) = address(rollup).call{gas: gas}(call);
        vm.assertTrue(!ok, "the policy was starved");
        bytes4 reason = bytes4(answer);
        bool isNamed = reason == IRollupErrors.SubmissionNotOpen.selector
            || reason == IRollupErrors.InsufficientGas.selector || answer.length == 0;
        vm.assertTrue(isNamed, "refused as closed, or for want of gas");
        vm.assertTrue(gas < 250_000 || reason == IRollupErrors.SubmissionNotOpen.selector, "closed");
    }

    /// Nor is there an amount of gas with which the rollup says that nobody leads, or that submission is open.
    function test_policyIsNeverAskedWithLessGas() public {
        replaceRollup(address(new ImpatientPolicy(operator)));
        depositETH(alice, 1 ether);
        uint256 refused = 0;
        for (uint256 gas = 40_000; gas < 160_000; gas += 500) {
            (bool ok, bytes memory answer) = address(rollup).staticcall{gas: gas}(abi.encodeCall(rollup.leader, ()));
            if (ok) vm.assertEq(abi.decode(answer, (address)), operator, "the leader");
            else refused++;
            (ok, answer) = address(rollup).staticcall{gas: gas}(abi.encodeCall(rollup.isSubmissionOpen, ()));
            if (ok) vm.assertTrue(!abi.decode(answer, (bool)), "closed");
        }
        vm.assertTrue(refused > 0 && refused < 240, "refused with too little, answered with enough");
    }

    /// Whoever is named has precedence at that moment; money, state and what is due stay as they are.
    function test_hostilePolicyTakesNothing() public {
        MovingPolicy moving = new MovingPolicy();
        replaceRollup(address(moving));
        depositETH(alice, 10 ether);
        // The attacker leads: it still needs a proof, and owes what is overdue.
        moving.become(stranger);
        Model.Batch memory batch = nextBatch(0);
        expectRefused(stranger, batch, "", invalidProof(stranger, batch));
        vm.warp(block.timestamp + INCLUSION_DELAY);
        batch = nextBatch(0);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0);
        expectRefused(stranger, batch, proof(stranger, batch), reason);
        // Everyone else may submit too, since an entry is overdue, whoever is named meanwhile.
        moving.become(bob);
        submitAs(operator, nextBatch(1));
        vm.assertTrue(rollup.state().lastByStranger, "bob led");
        vm.assertEq(rollup.custody(0), 10 ether, "custody");
        vm.assertEq(address(rollup).balance, 10 ether, "balance");
    }

    /// The policy is asked for the present time.
    function test_rotation() public {
        replaceRollup(address(new RotatingPolicy(alice, bob)));
        vm.warp(1_800_000_000 / uint256(2 hours) * 2 hours + 2 hours);
        vm.assertEq(rollup.leader(), alice, "even hour");
        submitAs(alice, nextBatch(0));
        vm.warp(block.timestamp + 1 hours);
        vm.assertEq(rollup.leader(), bob, "odd hour");
        Model.Batch memory batch = nextBatch(0);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, bob, alice);
        expectRefused(alice, batch, proof(alice, batch), reason);
        submitAs(bob, batch);
    }

    function test_policyReenters() public {
        replaceRollup(address(new ReentrantPolicy(operator)));
        depositETH(alice, 1 ether);
        vm.assertEq(rollup.leader(), operator, "nothing succeeded");
        submit(nextBatch(1));
        vm.assertEq(uint256(rollup.state().batchCount), 1, "accepted");
    }

    function test_policyGone() public {
        vm.etch(address(policy), "");
        vm.assertEq(rollup.leader(), address(0), "nobody leads");
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        submitAs(stranger, nextBatch(0));
        // Another implementation behind the same address gives precedence, and nothing else.
        MovingPolicy other = new MovingPolicy();
        vm.etch(address(policy), address(other).code);
        MovingPolicy(address(policy)).become(stranger);
        vm.assertEq(rollup.leader(), stranger, "the new one");
        Model.Batch memory batch = nextBatch(0);
        expectRefused(stranger, batch, "", invalidProof(stranger, batch));
    }

    /// Overdue, idle and freeze come from the queue and proven batches: a policy can only open submission earlier.
    function test_ladderWithoutPolicy() public {
        MovingPolicy moving = new MovingPolicy();
        replaceRollup(address(moving));
        moving.become(operator);
        depositETH(alice, 1 ether);
        uint64 enqueuedAt = uint64(block.timestamp);
        // Idle: open whatever it says.
        vm.warp(enqueuedAt + IDLE_DELAY);
        address[3] memory named = [operator, address(0), alice];
        for (uint256 i = 0; i < 3; i++) {
            moving.become(named[i]);
            vm.assertTrue(rollup.isSubmissionOpen(), "idle");
        }
        // Overdue: due whatever it says.
        vm.warp(enqueuedAt + INCLUSION_DELAY);
        for (uint256 i = 0; i < 3; i++) {
            moving.become(named[i]);
            Model.Batch memory batch = nextBatch(0);
            bytes memory reason = abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0);
            expectRefused(stranger, batch, proof(stranger, batch), reason);
        }
        // Freeze, reclaim and payments do not ask it, whatever it does.
        vm.warp(enqueuedAt + FREEZE_DELAY);
        vm.etch(address(moving), address(new FailingPolicy(FailingPolicy.Way.BurnsGas, operator)).code);
        vm.assertTrue(rollup.canFreeze(), "due");
        rollup.freeze{gas: 90_000}();
        vm.assertTrue(rollup.isFrozen(), "frozen");
        vm.assertTrue(!rollup.isSubmissionOpen(), "for good");
    }

    /// A policy that answers 0 for a while makes nobody a stranger.
    function test_answeringNobodyOpensEarly() public {
        MovingPolicy moving = new MovingPolicy();
        replaceRollup(address(moving));
        depositETH(alice, 1 ether);
        submitAs(stranger, nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "nobody led");
        moving.become(operator);
        vm.warp(block.timestamp + RETURN_DELAY);
        vm.assertTrue(!rollup.isSubmissionOpen(), "closed again: the idle time counts");
    }
}
