// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title What has been paid out after a freeze (spec 8)
library Escape {
    /// @param exited One bit per account index, 256 to a word; written by `markExited` only.
    /// @param reclaimed One bit per queue position, 256 to a word; written by `markReclaimed` only.
    struct Data {
        mapping(uint256 word => uint256) exited;
        mapping(uint256 word => uint256) reclaimed;
    }

    /// @notice Reverts unless there is an account at `index` in a state with this `nextIndex`.
    function requireAssigned(uint32 index, uint32 nextIndex) internal pure {
        if (index < Constants.FIRST_ACCOUNT_INDEX || index >= nextIndex) {
            revert IRollupErrors.IndexNotAssigned(index, nextIndex);
        }
    }

    /// @notice Reverts when the account at `index` has been paid out.
    function requireNotExited(Data storage self, uint32 index) internal view {
        if (isExited(self, index)) revert IRollupErrors.AlreadyExited(index);
    }

    /// @notice Marks an account as paid out; reverts when it is already marked.
    function markExited(Data storage self, uint32 index) internal {
        if (!_mark(self.exited, index)) revert IRollupErrors.AlreadyExited(index);
    }

    /// @notice Marks a queue entry as paid back; reverts when it is already marked.
    function markReclaimed(Data storage self, uint64 position) internal {
        if (!_mark(self.reclaimed, position)) revert IRollupErrors.AlreadyReclaimed(position);
    }

    /// @notice Whether the account at `index` has been paid out.
    function isExited(Data storage self, uint32 index) internal view returns (bool) {
        return _isMarked(self.exited, index);
    }

    /// @notice Whether the queue entry at `position` has been paid back.
    function isReclaimed(Data storage self, uint64 position) internal view returns (bool) {
        return _isMarked(self.reclaimed, position);
    }

    /// @dev False when the bit is already set.
    function _mark(mapping(uint256 word => uint256) storage bits, uint256 position) private returns (bool) {
        uint256 bit = 1 << (position & 0xff);
        uint256 word = bits[position >> 8];
        if (word & bit != 0) return false;
        bits[position >> 8] = word | bit;
        return true;
    }

    function _isMarked(mapping(uint256 word => uint256) storage bits, uint256 position) private view returns (bool) {
        return bits[position >> 8] >> (position & 0xff) & 1 == 1;
    }
}
