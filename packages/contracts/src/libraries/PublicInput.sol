// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "../interfaces/RollupTypes.sol";

/// @title What a proof is about (spec 5)
library PublicInput {
    /// @dev The part that the contract knows without the header.
    struct Context {
        uint64 chainId;
        address rollup;
        uint32 oldNextIndex;
        bytes32 queueHashBefore;
        bytes32 queueHashAfter;
        bytes12 feeIndices;
        bytes32 dataPoint;
        bytes32 dataEvaluation;
    }

    /// @notice SHA-256 of the 332-byte preimage with its first byte cleared: a field element.
    function compute(Context memory context, BatchHeader calldata header) internal pure returns (bytes32) {
        return sha256(preimage(context, header)) & ~bytes32(bytes1(0xff));
    }

    /// @notice The preimage, field by field in the order of spec 5.
    function preimage(Context memory context, BatchHeader calldata header) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(
                context.chainId,
                context.rollup,
                header.firstBlock,
                header.lastBlock,
                header.timestamp,
                header.oldRoot,
                context.oldNextIndex,
                header.newRoot,
                header.newNextIndex
            ),
            abi.encodePacked(
                context.queueHashBefore,
                context.queueHashAfter,
                header.l1OperationCount,
                header.payoutsHash,
                header.txRoot,
                context.feeIndices,
                context.dataPoint,
                context.dataEvaluation
            )
        );
    }
}
