// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {Poseidon2} from "./Poseidon2.sol";

/// @title The 4-ary tree of depth 12 (spec 1.3), from some leaves and the siblings of their paths
library MerkleTree {
    uint256 private constant ARITY_BITS = 2;
    uint256 private constant MAX_FIELD = Constants.FIELD_MODULUS - 1;

    /// @notice The root of every tree with these leaves and siblings; both lists of leaves are overwritten.
    /// @param positions Indices of the leaves, below 4^12, in strictly ascending order, at least one.
    /// @param nodes Their hashes, below r.
    /// @param siblings From the leaves' level up, for each parent of known nodes in ascending order, its children that
    /// are
    ///        not known, in the order of their positions.
    /// @dev Level by level, the known nodes are replaced by their parents; their lists shrink in place. Every level is
    ///      processed, so a node of another level never passes for a leaf.
    function climb(
        Poseidon2.Parameters parameters,
        uint256[] memory positions,
        uint256[] memory nodes,
        bytes32[] calldata siblings
    ) internal pure returns (uint256 root) {
        uint256[4] memory children;
        uint256 count = nodes.length;
        uint256 used = 0;
        for (uint256 level = 0; level < Constants.TREE_DEPTH; level++) {
            uint256 parents = 0;
            for (uint256 i = 0; i < count; parents++) {
                uint256 first = positions[i] >> ARITY_BITS << ARITY_BITS;
                for (uint256 digit = 0; digit < Constants.TREE_ARITY; digit++) {
                    bool isKnown = i < count && positions[i] == first + digit;
                    children[digit] = isKnown ? nodes[i++] : _siblingAt(siblings, used++);
                }
                positions[parents] = first >> ARITY_BITS;
                nodes[parents] = Poseidon2.compress(parameters, children);
            }
            count = parents;
        }
        if (used != siblings.length) revert IRollupErrors.ProofLengthMismatch(used, siblings.length);
        return nodes[0];
    }

    /// @dev 0 beyond the end: the caller counts what it used and refuses at the end.
    function _siblingAt(bytes32[] calldata siblings, uint256 at) private pure returns (uint256 sibling) {
        if (at >= siblings.length) return 0;
        sibling = uint256(siblings[at]);
        if (sibling > MAX_FIELD) revert IRollupErrors.FieldOutOfRange(MAX_FIELD, sibling);
    }
}
