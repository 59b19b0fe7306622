// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "../src/AccountTree.sol";
import {Rollup} from "../src/Rollup.sol";
import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Circuit, Parameters, RollupState} from "../src/interfaces/RollupTypes.sol";
import {RefusingVerifier} from "./support/KeccakVerifier.sol";
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

    /// @dev No EVM of a test can be given such a chain id, so the code is changed to read ADDRESS, which is longer, for CHAINID.
    function test_refusesAChainIdOfMoreThan64Bits() public {
        bytes memory creation = abi.encodePacked(type(Rollup).creationCode, abi.encode(defaultParameters()));
        vm.assertTrue(_replaceOpcode(creation, 0x46, 0x30) > 0, "the code reads the chain id");
        address next = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        address deployed;
        bytes memory answer;
        assembly {
            deployed := create(0, add(creation, 0x20), mload(creation))
            answer := mload(0x40)
            mstore(0x40, add(answer, and(add(returndatasize(), 0x3f), not(0x1f))))
            mstore(answer, returndatasize())
            returndatacopy(add(answer, 0x20), 0, returndatasize())
        }
        vm.assertEq(deployed, address(0), "deployed");
        bytes memory refusal = abi.encodeWithSelector(
            IRollupErrors.ChainIdTooLarge.selector, uint256(type(uint64).max), uint256(uint160(next))
        );
        vm.assertEq(answer, refusal, "refusal");
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
        given.circuits[1].slots = 1028;
        _expectInvalid(given, "slots");

        given = defaultParameters();
        given.circuits[1].verifier = alice;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.VerifierWithoutCode.selector, alice));

        given = defaultParameters();
        given.circuits[2].circuitType = 0;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.DuplicateCircuitType.selector, 0));
    }

    function test_acceptsTheLargestCircuit() public {
        Parameters memory given = defaultParameters();
        given.circuits[1].slots = 1024;
        vm.assertEq(uint256(new Rollup(given).circuit(1).slots), 1024, "slots");
    }

    function test_attack_verifierWithOtherCodeThanNamed() public {
        Parameters memory given = defaultParameters();
        address other = address(new RefusingVerifier());
        bytes32 expected = given.circuits[1].verifierCodeHash;
        given.circuits[1].verifier = other;
        _expectRefused(
            given, abi.encodeWithSelector(IRollupErrors.VerifierCodeMismatch.selector, expected, other.codehash)
        );
        given.circuits[1].verifierCodeHash = 0;
        _expectRefused(
            given, abi.encodeWithSelector(IRollupErrors.VerifierCodeMismatch.selector, bytes32(0), other.codehash)
        );
    }

    function test_attack_operatorWithCode() public {
        Parameters memory given = defaultParameters();
        given.operator = address(token);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.OperatorWithCode.selector, address(token));
        _expectRefused(given, reason);
    }

    function test_bringsItsAccountTree() public {
        vm.assertEq(rollup.accountTree().codehash, address(new AccountTree()).codehash, "code");
    }

    function test_fitsTheCodeSizeLimit() public view {
        vm.assertLe(address(rollup).code.length, 24_576, "size of the rollup");
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

    /// @dev Replaces an opcode wherever it is not part of pushed data; returns how often.
    function _replaceOpcode(bytes memory code, uint8 replaced, uint8 replacement) private pure returns (uint256 count) {
        for (uint256 i = 0; i < code.length; i++) {
            uint8 opcode = uint8(code[i]);
            if (opcode == replaced) {
                code[i] = bytes1(replacement);
                count++;
            }
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f;
        }
    }
}
