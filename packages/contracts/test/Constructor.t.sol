// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Circuit, Parameters, RollupState} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract ConstructorTest is RollupTest {
    function test_startsFromGenesis() public view {
        RollupState memory state = rollup.state();
        vm.assertEq(state.root, Constants.GENESIS_ROOT, "root");
        vm.assertEq(uint256(state.nextIndex), 64, "next index");
        vm.assertEq(uint256(state.batchCount) + state.lastBlock + state.queueHead + state.queueTail, 0, "counters");
        vm.assertEq(uint256(state.lastOperatorBatchAt), block.timestamp, "idle clock starts at deployment");
    }

    function test_reportsParameters() public view {
        Parameters memory parameters = rollup.parameters();
        vm.assertEq(parameters.operator, operator, "operator");
        vm.assertEq(uint256(parameters.inclusionDelay), INCLUSION_DELAY, "inclusion delay");
        vm.assertEq(uint256(parameters.operatorIdleDelay), IDLE_DELAY, "idle delay");
        vm.assertEq(uint256(parameters.freezeDelay), FREEZE_DELAY, "freeze delay");
        vm.assertEq(uint256(parameters.queueBaseFee), BASE_FEE, "base fee");
        vm.assertEq(parameters.circuits.length, 3, "circuits");
        vm.assertEq(uint256(rollup.circuit(2).slots), 256, "slots");
        vm.assertEq(rollup.circuit(2).verifier, verifiers[2], "verifier");
    }

    function test_refusesUnknownCircuitType() public {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownCircuitType.selector, 3));
        rollup.circuit(3);
    }

    function test_refusesBadDelays() public {
        Parameters memory given = defaultParameters();
        given.inclusionDelay = 0;
        _expectInvalid(given, "inclusionDelay");

        given = defaultParameters();
        given.inclusionDelay = FREEZE_DELAY - 2 hours;
        _expectInvalid(given, "inclusionDelay");

        given = defaultParameters();
        given.inclusionDelay = type(uint64).max;
        _expectInvalid(given, "inclusionDelay");

        given = defaultParameters();
        given.operatorIdleDelay = 0;
        _expectInvalid(given, "operatorIdleDelay");

        given = defaultParameters();
        given.operatorIdleDelay = FREEZE_DELAY;
        _expectInvalid(given, "operatorIdleDelay");

        given = defaultParameters();
        given.freezeDelay = 90 days + 1;
        _expectInvalid(given, "freezeDelay");
    }

    function test_refusesBadBaseFee() public {
        Parameters memory given = defaultParameters();
        given.queueBaseFee = 0;
        _expectInvalid(given, "queueBaseFee");
        given.queueBaseFee = 0.01 ether + 1;
        _expectInvalid(given, "queueBaseFee");
    }

    function test_refusesBadCircuits() public {
        Parameters memory given = defaultParameters();
        given.circuits = new Circuit[](0);
        _expectInvalid(given, "circuits");

        given = defaultParameters();
        given.circuits[1].slots = 0;
        _expectInvalid(given, "slots");

        given = defaultParameters();
        given.circuits[1].slots = 18;
        _expectInvalid(given, "slots");

        given = defaultParameters();
        given.circuits[1].verifier = alice;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.VerifierWithoutCode.selector, alice));

        given = defaultParameters();
        given.circuits[2].circuitType = 0;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.DuplicateCircuitType.selector, 0));
    }

    function test_acceptsNoOperator() public {
        Parameters memory given = defaultParameters();
        given.operator = address(0);
        Rollup open = new Rollup(given);
        vm.assertTrue(open.isSubmissionOpen(), "open from the start");
    }

    function test_attack_plainTransferIsRefused() public {
        vm.prank(alice);
        (bool ok,) = address(rollup).call{value: 1 ether}("");
        vm.assertTrue(!ok, "no receive function");
    }

    function _expectInvalid(Parameters memory given, bytes32 name) private {
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.InvalidParameter.selector, name));
    }

    function _expectRefused(Parameters memory given, bytes memory reason) private {
        vm.expectRevert(reason);
        new Rollup(given);
    }
}
