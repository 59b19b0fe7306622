// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountLeaf} from "../../src/interfaces/RollupTypes.sol";
import {Poseidon2} from "../../src/libraries/Poseidon2.sol";

/// The state tree of consecutive accounts, and common proofs of some of them: spec 1 and 8.4, independent of the code
/// under test except for the permutation, which has golden vectors.
library TreeModel {
    uint256 internal constant DEPTH = 12;

    /// Nodes of each level from the first non-empty one; left and right of them the level is empty.
    struct Tree {
        uint256[13] firsts;
        uint256[][13] nodes;
        uint256[13] empties;
    }

    function build(AccountLeaf[] memory accounts) internal pure returns (Tree memory tree) {
        Poseidon2.Parameters parameters = Poseidon2.load();
        for (uint256 level = 0; level < DEPTH; level++) {
            uint256 below = tree.empties[level];
            tree.empties[level + 1] = Poseidon2.compress(parameters, [below, below, below, below]);
        }
        tree.firsts[0] = accounts.length == 0 ? 0 : accounts[0].index;
        tree.nodes[0] = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            require(accounts[i].index == tree.firsts[0] + i, "gap");
            tree.nodes[0][i] = leafHash(accounts[i]);
        }
        for (uint256 level = 1; level <= DEPTH; level++) _raise(tree, level, parameters);
    }

    function root(AccountLeaf[] memory accounts) internal pure returns (bytes32) {
        return bytes32(nodeAt(build(accounts), DEPTH, 0));
    }

    function nodeAt(Tree memory tree, uint256 level, uint256 position) internal pure returns (uint256) {
        uint256 first = tree.firsts[level];
        bool isEmpty = position < first || position >= first + tree.nodes[level].length;
        return isEmpty ? tree.empties[level] : tree.nodes[level][position - first];
    }

    /// Every node that is not an ancestor of one of the ascending `indices`, but whose parent is; by level and
    /// position.
    function siblings(Tree memory tree, uint256[] memory indices) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](3 * DEPTH * indices.length);
        uint256 count = 0;
        for (uint256 level = 0; level < DEPTH; level++) {
            for (uint256 i = 0; i < indices.length; i++) {
                uint256 parent = indices[i] >> 2 * (level + 1);
                if (i != 0 && parent == indices[i - 1] >> 2 * (level + 1)) continue;
                for (uint256 position = 4 * parent; position < 4 * parent + 4; position++) {
                    if (_isAncestor(level, position, indices)) continue;
                    list[count++] = bytes32(nodeAt(tree, level, position));
                }
            }
        }
        return take(list, 0, count);
    }

    function leafHash(AccountLeaf memory account) internal pure returns (uint256) {
        bytes30 meta = bytes30(abi.encodePacked(account.flags, account.nonce, account.tokenId, account.owner));
        uint256[4] memory words = [uint256(uint240(meta)), account.balance, account.key, 0];
        return Poseidon2.compress(Poseidon2.load(), words);
    }

    function nodeHash(uint256[4] memory children) internal pure returns (uint256) {
        return Poseidon2.compress(Poseidon2.load(), children);
    }

    function take(bytes32[] memory list, uint256 from, uint256 count) internal pure returns (bytes32[] memory part) {
        part = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) part[i] = list[from + i];
    }

    function _raise(Tree memory tree, uint256 level, Poseidon2.Parameters parameters) private pure {
        uint256 below = tree.nodes[level - 1].length;
        if (below == 0) return;
        uint256 first = tree.firsts[level - 1] / 4;
        uint256 last = (tree.firsts[level - 1] + below - 1) / 4;
        tree.firsts[level] = first;
        tree.nodes[level] = new uint256[](last - first + 1);
        for (uint256 position = first; position <= last; position++) {
            uint256[4] memory children;
            for (uint256 digit = 0; digit < 4; digit++) {
                children[digit] = nodeAt(tree, level - 1, 4 * position + digit);
            }
            tree.nodes[level][position - first] = Poseidon2.compress(parameters, children);
        }
    }

    function _isAncestor(uint256 level, uint256 position, uint256[] memory indices) private pure returns (bool) {
        for (uint256 i = 0; i < indices.length; i++) {
            if (indices[i] >> 2 * level == position) return true;
        }
        return false;
    }
}
