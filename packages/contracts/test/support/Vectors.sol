// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "../../src/interfaces/RollupTypes.sol";
import {vm} from "./Vm.sol";
import {Model} from "./Model.sol";

/// One case of a golden vector file.
struct Case {
    string json;
    uint256 index;
}

/// Reads the golden vectors shared with TypeScript and the circuits.
library Vectors {
    function at(string memory name, uint256 index) internal view returns (Case memory) {
        return Case(vm.readFile(string.concat("../../vectors/", name, ".json")), index);
    }

    function exists(Case memory self) internal view returns (bool) {
        return vm.keyExistsJson(self.json, string.concat(".cases[", vm.toString(self.index), "]"));
    }

    function word(Case memory self, string memory field) internal pure returns (bytes32) {
        return vm.parseJsonBytes32(self.json, key(self, field));
    }

    function words(Case memory self, string memory field) internal pure returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(self.json, key(self, field));
    }

    function number(Case memory self, string memory field) internal pure returns (uint256) {
        return vm.parseJsonUint(self.json, key(self, field));
    }

    function data(Case memory self, string memory field) internal pure returns (bytes memory) {
        return vm.parseJsonBytes(self.json, key(self, field));
    }

    /// Byte strings of a list, one after the other.
    function joined(Case memory self, string memory field) internal view returns (bytes memory list) {
        for (uint256 i = 0;; i++) {
            string memory item = string.concat(key(self, field), "[", vm.toString(i), "]");
            if (!vm.keyExistsJson(self.json, item)) return list;
            list = bytes.concat(list, vm.parseJsonBytes(self.json, item));
        }
    }

    /// The header, which a file holds without filling (9.3).
    function header(Case memory self) internal pure returns (BatchHeader memory) {
        bytes memory packed = data(self, "header");
        return BatchHeader({
            circuitType: uint8(_number(packed, 0, 1)),
            dataSource: uint8(_number(packed, 1, 1)),
            firstBlock: uint64(_number(packed, 2, 8)),
            lastBlock: uint64(_number(packed, 10, 8)),
            firstTimestamp: uint64(_number(packed, 18, 8)),
            lastTimestamp: uint64(_number(packed, 26, 8)),
            newNextIndex: uint32(_number(packed, 34, 4)),
            oldRoot: bytes32(_number(packed, 38, 32)),
            newRoot: bytes32(_number(packed, 70, 32)),
            newHistory: bytes32(_number(packed, 102, 32)),
            blocksRoot: bytes32(_number(packed, 134, 32))
        });
    }

    function key(Case memory self, string memory field) internal pure returns (string memory) {
        return string.concat(".cases[", vm.toString(self.index), "].", field);
    }

    function _number(bytes memory packed, uint256 start, uint256 length) private pure returns (uint256 value) {
        bytes memory part = Model.slice(packed, start, length);
        for (uint256 i = 0; i < length; i++) {
            value = value << 8 | uint8(part[i]);
        }
    }
}
