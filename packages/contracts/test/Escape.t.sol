// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Escape} from "../src/libraries/Escape.sol";
import {vm} from "./support/Vm.sol";

/// One bit per account and per entry.
contract EscapeMarksTest {
    using Escape for Escape.Data;

    Escape.Data private _escape;
    mapping(uint256 position => bool) private _exited;
    mapping(uint256 position => bool) private _reclaimed;

    function testFuzz_marksAreAlone(uint32[12] memory indices, uint64[12] memory positions) public {
        for (uint256 i = 0; i < 12; i++) {
            // Half of them close together, so that they share words and recur.
            uint32 index = i % 2 == 0 ? indices[i] : uint32(uint256(indices[0]) + i * 128);
            uint64 position = i % 2 == 0 ? positions[i] : uint64(uint256(positions[0]) + i * 64);
            if (!_exited[index]) _escape.markExited(index);
            if (!_reclaimed[position]) _escape.markReclaimed(position);
            (_exited[index], _reclaimed[position]) = (true, true);
            _expectMarked(index, position);
            _check(indices[0], positions[0]);
        }
    }

    function markExited(uint32 index) external {
        _escape.markExited(index);
    }

    function markReclaimed(uint64 position) external {
        _escape.markReclaimed(position);
    }

    function _expectMarked(uint32 index, uint64 position) private {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.AlreadyExited.selector, index));
        this.markExited(index);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.AlreadyReclaimed.selector, position));
        this.markReclaimed(position);
    }

    /// Around the first ones and in the neighbouring words, everything is as recorded.
    function _check(uint32 index, uint64 position) private view {
        for (uint256 step = 0; step < 13; step++) {
            for (uint256 near = 0; near < 2; near++) {
                uint32 nextIndex = uint32(uint256(index) + step * 128 + near);
                uint64 nextPosition = uint64(uint256(position) + step * 64 + near);
                vm.assertEq(_escape.isExited(nextIndex), _exited[nextIndex], "account");
                vm.assertEq(_escape.isReclaimed(nextPosition), _reclaimed[nextPosition], "entry");
            }
        }
    }
}
