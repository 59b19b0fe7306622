// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title Published data of a block (spec 3.1, 3.6)
library PublishedData {
    uint256 private constant FEE_INDICES_BYTES = 12;
    uint256 private constant KEY_BYTES = 32;
    uint256 private constant SLOT_MASK = 2 ** (8 * 13) - 1;
    uint256 private constant OWNER_MASK = 2 ** (8 * 20) - 1;

    /// @notice The values that tie a proof to published bytes.
    /// @param dataHash SHA-256 of the padded bytes.
    /// @param feeIndices The four fee indices, 3 bytes each.
    /// @param point Where the data polynomial is evaluated; depends on all bytes and on txRoot.
    /// @param evaluation Its value there, a field element.
    struct Binding {
        bytes32 dataHash;
        bytes12 feeIndices;
        bytes32 point;
        bytes32 evaluation;
    }

    /// @notice Bytes of the fixed-length data of a block of `slots` slots.
    function length(uint256 slots) internal pure returns (uint256) {
        return FEE_INDICES_BYTES + slots * Constants.SLOT_BYTES + slots / Constants.CAPACITY_DIVISOR
            * Constants.EXTRA_BYTES;
    }

    /// @notice Binds `data`, with the trailing zeros that calldata leaves out, to the txRoot of its block. Reverts when
    /// it is
    ///         too long or a key in it is not a field element.
    function bind(bytes calldata data, uint256 slots, bytes32 txRoot) internal pure returns (Binding memory binding) {
        uint256 fullLength = length(slots);
        if (data.length > fullLength) revert IRollupErrors.DataTooLong(fullLength, data.length);
        bytes memory padded = bytes.concat(data, new bytes(fullLength - data.length));
        binding.dataHash = sha256(padded);
        binding.feeIndices = bytes12(bytes32(_wordBefore(padded, KEY_BYTES)));
        binding.point = sha256(bytes.concat(binding.dataHash, txRoot)) & ~bytes32(bytes1(0xff));
        binding.evaluation = bytes32(_evaluate(padded, slots, uint256(binding.point)));
    }

    /// @dev Horner's rule from the last coefficient: key and owner of each extra, then the slot words.
    function _evaluate(bytes memory padded, uint256 slots, uint256 point) private pure returns (uint256 sum) {
        uint256 slotsEnd = FEE_INDICES_BYTES + slots * Constants.SLOT_BYTES;
        uint256 modulus = Constants.FIELD_MODULUS;
        unchecked {
            for (uint256 at = padded.length; at > slotsEnd; at -= Constants.EXTRA_BYTES) {
                uint256 key = _wordBefore(padded, at);
                if (key >= modulus) revert IRollupErrors.KeyOutOfRange(modulus - 1, key);
                sum = addmod(mulmod(sum, point, modulus), key, modulus);
                uint256 owner = _wordBefore(padded, at - KEY_BYTES) & OWNER_MASK;
                sum = addmod(mulmod(sum, point, modulus), owner, modulus);
            }
        }
        uint256 mask = SLOT_MASK;
        uint256 step = Constants.SLOT_BYTES;
        // This loop runs for every transfer, so it is optimised for gas; the words are those of _wordBefore.
        assembly ("memory-safe") {
            let first := add(padded, FEE_INDICES_BYTES)
            for { let at := add(padded, slotsEnd) } gt(at, first) { at := sub(at, step) } {
                sum := addmod(mulmod(sum, point, modulus), and(mload(at), mask), modulus)
            }
        }
    }

    /// @dev The 32 bytes that end before `end`; for small `end` the first of them are the array's length, for the
    /// caller to mask.
    function _wordBefore(bytes memory data, uint256 end) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, end))
        }
    }
}
