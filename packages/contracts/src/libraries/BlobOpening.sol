// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title Values of a blob's polynomial, by the point-evaluation precompile of EIP-4844 (spec 7.4)
library BlobOpening {
    /// @notice Bytes of an opening: evaluation 32, KZG commitment 48, KZG proof 48.
    uint256 internal constant OPENING_BYTES = 128;

    address private constant POINT_EVALUATION = address(0x0a);
    /// @dev What the precompile returns on success: elements of a blob, and their modulus.
    bytes32 private constant ANSWER_HASH = keccak256(abi.encode(uint256(4096), Constants.BLOB_MODULUS));

    /// @notice The value at `point`, below the modulus, that `opening` proves for the blob of `versionedHash`. Reverts
    ///         with `OpeningRefused`. The caller checked the length.
    function valueAt(bytes32 versionedHash, uint256 point, bytes calldata opening)
        internal
        view
        returns (uint256 value)
    {
        value = uint256(bytes32(opening[:32]));
        (bool ok, bytes memory answer) =
            POINT_EVALUATION.staticcall(bytes.concat(versionedHash, bytes32(point), opening));
        // On a chain without the precompile the call succeeds and returns nothing.
        if (!ok || keccak256(answer) != ANSWER_HASH || value >= Constants.BLOB_MODULUS) {
            revert IRollupErrors.OpeningRefused(versionedHash);
        }
    }
}
