// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVerifier} from "../../src/interfaces/IVerifier.sol";

/// Accepts exactly one proof per public input, its hash, so that a wrong header is rejected as a wrong proof is.
contract KeccakVerifier is IVerifier {
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool) {
        return publicInputs.length == 1 && keccak256(proof) == keccak256(proofOf(address(this), publicInputs[0]));
    }
}

/// Proofs differ from verifier to verifier, as those of different circuits do.
function proofOf(address verifier, bytes32 publicInput) pure returns (bytes memory) {
    return abi.encodePacked(keccak256(abi.encode(verifier, publicInput)));
}

/// Says no without reverting.
contract RefusingVerifier is IVerifier {
    function verify(bytes calldata, bytes32[] calldata) external pure returns (bool) {
        return false;
    }
}

/// Fails as generated verifiers do.
contract RevertingVerifier is IVerifier {
    error SumcheckFailed();

    function verify(bytes calldata, bytes32[] calldata) external pure returns (bool) {
        revert SumcheckFailed();
    }
}
