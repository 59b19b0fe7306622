// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedOperator} from "../src/policies/FixedOperator.sol";
import {vm} from "./support/Vm.sol";

contract Accepter {
    function accept(FixedOperator policy) external {
        policy.accept();
    }
}

/// Accepts while it has no code yet.
contract AccepterInConstructor {
    constructor(FixedOperator policy) {
        policy.accept();
    }
}

contract FixedOperatorTest {
    address private immutable OPERATOR = vm.addr(1);
    address private immutable NEXT = vm.addr(2);

    FixedOperator private _policy;

    function setUp() public {
        _policy = new FixedOperator(OPERATOR);
    }

    function test_namesTheSameAtEveryTime() public view {
        vm.assertEq(_policy.operatorAt(0), OPERATOR, "at first");
        vm.assertEq(_policy.operatorAt(type(uint64).max), OPERATOR, "for ever");
        vm.assertEq(_policy.operator(), OPERATOR, "now");
    }

    function test_handsOver() public {
        vm.expectEmit(address(_policy));
        emit FixedOperator.OperatorProposed(OPERATOR, NEXT);
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
        vm.assertEq(_policy.operatorAt(0), OPERATOR, "not yet");
        vm.expectEmit(address(_policy));
        emit FixedOperator.OperatorChanged(OPERATOR, NEXT);
        vm.prank(NEXT, NEXT);
        _policy.accept();
        vm.assertEq(_policy.operatorAt(0), NEXT, "handed over");
        vm.assertEq(_policy.proposedOperator(), address(0), "the proposal is used up");
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotProposedOperator.selector, address(0), NEXT));
        vm.prank(NEXT, NEXT);
        _policy.accept();
    }

    function test_attack_othersUseTheRole() public {
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotOperator.selector, OPERATOR, NEXT));
        vm.prank(NEXT);
        _policy.propose(NEXT);
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotOperator.selector, OPERATOR, NEXT));
        vm.prank(NEXT);
        _policy.burn();
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotProposedOperator.selector, address(0), NEXT));
        vm.prank(NEXT, NEXT);
        _policy.accept();
    }

    /// Before it accepts, the proposed account has nothing of the role.
    function test_attack_proposedUsesTheRole() public {
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
        bytes memory reason = abi.encodeWithSelector(FixedOperator.NotOperator.selector, OPERATOR, NEXT);
        vm.expectRevert(reason);
        vm.prank(NEXT, NEXT);
        _policy.burn();
        vm.expectRevert(reason);
        vm.prank(NEXT, NEXT);
        _policy.propose(NEXT);
    }

    function test_attack_acceptFromAConstructor() public {
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.prank(OPERATOR);
        _policy.propose(next);
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.OperatorNotPlainAccount.selector, next));
        new AccepterInConstructor(_policy);
    }

    function test_withdrawnProposal() public {
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
        vm.prank(OPERATOR);
        _policy.propose(address(0));
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotProposedOperator.selector, address(0), NEXT));
        vm.prank(NEXT, NEXT);
        _policy.accept();
    }

    function test_burnIsFinal() public {
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
        vm.prank(OPERATOR);
        _policy.burn();
        vm.assertEq(_policy.operatorAt(0), address(0), "nobody");
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotProposedOperator.selector, address(0), NEXT));
        vm.prank(NEXT, NEXT);
        _policy.accept();
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.NotOperator.selector, address(0), OPERATOR));
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
    }

    /// An account with code cannot submit: as the operator it would only keep others waiting.
    function test_attack_operatorWithCode() public {
        Accepter accepter = new Accepter();
        bytes memory reason = abi.encodeWithSelector(FixedOperator.OperatorNotPlainAccount.selector, address(accepter));
        vm.expectRevert(reason);
        new FixedOperator(address(accepter));
        vm.prank(OPERATOR);
        _policy.propose(address(accepter));
        vm.expectRevert(reason);
        accepter.accept(_policy);
        vm.etch(NEXT, abi.encodePacked(hex"ef0100", address(accepter)));
        vm.prank(OPERATOR);
        _policy.propose(NEXT);
        vm.expectRevert(abi.encodeWithSelector(FixedOperator.OperatorNotPlainAccount.selector, NEXT));
        vm.prank(NEXT, NEXT);
        _policy.accept();
        vm.expectRevert(FixedOperator.ZeroOperator.selector);
        new FixedOperator(address(0));
    }
}
