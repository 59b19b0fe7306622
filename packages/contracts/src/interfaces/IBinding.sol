// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "./RollupTypes.sol";

/// @title Ties the lists and data of a batch to its proof (spec 3.10)
interface IBinding {
    /// @notice What the rollup knows about a batch besides the header.
    /// @param submitter Account that submits.
    /// @param oldNextIndex First unassigned account index before the batch.
    /// @param oldHistory History before the batch.
    /// @param queueHashBefore Queue hash at the head.
    /// @param queueHashAfter Queue hash after the entries that the batch consumes.
    struct Context {
        address submitter;
        uint32 oldNextIndex;
        bytes32 oldHistory;
        bytes32 queueHashBefore;
        bytes32 queueHashAfter;
    }

    /// @notice What follows from a batch.
    /// @param dataCommitment keccak256 of the data, or the blob's versioned hash.
    /// @param payoutsHash keccak256 of the payout list.
    /// @param publicInputs The 17 public inputs that its proof must have (spec 5.1).
    struct Bound {
        bytes32 dataCommitment;
        bytes32 payoutsHash;
        bytes32[] publicInputs;
    }

    /// @notice Checks the form of lists and data and computes the public inputs. The caller is the rollup of the batch.
    /// @dev Reverts (errors of IRollupErrors): L1RecordsMismatch, PayoutListMalformed, UnknownDataSource,
    ///      DataMalformed, NoBlob, OpeningRefused.
    /// @param header What the batch claims; the caller checked its field elements.
    /// @param context What the rollup adds.
    /// @param l1Records Records of the consumed entries, 76 bytes each.
    /// @param payouts Payout records, 40 bytes each.
    /// @param data Cells of 26 bytes each, or the opening of the blob.
    function bind(
        BatchHeader calldata header,
        Context calldata context,
        bytes calldata l1Records,
        bytes calldata payouts,
        bytes calldata data
    ) external view returns (Bound memory);
}
