// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchHeader} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract Acceptor {
    function accept(Rollup rollup) external {
        rollup.acceptOperator();
    }
}

/// Accepts while it has no code yet.
contract AcceptorInConstructor {
    constructor(Rollup rollup) {
        rollup.acceptOperator();
    }
}

/// Hand-over and end of the operator's role.
contract OperatorTest is RollupTest {
    function test_handOverInTwoSteps() public {
        vm.expectEmit(address(rollup));
        emit IRollupEvents.OperatorProposed(operator, bob);
        _propose(bob);
        vm.assertEq(rollup.operator(), operator, "not before it is accepted");
        vm.assertEq(rollup.proposedOperator(), bob, "proposed");
        submit(nextHeader(0), "");
        vm.expectEmit(address(rollup));
        emit IRollupEvents.OperatorChanged(operator, bob);
        _accept(bob);
        vm.assertEq(rollup.operator(), bob, "operator");
        vm.assertEq(rollup.parameters().operator, bob, "among the parameters too");
        vm.assertEq(rollup.proposedOperator(), address(0), "nobody proposed");
        _submitAs(bob);
        _expectSubmissionClosed(operator);
    }

    function test_proposalIsReplacedAndWithdrawn() public {
        _propose(bob);
        _propose(alice);
        _expectNotProposed(alice, bob);
        _propose(address(0));
        _expectNotProposed(address(0), alice);
        vm.assertEq(rollup.operator(), operator, "operator");
    }

    function test_attack_acceptTwice() public {
        _propose(bob);
        _accept(bob);
        _expectNotProposed(address(0), bob);
    }

    function test_attack_strangersTouchTheRole() public {
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.NotOperator.selector, operator, stranger);
        vm.prank(stranger, stranger);
        vm.expectRevert(reason);
        rollup.proposeOperator(stranger);
        vm.prank(stranger, stranger);
        vm.expectRevert(reason);
        rollup.burnOperator();
        _propose(bob);
        _expectNotProposed(bob, stranger);
    }

    function test_attack_theProposedCannotBurnOrPropose() public {
        _propose(bob);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.NotOperator.selector, operator, bob);
        vm.prank(bob, bob);
        vm.expectRevert(reason);
        rollup.burnOperator();
        vm.prank(bob, bob);
        vm.expectRevert(reason);
        rollup.proposeOperator(alice);
    }

    function test_attack_proposedOperatorWithCode() public {
        Acceptor acceptor = new Acceptor();
        _propose(address(acceptor));
        vm.prank(stranger, stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, address(acceptor))
        );
        acceptor.accept(rollup);

        vm.etch(bob, abi.encodePacked(hex"ef0100", address(acceptor)));
        _propose(bob);
        vm.prank(bob, bob);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, bob));
        rollup.acceptOperator();
        vm.assertEq(rollup.operator(), operator, "operator");
    }

    function test_attack_acceptFromAConstructor() public {
        // The address of the next contract that this one creates.
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        _propose(next);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, next));
        new AcceptorInConstructor(rollup);
    }

    function test_burntRoleOpensSubmissionForEver() public {
        vm.expectEmit(address(rollup));
        emit IRollupEvents.OperatorChanged(operator, address(0));
        _burn();
        vm.assertEq(rollup.operator(), address(0), "nobody");
        vm.assertTrue(rollup.isSubmissionOpen(), "open without work");
        _submitAs(stranger);
        _submitAs(operator);
    }

    function test_attack_burntOperatorComesBack() public {
        _propose(bob);
        _burn();
        vm.assertEq(rollup.proposedOperator(), address(0), "the proposal ended with the role");
        _expectNotProposed(address(0), bob);
        _expectNotProposed(address(0), operator);
        address[2] memory callers = [operator, bob];
        for (uint256 i = 0; i < 2; i++) {
            bytes memory reason = abi.encodeWithSelector(IRollupErrors.NotOperator.selector, address(0), callers[i]);
            vm.prank(callers[i], callers[i]);
            vm.expectRevert(reason);
            rollup.proposeOperator(callers[i]);
            vm.prank(callers[i], callers[i]);
            vm.expectRevert(reason);
            rollup.burnOperator();
        }
    }

    function test_attack_handOverResetsTheClockOfIdleness() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _propose(bob);
        _accept(bob);
        _expectSubmissionClosed(stranger);
        vm.warp(block.timestamp + 1);
        vm.assertTrue(rollup.isSubmissionOpen(), "open as if nothing had happened");
        BatchHeader memory header = nextHeader(1);
        submitAs(stranger, header, "", proof(header, ""));
    }

    function test_newOperatorsBatchCountsAsWork() public {
        depositETH(alice, 1 ether);
        _propose(bob);
        _accept(bob);
        vm.warp(block.timestamp + IDLE_DELAY);
        _submitAs(bob);
        _expectSubmissionClosed(stranger);
    }

    function test_newOperatorNeedNotConsumeWhatStrangersMust() public {
        depositETH(alice, 1 ether);
        _propose(bob);
        _accept(bob);
        vm.warp(block.timestamp + IDLE_DELAY);
        _submitAs(bob);
        vm.assertEq(uint256(rollup.backlog()), 1, "still waits");
    }

    function _propose(address next) private {
        vm.prank(operator, operator);
        rollup.proposeOperator(next);
    }

    function _accept(address caller) private {
        vm.prank(caller, caller);
        rollup.acceptOperator();
    }

    function _burn() private {
        vm.prank(operator, operator);
        rollup.burnOperator();
    }

    function _submitAs(address sender) private {
        BatchHeader memory header = nextHeader(0);
        submitAs(sender, header, "", proof(header, ""));
    }

    function _expectNotProposed(address proposed, address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NotProposedOperator.selector, proposed, caller));
        _accept(caller);
    }

    function _expectSubmissionClosed(address caller) private {
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, "");
        address current = rollup.operator();
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, current, caller));
        submitAs(caller, header, "", proof_);
    }
}
