// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVerifier} from "../../src/interfaces/IVerifier.sol";

/// Stands in for a generated verifier: accepts exactly one proof for any 17 public inputs, their hash, so that whatever
/// alters an input is refused like a wrong proof.
contract KeccakVerifier is IVerifier {
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool) {
        return publicInputs.length == 17 && keccak256(proof) == keccak256(proofOf(address(this), publicInputs));
    }
}

/// Proofs differ between verifiers, like those of different circuits.
function proofOf(address verifier, bytes32[] memory publicInputs) pure returns (bytes memory) {
    return abi.encodePacked(keccak256(abi.encode(verifier, publicInputs)));
}

/// Fails in one of the ways in which a verifier can.
contract FailingVerifier is IVerifier {
    enum Way {
        ReturnsFalse,
        Reverts,
        ReturnsNothing,
        ReturnsTwo,
        ReturnsTwoWords,
        BurnsGas
    }

    error SumcheckFailed();

    Way private immutable WAY;

    constructor(Way way) {
        WAY = way;
    }

    function verify(bytes calldata, bytes32[] calldata) external view returns (bool) {
        if (WAY == Way.Reverts) revert SumcheckFailed();
        if (WAY == Way.BurnsGas) while (true) {}
        uint256 word = WAY == Way.ReturnsTwo ? 2 : WAY == Way.ReturnsTwoWords ? 1 : 0;
        uint256 length = WAY == Way.ReturnsNothing ? 0 : WAY == Way.ReturnsTwoWords ? 64 : 32;
        assembly {
            mstore(0x00, word)
            mstore(0x20, 1)
            return(0, length)
        }
    }
}
