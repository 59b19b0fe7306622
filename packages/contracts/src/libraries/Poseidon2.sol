// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    DIAGONAL_0,
    DIAGONAL_1,
    DIAGONAL_2,
    DIAGONAL_3,
    FIRST_EXTERNAL_END,
    INTERNAL_END,
    MODULUS,
    ROUND_CONSTANTS,
    TABLE_END
} from "../generated/Poseidon2Constants.sol";

/// @title Poseidon2 permutation of width 4 over the BN254 scalar field (spec, notation)
/// @dev In assembly for its gas. Words are reduced late: 5 r < 2^256 < 6 r, so a sum of five reduced words fits, and
/// `mulmod`
///      and `addmod` take operands that are not reduced. The comments give each word's bound as a multiple of r. The
///      modulus is on the stack because the optimizer would replace such a frequently used constant by a slower copy
/// from the code.
library Poseidon2 {
    /// @dev Address of the round constants in memory.
    type Parameters is uint256;

    /// @notice Loads the round constants into memory, once for any number of hashes.
    function load() internal pure returns (Parameters) {
        bytes memory table = ROUND_CONSTANTS;
        uint256 at;
        assembly ("memory-safe") {
            at := add(table, 0x20)
        }
        return Parameters.wrap(at);
    }

    /// @notice `P(words)[0] + words[0] mod r`. The words, which it overwrites, have to be below r.
    function compress(Parameters parameters, uint256[4] memory words) internal pure returns (uint256 hash) {
        uint256 at = Parameters.unwrap(parameters);
        uint256 first = words[0];
        _externalLayer(words);
        _externalRounds(words, at, at + FIRST_EXTERNAL_END);
        _internalRounds(words, at + FIRST_EXTERNAL_END, at + INTERNAL_END);
        _externalRounds(words, at + INTERNAL_END, at + TABLE_END);
        return addmod(words[0], first, MODULUS);
    }

    /// @dev Words below 1 to words below 1.
    function _externalLayer(uint256[4] memory words) private pure {
        assembly ("memory-safe") {
            let r := MODULUS
            let a := mload(words)
            let b := mload(add(words, 0x20))
            let c := mload(add(words, 0x40))
            let d := mload(add(words, 0x60))
            let ab := add(a, b) // 2
            let cd := add(c, d) // 2
            let u := add(add(b, b), cd) // 4
            let v := add(add(d, d), ab) // 4
            let w := addmod(mulmod(cd, 4, r), v, r) // 1
            let z := addmod(mulmod(ab, 4, r), u, r) // 1
            mstore(words, addmod(v, z, r))
            mstore(add(words, 0x20), z)
            mstore(add(words, 0x40), addmod(u, w, r))
            mstore(add(words, 0x60), w)
        }
    }

    /// @dev One round for each four constants in [at, end): x → (x + constant)^5 on all words, then the external layer.
    function _externalRounds(uint256[4] memory words, uint256 at, uint256 end) private pure {
        assembly ("memory-safe") {
            let r := MODULUS
            let a := mload(words)
            let b := mload(add(words, 0x20))
            let c := mload(add(words, 0x40))
            let d := mload(add(words, 0x60))
            for {} lt(at, end) { at := add(at, 0x80) } {
                let square
                // Words and constants are below 1, so each sum below 2.
                a := add(a, mload(at))
                square := mulmod(a, a, r)
                a := mulmod(mulmod(square, square, r), a, r)
                b := add(b, mload(add(at, 0x20)))
                square := mulmod(b, b, r)
                b := mulmod(mulmod(square, square, r), b, r)
                c := add(c, mload(add(at, 0x40)))
                square := mulmod(c, c, r)
                c := mulmod(mulmod(square, square, r), c, r)
                d := add(d, mload(add(at, 0x60)))
                square := mulmod(d, d, r)
                d := mulmod(mulmod(square, square, r), d, r)

                let ab := add(a, b) // 2
                let cd := add(c, d) // 2
                let u := add(add(b, b), cd) // 4
                let v := add(add(d, d), ab) // 4
                d := addmod(mulmod(cd, 4, r), v, r) // 1
                b := addmod(mulmod(ab, 4, r), u, r) // 1
                a := addmod(v, b, r)
                c := addmod(u, d, r)
            }
            mstore(words, a)
            mstore(add(words, 0x20), b)
            mstore(add(words, 0x40), c)
            mstore(add(words, 0x60), d)
        }
    }

    /// @dev One round for each constant in [at, end): x → (x + constant)^5 on the first word, then the internal matrix,
    /// which
    ///      is all ones with another diagonal. Takes words below 1 and leaves words below 1.
    function _internalRounds(uint256[4] memory words, uint256 at, uint256 end) private pure {
        assembly ("memory-safe") {
            let r := MODULUS
            let a := mload(words)
            let b := mload(add(words, 0x20))
            let c := mload(add(words, 0x40))
            let d := mload(add(words, 0x60))
            for {} lt(at, end) { at := add(at, 0x20) } {
                // All words are below 2.
                a := add(a, mload(at)) // 3
                let sum := mulmod(a, a, r)
                a := mulmod(mulmod(sum, sum, r), a, r) // 1
                sum := addmod(add(a, b), add(c, d), r) // 1, from 3 and 4
                a := add(mulmod(a, DIAGONAL_0, r), sum) // 2
                b := add(mulmod(b, DIAGONAL_1, r), sum)
                c := add(mulmod(c, DIAGONAL_2, r), sum)
                d := add(mulmod(d, DIAGONAL_3, r), sum)
            }
            mstore(words, mod(a, r))
            mstore(add(words, 0x20), mod(b, r))
            mstore(add(words, 0x40), mod(c, r))
            mstore(add(words, 0x60), mod(d, r))
        }
    }
}
