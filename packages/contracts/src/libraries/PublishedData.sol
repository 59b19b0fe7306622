// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title Published data of a block (spec 3.1)
library PublishedData {
    /// @notice Bytes of the fixed-length data of a block of `slots` slots.
    function length(uint256 slots) internal pure returns (uint256) {
        return Constants.FEE_TOKENS_PER_BLOCK * Constants.INDEX_BYTES + slots * Constants.SLOT_BYTES + slots
            / Constants.CAPACITY_DIVISOR * Constants.EXTRA_BYTES;
    }

    /// @notice SHA-256 of `data` with the trailing zeros that calldata leaves out. Reverts when it is too long.
    function hash(bytes calldata data, uint256 slots) internal pure returns (bytes32) {
        uint256 padded = length(slots);
        if (data.length > padded) revert IRollupErrors.DataTooLong(padded, data.length);
        return sha256(bytes.concat(data, new bytes(padded - data.length)));
    }
}
