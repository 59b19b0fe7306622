// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVerifier} from "../../src/interfaces/IVerifier.sol";

/// Accepts exactly one proof per public input, its hash, so that a wrong header is rejected like a wrong proof.
contract KeccakVerifier is IVerifier {
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool) {
        return publicInputs.length == 1 && keccak256(proof) == keccak256(proofOf(address(this), publicInputs[0]));
    }
}

/// Proofs differ between verifiers, like those of different circuits.
function proofOf(address verifier, bytes32 publicInput) pure returns (bytes memory) {
    return abi.encodePacked(keccak256(abi.encode(verifier, publicInput)));
}

/// Says no without reverting.
contract RefusingVerifier is IVerifier {
    function verify(bytes calldata, bytes32[] calldata) external pure returns (bool) {
        return false;
    }
}

/// Fails like generated verifiers.
contract RevertingVerifier is IVerifier {
    error SumcheckFailed();

    function verify(bytes calldata, bytes32[] calldata) external pure returns (bool) {
        revert SumcheckFailed();
    }
}
