// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IReceipts, Receipt} from "../src/interfaces/IReceipts.sol";
import {Receipts} from "../src/Receipts.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Case, Vectors} from "./support/Vectors.sol";

/// Stands in for a rollup: holds commitments.
contract Commitments {
    mapping(uint64 batchNumber => bytes32) public batchCommitment;

    function set(uint64 batchNumber, bytes32 commitment) external {
        batchCommitment[batchNumber] = commitment;
    }
}

contract ReceiptsTest {
    using Vectors for Case;

    uint256 private constant WORD = 2 ** 104;

    Receipts private _receipts;
    Commitments private _rollup;

    function setUp() public {
        _receipts = new Receipts();
        _rollup = new Commitments();
    }

    function test_vectors() public {
        uint256 count = 0;
        uint256 transactions = 0;
        for (; Vectors.at("receipt", count).exists(); count++) {
            Case memory vector = Vectors.at("receipt", count);
            Receipt memory receipt = _receipt(vector);
            _rollup.set(receipt.batchNumber, vector.word("commitment"));
            (uint64 blockNumber, uint64 timestamp, uint256 cell) = _receipts.cellAt(address(_rollup), receipt);
            vm.assertEq(uint256(blockNumber), vector.number("blockNumber"), "block");
            vm.assertEq(uint256(timestamp), vector.number("timestamp"), "timestamp");
            vm.assertEq(bytes32(cell), vector.word("cell"), "cell");
            for (uint256 i = 0; i < 2; i++) {
                if (_expectSlot(vector, receipt, 2 * receipt.position + i)) transactions++;
            }
        }
        vm.assertGe(count, 8, "cases");
        vm.assertGe(transactions, 6, "slots");
    }

    /// One part altered by a bit: refused, whichever it is.
    function testFuzz_everyPartAltered(uint256 chosen, uint256 part, uint256 flip) public {
        Case memory vector = Vectors.at("receipt", chosen % 8);
        Receipt memory receipt = _receipt(vector);
        _rollup.set(receipt.batchNumber, vector.word("commitment"));
        flip = 1 << flip % 253;
        part %= 17;
        // A cell of zeros among others is at each of their places.
        if (part == 10 && receipt.cell == 0) part = 11;
        if (part == 0) receipt.batchNumber ^= uint64(1 << flip % 64);
        if (part == 1) receipt.header.firstBlock ^= 1;
        if (part == 2) receipt.header.lastBlock += 1;
        if (part == 3) receipt.header.newRoot ^= bytes32(flip);
        if (part == 4) receipt.header.blocksRoot ^= bytes32(flip);
        if (part == 5) receipt.dataCommitment ^= bytes32(flip);
        if (part == 6) receipt.payoutsHash ^= bytes32(flip);
        if (part == 7) receipt.blockPosition ^= flip;
        if (part == 8) receipt.previousBlockHash ^= bytes32(flip);
        if (part == 9) receipt.headerCell ^= flip;
        if (part == 10) receipt.position ^= flip;
        if (part == 11) receipt.cell ^= flip;
        if (part >= 12 && part < 15) receipt.cellSiblings[flip % receipt.cellSiblings.length] ^= bytes32(flip);
        if (part >= 15) receipt.blockSiblings[flip % 9] ^= bytes32(flip);
        (bool ok,) = address(_receipts).staticcall(abi.encodeCall(IReceipts.cellAt, (address(_rollup), receipt)));
        vm.assertTrue(!ok, "accepted");
    }

    /// The node above the cell in its place, with a path that is a level shorter, or one above the block hash.
    function test_otherDepth() public {
        (Receipt memory receipt,) = _first();
        bytes32[] memory shorter = new bytes32[](receipt.cellSiblings.length - 3);
        for (uint256 i = 0; i < shorter.length; i++) {
            shorter[i] = receipt.cellSiblings[3 + i];
        }
        uint256[4] memory children;
        uint256 digit = receipt.position % 4;
        for (uint256 i = 0; i < 3; i++) {
            children[i < digit ? i : i + 1] = uint256(receipt.cellSiblings[i]);
        }
        children[digit] = receipt.cell;
        receipt.cell = Poseidon2.compress(Poseidon2.load(), children);
        receipt.position /= 4;
        receipt.cellSiblings = shorter;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.PathLengthMismatch.selector, 6, 3));
        // A header cell of a smaller size would fit the path, but is another one.
        receipt.headerCell = receipt.headerCell % 2 ** 200 + (uint256(1) << 200);
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.UnknownBlockSize.selector, 1));
        // A node in the place of a cell, with a path of the right length.
        bytes32[] memory longer = new bytes32[](6);
        for (uint256 i = 0; i < 3; i++) {
            longer[i] = shorter[i];
        }
        receipt.headerCell = receipt.headerCell % 2 ** 200 + (uint256(2) << 200);
        receipt.cellSiblings = longer;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.ValueOutOfRange.selector, 2 ** 208 - 1, receipt.cell));
    }

    function test_unknownBlockSizes() public {
        (Receipt memory receipt,) = _first();
        uint256 rest = receipt.headerCell % 2 ** 200;
        for (uint256 k = 0; k < 9; k++) {
            if (k >= 2 && k <= 5) continue;
            receipt.headerCell = rest + (k << 200);
            _expectRefused(receipt, abi.encodeWithSelector(IReceipts.UnknownBlockSize.selector, k));
        }
        receipt.headerCell = type(uint256).max;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.UnknownBlockSize.selector, 2 ** 56 - 1));
    }

    /// A key whose bytes look like a transfer is no slot.
    function test_extraIsNoSlot() public {
        bool found = false;
        for (uint256 i = 0; Vectors.at("receipt", i).exists(); i++) {
            Case memory vector = Vectors.at("receipt", i);
            Receipt memory receipt = _receipt(vector);
            uint256 slots = vector.number("slotCount");
            if (receipt.position < slots / 2) continue;
            found = true;
            _rollup.set(receipt.batchNumber, vector.word("commitment"));
            _receipts.cellAt(address(_rollup), receipt);
            for (uint256 slot = 2 * receipt.position; slot < 2 * receipt.position + 2; slot++) {
                _expectNoSlot(
                    receipt, slot, abi.encodeWithSelector(IReceipts.NotTheSlotsCell.selector, slot, receipt.position)
                );
            }
            // Nor does another slot's number help.
            bytes memory reason = abi.encodeWithSelector(IReceipts.NotTheSlotsCell.selector, 0, receipt.position);
            _expectNoSlot(receipt, 0, reason);
        }
        vm.assertTrue(found, "an extra");
    }

    /// Slots of L1 operations, whatever their word, and noops: in a tree made for it.
    function test_noTransactionThere() public {
        uint256 word = 64 << 80 | 65 << 56 | 5 << 16;
        // 16 slots, two L1 operations: slots 0 and 1 are not transactions, 2 is one, 3 is a noop.
        Receipt memory receipt = _made(0, word * WORD + word, 2);
        _expectNoSlot(receipt, 0, abi.encodeWithSelector(IReceipts.NoTransactionThere.selector, 0));
        _expectNoSlot(receipt, 1, abi.encodeWithSelector(IReceipts.NoTransactionThere.selector, 1));
        receipt = _made(1, word * WORD, 2);
        (uint64 blockNumber, uint64 timestamp, uint256 shown) = _receipts.slotAt(address(_rollup), receipt, 2);
        vm.assertEq(shown, word, "the word");
        vm.assertEq(uint256(blockNumber), 7, "block");
        vm.assertEq(uint256(timestamp), 1_800_000_000, "timestamp");
        _expectNoSlot(receipt, 3, abi.encodeWithSelector(IReceipts.NoTransactionThere.selector, 3));
        _expectNoSlot(receipt, 4, abi.encodeWithSelector(IReceipts.NotTheSlotsCell.selector, 4, 1));
        _expectNoSlot(
            receipt, type(uint256).max, abi.encodeWithSelector(IReceipts.NotTheSlotsCell.selector, type(uint256).max, 1)
        );
    }

    /// x + r hashes like x.
    function test_fieldElementsBelowModulus() public {
        (Receipt memory receipt,) = _first();
        for (uint256 i = 0; i < receipt.cellSiblings.length; i++) {
            bytes32 sibling = receipt.cellSiblings[i];
            receipt.cellSiblings[i] = bytes32(uint256(sibling) + Model.R);
            _expectOutOfRange(receipt, uint256(sibling) + Model.R);
            receipt.cellSiblings[i] = sibling;
        }
        for (uint256 i = 0; i < 9; i++) {
            bytes32 sibling = receipt.blockSiblings[i];
            receipt.blockSiblings[i] = bytes32(uint256(sibling) + Model.R);
            _expectOutOfRange(receipt, uint256(sibling) + Model.R);
            receipt.blockSiblings[i] = sibling;
        }
        bytes32 previous = receipt.previousBlockHash;
        receipt.previousBlockHash = bytes32(uint256(previous) + Model.R);
        _expectOutOfRange(receipt, uint256(previous) + Model.R);
        receipt.previousBlockHash = previous;
        _receipts.cellAt(address(_rollup), receipt);
        receipt.cell += Model.R;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.ValueOutOfRange.selector, 2 ** 208 - 1, receipt.cell));
    }

    function test_blockBehindTheEnd() public {
        (Receipt memory receipt, uint256 blocks) = _first();
        receipt.blockPosition = blocks;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.NoSuchPosition.selector, blocks, blocks));
        receipt.blockPosition = 2 ** 64;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.NoSuchPosition.selector, blocks, 2 ** 64));
        // A rollup that said more blocks than a batch can have: the tree still has 64 leaves.
        receipt.header.lastBlock = receipt.header.firstBlock + 1000;
        receipt.blockPosition = 64;
        _rollup.set(receipt.batchNumber, _commitment(receipt));
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.NoSuchPosition.selector, 64, 64));
    }

    function test_positionBehindTheEnd() public {
        (Receipt memory receipt,) = _first();
        receipt.position += 16;
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.NoSuchPosition.selector, 16, receipt.position));
    }

    function test_otherBatch() public {
        (Receipt memory receipt,) = _first();
        bytes32 actual = _commitment(receipt);
        receipt.batchNumber = 77;
        bytes memory reason = abi.encodeWithSelector(IReceipts.BatchCommitmentMismatch.selector, bytes32(0), actual);
        _expectRefused(receipt, reason);
    }

    /// The largest path, whose gas is recorded.
    function test_gas() public {
        _snapshot(2, "slotAt of a receipt, block of 16 slots");
        _snapshot(4, "slotAt of a receipt, block of 256 slots");
        _snapshot(5, "slotAt of a receipt, block of 1,024 slots");
    }

    function _snapshot(uint256 k, string memory name) private {
        Receipt memory receipt = _made(1, 64 << 184, k);
        _receipts.slotAt(address(_rollup), receipt, 2);
        vm.snapshotGasLastCall("Receipts", name);
    }

    /// A receipt of block 7, the first of two of its batch, in trees with arbitrary siblings. For k = 2, two L1
    /// operations.
    function _made(uint256 position, uint256 cell, uint256 k) private returns (Receipt memory receipt) {
        receipt.batchNumber = 3;
        receipt.header.firstBlock = 7;
        receipt.header.lastBlock = 8;
        receipt.headerCell = k << 200 | uint256(k == 2 ? 2 : 0) << 184 | 1_800_000_000 << 104;
        (receipt.position, receipt.cell) = (position, cell);
        receipt.cellSiblings = new bytes32[](3 * k);
        for (uint256 i = 0; i < 3 * k; i++) {
            receipt.cellSiblings[i] = bytes32(uint256(keccak256(abi.encode(i))) >> 8);
        }
        for (uint256 i = 0; i < 9; i++) {
            receipt.blockSiblings[i] = bytes32(uint256(keccak256(abi.encode(99 + i))) >> 8);
        }
        uint256 node = cell;
        for (uint256 i = 0; i < k; i++) {
            node = _parent(node, position >> 2 * i & 3, receipt.cellSiblings, 3 * i);
        }
        node = Poseidon2.compress(Poseidon2.load(), [uint256(0), node, receipt.headerCell, 7]);
        bytes32[] memory siblings = new bytes32[](9);
        for (uint256 i = 0; i < 9; i++) {
            siblings[i] = receipt.blockSiblings[i];
        }
        for (uint256 i = 0; i < 3; i++) {
            node = _parent(node, 0, siblings, 3 * i);
        }
        receipt.header.blocksRoot = bytes32(node);
        _rollup.set(3, _commitment(receipt));
    }

    function _parent(uint256 node, uint256 digit, bytes32[] memory siblings, uint256 from)
        private
        pure
        returns (uint256)
    {
        uint256[4] memory children;
        for (uint256 i = 0; i < 3; i++) {
            children[i < digit ? i : i + 1] = uint256(siblings[from + i]);
        }
        children[digit] = node;
        return Poseidon2.compress(Poseidon2.load(), children);
    }

    function _commitment(Receipt memory receipt) private pure returns (bytes32) {
        return keccak256(abi.encode(receipt.header, receipt.dataCommitment, receipt.payoutsHash));
    }

    function _first() private returns (Receipt memory receipt, uint256 blocks) {
        Case memory vector = Vectors.at("receipt", 1);
        receipt = _receipt(vector);
        _rollup.set(receipt.batchNumber, vector.word("commitment"));
        blocks = receipt.header.lastBlock - receipt.header.firstBlock + 1;
    }

    function _expectSlot(Case memory vector, Receipt memory receipt, uint256 slot) private view returns (bool shown) {
        uint256 word = slot % 2 == 0 ? receipt.cell / WORD : receipt.cell % WORD;
        bool isSlot = slot < vector.number("slotCount");
        bool expected = isSlot && slot >= vector.number("l1Count") && word != 0;
        bytes memory call = abi.encodeCall(IReceipts.slotAt, (address(_rollup), receipt, slot));
        (bool ok, bytes memory answer) = address(_receipts).staticcall(call);
        vm.assertEq(ok, expected, "a transaction");
        if (ok) {
            (,, uint256 actual) = abi.decode(answer, (uint64, uint64, uint256));
            vm.assertEq(actual, word, "its word");
        }
        return ok;
    }

    function _receipt(Case memory vector) private pure returns (Receipt memory receipt) {
        bytes32[] memory blockSiblings = vector.words("blockSiblings");
        receipt.batchNumber = uint64(vector.number("batchNumber"));
        receipt.header = vector.header();
        receipt.dataCommitment = vector.word("dataCommitment");
        receipt.payoutsHash = vector.word("payoutsHash");
        receipt.blockPosition = vector.number("blockPosition");
        receipt.previousBlockHash = vector.word("previousBlockHash");
        receipt.headerCell = uint256(vector.word("headerCell"));
        receipt.position = vector.number("position");
        receipt.cell = uint256(vector.word("cell"));
        receipt.cellSiblings = vector.words("cellSiblings");
        for (uint256 i = 0; i < 9; i++) {
            receipt.blockSiblings[i] = blockSiblings[i];
        }
    }

    function _expectOutOfRange(Receipt memory receipt, uint256 value) private {
        _expectRefused(receipt, abi.encodeWithSelector(IReceipts.ValueOutOfRange.selector, Model.R - 1, value));
    }

    function _expectRefused(Receipt memory receipt, bytes memory reason) private {
        vm.expectRevert(reason);
        _receipts.cellAt(address(_rollup), receipt);
    }

    function _expectNoSlot(Receipt memory receipt, uint256 slot, bytes memory reason) private {
        vm.expectRevert(reason);
        _receipts.slotAt(address(_rollup), receipt, slot);
    }
}
