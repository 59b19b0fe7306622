// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {vm} from "./Vm.sol";

/// Reads golden vectors.
abstract contract Json {
    function read(string memory name) internal view returns (string memory) {
        return vm.readFile(string.concat("../../vectors/", name, ".json"));
    }

    function item(string memory list, uint256 index, string memory field) internal pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(index), "].", field);
    }

    function has(string memory json, string memory key) internal view returns (bool) {
        return vm.keyExistsJson(json, key);
    }

    function word(string memory json, string memory key) internal pure returns (uint256) {
        return uint256(vm.parseJsonBytes32(json, key));
    }
}
