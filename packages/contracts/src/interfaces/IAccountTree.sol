// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountLeaf} from "./RollupTypes.sol";

/// @title Hashes accounts and Merkle proofs to the root of a state (spec 1, 8.4)
interface IAccountTree {
    /// @notice The root of every state that contains these accounts with these siblings.
    /// @param accounts In strictly ascending order of their indices, at least one.
    /// @param siblings From the leaves' level up, for each parent of known nodes in ascending order, its children that
    /// are
    ///        not known, in the order of their positions; all of them are used.
    /// @dev Reverts (errors of IRollupErrors): NoAccounts, AccountsNotAscending, IndexOutOfRange, FieldOutOfRange,
    ///      ProofLengthMismatch.
    function computeRoot(AccountLeaf[] calldata accounts, bytes32[] calldata siblings) external pure returns (bytes32);
}
