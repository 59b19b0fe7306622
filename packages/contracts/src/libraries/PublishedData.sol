// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title Published data of a block (spec 3.1, 3.6)
library PublishedData {
    uint256 private constant FEE_INDICES_BYTES = 12;
    uint256 private constant SLOT_SHIFT = 256 - 8 * 13;
    uint256 private constant OWNER_BYTES = 20;
    uint256 private constant OWNER_SHIFT = 256 - 8 * 20;

    /// @notice What ties a proof to published bytes.
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

    /// @notice Binds `data`, with the trailing zeros that calldata leaves out, to the txRoot of its block. Reverts when it is
    ///         too long or a key in it is not a field element.
    function bind(bytes calldata data, uint256 slots, bytes32 txRoot) internal pure returns (Binding memory binding) {
        uint256 fullLength = length(slots);
        if (data.length > fullLength) revert IRollupErrors.DataTooLong(fullLength, data.length);
        bytes memory padded = bytes.concat(data, new bytes(fullLength - data.length));
        binding.dataHash = sha256(padded);
        binding.feeIndices = bytes12(_wordAt(padded, 0));
        binding.point = sha256(bytes.concat(binding.dataHash, txRoot)) & ~bytes32(bytes1(0xff));
        binding.evaluation = bytes32(_evaluate(padded, slots, uint256(binding.point)));
    }

    /// @dev Horner's rule from the last coefficient: key and owner of each extra, then the slot words.
    function _evaluate(bytes memory padded, uint256 slots, uint256 point) private pure returns (uint256 sum) {
        uint256 modulus = Constants.FIELD_MODULUS;
        uint256 extras = FEE_INDICES_BYTES + slots * Constants.SLOT_BYTES;
        for (uint256 offset = padded.length; offset > extras;) {
            offset -= Constants.EXTRA_BYTES;
            uint256 key = uint256(_wordAt(padded, offset + OWNER_BYTES));
            if (key >= modulus) revert IRollupErrors.KeyOutOfRange(modulus - 1, key);
            sum = addmod(mulmod(sum, point, modulus), key, modulus);
            sum = addmod(mulmod(sum, point, modulus), uint256(_wordAt(padded, offset)) >> OWNER_SHIFT, modulus);
        }
        for (uint256 offset = extras; offset > FEE_INDICES_BYTES;) {
            offset -= Constants.SLOT_BYTES;
            sum = addmod(mulmod(sum, point, modulus), uint256(_wordAt(padded, offset)) >> SLOT_SHIFT, modulus);
        }
    }

    /// @dev The 32 bytes from `offset` on; what lies past the end is for the caller to cut off. Precondition: `offset` is inside.
    function _wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
