// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "../src/AccountTree.sol";
import {Binding} from "../src/Binding.sol";
import {Rollup} from "../src/Rollup.sol";
import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Circuit, Parameters, RollupState} from "../src/interfaces/RollupTypes.sol";
import {FailingVerifier} from "./support/KeccakVerifier.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract ConstructorTest is RollupTest {
    function test_startsFromGenesis() public view {
        RollupState memory state = rollup.state();
        vm.assertEq(state.root, Constants.GENESIS_ROOT, "root");
        vm.assertEq(uint256(state.nextIndex), 64, "next index");
        vm.assertEq(uint256(state.batchCount) + state.lastBlock + state.queueHead + state.queueTail, 0, "counters");
        vm.assertEq(uint256(state.lastBatchAt), block.timestamp, "idle clock starts at deployment");
        vm.assertTrue(!state.lastByStranger, "no stranger");
        vm.assertEq(state.history, Constants.GENESIS_HISTORY, "history");
        vm.assertEq(rollup.version(), 2, "version");
    }

    function test_reportsParameters() public {
        Parameters memory given = defaultParameters();
        vm.assertEq(abi.encode(rollup.parameters()), abi.encode(given), "as given");
        for (uint8 i = 0; i < 4; i++) {
            vm.assertEq(abi.encode(rollup.circuit(i)), abi.encode(given.circuits[i]), "circuit");
        }
        vm.assertEq(rollup.leader(), operator, "leader");
    }

    function test_refusesUnknownCircuitType() public {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownCircuitType.selector, 4));
        rollup.circuit(4);
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
        given.inclusionDelay = FREEZE_DELAY - 6 hours;
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
        given.returnDelay = 0;
        _expectInvalid(given, "returnDelay");

        given = defaultParameters();
        given.returnDelay = IDLE_DELAY + 1;
        _expectInvalid(given, "returnDelay");

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
        given.circuits[1].l1Capacity = 0;
        _expectInvalid(given, "l1Capacity");

        given = defaultParameters();
        given.circuits[3].l1Capacity = 513;
        _expectInvalid(given, "l1Capacity");

        given = defaultParameters();
        given.circuits[1].verifier = alice;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.VerifierWithoutCode.selector, alice));

        // Whoever owns the account could delegate to another verifier later.
        vm.etch(alice, abi.encodePacked(hex"ef0100", given.circuits[0].verifier));
        given.circuits[1].verifierCodeHash = alice.codehash;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.VerifierWithoutCode.selector, alice));

        given = defaultParameters();
        given.circuits[2].circuitType = 0;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.DuplicateCircuitType.selector, 0));
    }

    /// The limits themselves are allowed.
    function test_acceptsExtremes() public {
        Parameters memory given = defaultParameters();
        given.freezeDelay = 90 days;
        given.inclusionDelay = 90 days - 6 hours - 1;
        given.operatorIdleDelay = 90 days - 1;
        given.returnDelay = 90 days - 1;
        given.queueBaseFee = 0.01 ether;
        given.circuits[3].l1Capacity = 512;
        given.circuits[0].l1Capacity = 1;
        vm.assertEq(abi.encode(new Rollup(given).parameters()), abi.encode(given), "as given");
    }

    /// Verifiers and policy are those whose code the deployer knew.
    function test_codeHashes() public {
        address other = address(new FailingVerifier(FailingVerifier.Way.Reverts));
        Parameters memory given = defaultParameters();
        bytes32 expected = given.circuits[1].verifierCodeHash;
        given.circuits[1].verifier = other;
        _expectRefused(
            given, abi.encodeWithSelector(IRollupErrors.VerifierCodeMismatch.selector, expected, other.codehash)
        );
        given.circuits[1].verifierCodeHash = 0;
        _expectRefused(
            given, abi.encodeWithSelector(IRollupErrors.VerifierCodeMismatch.selector, bytes32(0), other.codehash)
        );
        given = defaultParameters();
        expected = given.policyCodeHash;
        given.policy = other;
        _expectRefused(
            given, abi.encodeWithSelector(IRollupErrors.PolicyCodeMismatch.selector, expected, other.codehash)
        );
        given.policy = alice;
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.PolicyWithoutCode.selector, alice));
        given.policy = address(0);
        _expectRefused(given, abi.encodeWithSelector(IRollupErrors.PolicyCodeMismatch.selector, expected, bytes32(0)));
    }

    function test_bringsItsAccountTree() public {
        vm.assertEq(rollup.accountTree().codehash, address(new AccountTree()).codehash, "code");
    }

    function test_bringsItsBinding() public {
        vm.assertEq(rollup.binding().codehash, address(new Binding()).codehash, "code");
    }

    function test_fitsTheCodeSizeLimit() public view {
        vm.assertLe(address(rollup).code.length, 24_576, "size of the rollup");
    }

    function test_acceptsNoPolicy() public {
        Parameters memory given = defaultParameters();
        (given.policy, given.policyCodeHash) = (address(0), 0);
        Rollup open = new Rollup(given);
        vm.assertTrue(open.isSubmissionOpen(), "open from the start");
        vm.assertEq(abi.encode(open.parameters()), abi.encode(given), "as given");
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
