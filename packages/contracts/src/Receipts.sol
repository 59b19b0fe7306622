// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {Poseidon2} from "./libraries/Poseidon2.sol";
import {IReceipts, Receipt} from "./interfaces/IReceipts.sol";
import {IRollup} from "./interfaces/IRollup.sol";

/// @title Proves on L1 what a batch contains
/// @dev Without storage or money. The depth of a path follows from the header cell, which the block hash fixes; the
///      caller never chooses it, so no inner node passes for a cell.
contract Receipts is IReceipts {
    uint256 private constant ARITY_BITS = 2;
    uint256 private constant SIBLINGS = 3;
    uint256 private constant MAX_FIELD = Constants.FIELD_MODULUS - 1;
    uint256 private constant MAX_CELL = 2 ** Constants.CELL_BITS - 1;
    uint256 private constant MAX_WORD = 2 ** Constants.WORD_BITS - 1;
    uint256 private constant SIZE_SHIFT = 200;
    uint256 private constant L1_COUNT_SHIFT = 184;
    uint256 private constant TIMESTAMP_SHIFT = 104;

    /// @inheritdoc IReceipts
    function cellAt(address rollup, Receipt calldata receipt)
        external
        view
        returns (uint64 blockNumber, uint64 timestamp, uint256 cell)
    {
        blockNumber = _check(rollup, receipt);
        return (blockNumber, uint64(receipt.headerCell >> TIMESTAMP_SHIFT), receipt.cell);
    }

    /// @inheritdoc IReceipts
    function slotAt(address rollup, Receipt calldata receipt, uint256 slot)
        external
        view
        returns (uint64 blockNumber, uint64 timestamp, uint256 word)
    {
        blockNumber = _check(rollup, receipt);
        uint256 slots = 4 ** (receipt.headerCell >> SIZE_SHIFT);
        if (slot >= slots || slot / 2 != receipt.position) revert NotTheSlotsCell(slot, receipt.position);
        word = slot % 2 == 0 ? receipt.cell >> Constants.WORD_BITS : receipt.cell & MAX_WORD;
        bool isL1Operation = slot < uint16(receipt.headerCell >> L1_COUNT_SHIFT);
        if (isL1Operation || word == 0) revert NoTransactionThere(slot);
        return (blockNumber, uint64(receipt.headerCell >> TIMESTAMP_SHIFT), word);
    }

    function _check(address rollup, Receipt calldata receipt) private view returns (uint64 blockNumber) {
        _requireCommitment(rollup, receipt);
        uint256 levels = receipt.headerCell >> SIZE_SHIFT;
        if (levels < 2 || levels > 5) revert UnknownBlockSize(levels);
        if (receipt.cellSiblings.length != SIBLINGS * levels) {
            revert PathLengthMismatch(SIBLINGS * levels, receipt.cellSiblings.length);
        }
        _requireBelow(4 ** levels, receipt.position);
        if (receipt.cell > MAX_CELL) revert ValueOutOfRange(MAX_CELL, receipt.cell);
        // The header is that of an accepted batch, whose last block is not before the first.
        _requireBelow(uint256(receipt.header.lastBlock - receipt.header.firstBlock) + 1, receipt.blockPosition);
        _requireBelow(Constants.MAX_BATCH_BLOCKS, receipt.blockPosition);
        blockNumber = receipt.header.firstBlock + uint64(receipt.blockPosition);
        bytes32 root = _climb(receipt, blockNumber);
        if (root != receipt.header.blocksRoot) revert BlocksRootMismatch(receipt.header.blocksRoot, root);
    }

    function _requireCommitment(address rollup, Receipt calldata receipt) private view {
        bytes32 expected = IRollup(rollup).batchCommitment(receipt.batchNumber);
        bytes32 actual = keccak256(abi.encode(receipt.header, receipt.dataCommitment, receipt.payoutsHash));
        if (actual != expected) revert BatchCommitmentMismatch(expected, actual);
    }

    /// @dev From the cell to the cells root, with it to the block hash, from there to the blocks root.
    function _climb(Receipt calldata receipt, uint64 blockNumber) private pure returns (bytes32) {
        Poseidon2.Parameters parameters = Poseidon2.load();
        uint256 node = receipt.cell;
        uint256 position = receipt.position;
        uint256 siblings = receipt.cellSiblings.length;
        for (uint256 i = 0; i < siblings; i += SIBLINGS) {
            bytes32[] calldata path = receipt.cellSiblings[i:i + SIBLINGS];
            node = _parent(parameters, node, position, _field(path[0]), _field(path[1]), _field(path[2]));
            position >>= ARITY_BITS;
        }
        uint256[4] memory words = [_field(receipt.previousBlockHash), node, receipt.headerCell, blockNumber];
        node = Poseidon2.compress(parameters, words);
        position = receipt.blockPosition;
        for (uint256 i = 0; i < 9; i += SIBLINGS) {
            bytes32[9] calldata path = receipt.blockSiblings;
            node = _parent(parameters, node, position, _field(path[i]), _field(path[i + 1]), _field(path[i + 2]));
            position >>= ARITY_BITS;
        }
        return bytes32(node);
    }

    /// @dev The node whose children are `node`, at the place of the last base-4 digit of `position`, and the others in
    ///      their order.
    function _parent(
        Poseidon2.Parameters parameters,
        uint256 node,
        uint256 position,
        uint256 first,
        uint256 second,
        uint256 third
    ) private pure returns (uint256) {
        uint256 digit = position & 3;
        uint256[4] memory children = [first, second, third, third];
        if (digit < 3) children[2] = second;
        if (digit < 2) children[1] = first;
        children[digit] = node;
        return Poseidon2.compress(parameters, children);
    }

    function _field(bytes32 element) private pure returns (uint256) {
        if (uint256(element) > MAX_FIELD) revert ValueOutOfRange(MAX_FIELD, uint256(element));
        return uint256(element);
    }

    function _requireBelow(uint256 count, uint256 position) private pure {
        if (position >= count) revert NoSuchPosition(count, position);
    }
}
