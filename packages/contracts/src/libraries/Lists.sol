// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";

/// @title Polynomials and hashes over the lists of a batch (spec 3.10, 4.2)
/// @dev In assembly because the loops run for every cell and record. Lengths are checked by the caller: whole cells and
///      records. A word is read by loading the 32 bytes that start with it and dropping the rest; what is loaded beyond
///      the list is always dropped.
library Lists {
    uint256 private constant CELL_BYTES = 26;
    uint256 private constant RECORD_BYTES = 76;
    uint256 private constant PAYOUT_BYTES = 40;

    /// @notice D: cell i at degree i, modulo the order of BLS12-381's scalar field; by Horner's rule, the last cell
    ///         first.
    /// @dev A sum is below the modulus plus 2^208, which `mulmod` takes and 256 bits hold.
    function evaluateCells(bytes calldata cells, uint256 point) internal pure returns (uint256 sum) {
        uint256 modulus = Constants.BLOB_MODULUS;
        assembly ("memory-safe") {
            let start := cells.offset
            for { let at := add(start, cells.length) } gt(at, start) {} {
                at := sub(at, CELL_BYTES)
                sum := add(mulmod(sum, point, modulus), shr(48, calldataload(at)))
            }
            sum := mod(sum, modulus)
        }
    }

    /// @notice E_L: the words of record i, of 21, 23 and 32 bytes, at degrees 3i, 3i + 1, 3i + 2, modulo r.
    function evaluateL1Records(bytes calldata records, uint256 point) internal pure returns (uint256 sum) {
        uint256 modulus = Constants.FIELD_MODULUS;
        assembly ("memory-safe") {
            let start := records.offset
            for { let at := add(start, records.length) } gt(at, start) {} {
                at := sub(at, RECORD_BYTES)
                sum := addmod(mulmod(sum, point, modulus), calldataload(add(at, 44)), modulus)
                sum := addmod(mulmod(sum, point, modulus), shr(72, calldataload(add(at, 21))), modulus)
                sum := addmod(mulmod(sum, point, modulus), shr(88, calldataload(at)), modulus)
            }
        }
    }

    /// @notice E_P: the words of payout i, of 24 and 16 bytes, at degrees 2i and 2i + 1, modulo r.
    function evaluatePayouts(bytes calldata payouts, uint256 point) internal pure returns (uint256 sum) {
        uint256 modulus = Constants.FIELD_MODULUS;
        assembly ("memory-safe") {
            let start := payouts.offset
            for { let at := add(start, payouts.length) } gt(at, start) {} {
                at := sub(at, PAYOUT_BYTES)
                sum := addmod(mulmod(sum, point, modulus), shr(128, calldataload(add(at, 24))), modulus)
                sum := addmod(mulmod(sum, point, modulus), shr(64, calldataload(at)), modulus)
            }
        }
    }

    /// @notice Queue hash after `records`, from the one before them.
    function rollingHash(bytes32 hashBefore, bytes calldata records) internal pure returns (bytes32 hash) {
        hash = hashBefore;
        assembly ("memory-safe") {
            // Beyond what is allocated; nothing is allocated meanwhile.
            let buffer := mload(0x40)
            let end := add(records.offset, records.length)
            for { let at := records.offset } lt(at, end) { at := add(at, RECORD_BYTES) } {
                mstore(buffer, hash)
                calldatacopy(add(buffer, 0x20), at, RECORD_BYTES)
                hash := keccak256(buffer, add(0x20, RECORD_BYTES))
            }
        }
    }
}
