// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "./RollupTypes.sol";

/// @notice A Merkle path from a cell of a block to what L1 stores about its batch (spec 3.9).
/// @param batchNumber Number of the batch.
/// @param header Its header, data commitment and payouts hash, as in its event.
/// @param blockPosition Place of the block in the batch, from 0.
/// @param previousBlockHash Block hash before the block.
/// @param headerCell First cell of the block.
/// @param position Place of the cell under the cells root: slot cells first, then those of extras.
/// @param cell The cell, below 2^208.
/// @param cellSiblings From the cell up, the three other children of each parent, ascending: three for each level.
/// @param blockSiblings The same from the block hash up: nine.
struct Receipt {
    uint64 batchNumber;
    BatchHeader header;
    bytes32 dataCommitment;
    bytes32 payoutsHash;
    uint256 blockPosition;
    bytes32 previousBlockHash;
    uint256 headerCell;
    uint256 position;
    uint256 cell;
    bytes32[] cellSiblings;
    bytes32[9] blockSiblings;
}

/// @title Proves on L1 what a batch contains (spec 3.9, 7.10)
/// @notice The caller chooses the rollup, and so whom it believes: a receipt says nothing about whether that is one.
interface IReceipts {
    /// @notice A value is not below the field modulus, or a cell not below 2^208.
    error ValueOutOfRange(uint256 maximum, uint256 actual);
    /// @notice The header cell names no block size: 4^k slots with k = 2 … 5.
    error UnknownBlockSize(uint256 k);
    /// @notice The block has no such cell, or the batch no such block.
    error NoSuchPosition(uint256 count, uint256 position);
    /// @notice The path from the cell to the cells root has another length.
    error PathLengthMismatch(uint256 expected, uint256 actual);
    /// @notice The rollup has no batch of this number with this header, data commitment and payouts hash.
    error BatchCommitmentMismatch(bytes32 expected, bytes32 actual);
    /// @notice The path does not lead to the blocks root of the batch.
    error BlocksRootMismatch(bytes32 expected, bytes32 actual);
    /// @notice The cell does not contain this slot: it holds others, or belongs to an extra.
    error NotTheSlotsCell(uint256 slot, uint256 position);
    /// @notice The slot holds an L1 operation or nothing.
    error NoTransactionThere(uint256 slot);

    /// @notice The cell that `receipt` proves, with the block that contains it. Reverts on an invalid receipt.
    /// @return blockNumber Number of the block.
    /// @return timestamp Its timestamp, seconds.
    /// @return cell The cell, 26 bytes.
    function cellAt(address rollup, Receipt calldata receipt)
        external
        view
        returns (uint64 blockNumber, uint64 timestamp, uint256 cell);

    /// @notice The word of the L2 transaction in `slot`, whose cell `receipt` proves. Reverts on an invalid receipt,
    ///         and when the slot holds no L2 transaction.
    /// @return blockNumber Number of the block.
    /// @return timestamp Its timestamp, seconds.
    /// @return word from 24 ‖ to 24 ‖ amount 40 (float40) ‖ fee 16 (float16): what moved between which accounts.
    function slotAt(address rollup, Receipt calldata receipt, uint256 slot)
        external
        view
        returns (uint64 blockNumber, uint64 timestamp, uint256 word);
}
