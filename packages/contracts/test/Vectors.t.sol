// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../src/generated/Constants.sol";
import {BatchHeader, QueueRecord} from "../src/interfaces/RollupTypes.sol";
import {Payouts} from "../src/libraries/Payouts.sol";
import {PublicInput} from "../src/libraries/PublicInput.sol";
import {PublishedData} from "../src/libraries/PublishedData.sol";
import {Queue} from "../src/libraries/Queue.sol";
import {vm} from "./support/Vm.sol";

/// The golden vectors shared with TypeScript and the circuits.
contract VectorsTest {
    using Queue for Queue.Data;

    Queue.Data private _queue;

    function test_queue() public {
        string memory json = _read("queue");
        uint64 count = 0;
        for (; _has(json, count, "record"); count++) {
            vm.assertEq(_queue.hashAt(count), _word(json, count, "hashBefore"), "hash before");
            QueueRecord memory record = QueueRecord({
                kind: uint8(_number(json, count, "kind")),
                owner: vm.parseJsonAddress(json, _key(count, "owner")),
                tokenId: uint32(_number(json, count, "tokenId")),
                amount: uint128(_number(json, count, "amount")),
                index: uint32(_number(json, count, "index")),
                key: _number(json, count, "key")
            });
            _queue.push(record, 0);
            vm.assertEq(_queue.hashAt(count + 1), _word(json, count, "hashAfter"), "hash after");
        }
        vm.assertGe(count, 3, "cases");
    }

    function test_data() public view {
        string memory json = _read("data");
        uint256 count = 0;
        for (; _has(json, count, "data"); count++) {
            uint256 slots = _number(json, count, "slotCount");
            bytes memory padded = vm.parseJsonBytes(json, _key(count, "data"));
            bytes memory trimmed = vm.parseJsonBytes(json, _key(count, "calldata"));
            bytes32 expected = _word(json, count, "dataHash");
            vm.assertEq(padded.length, PublishedData.length(slots), "length");
            bytes32 txRoot = _word(json, count, "txRoot");
            PublishedData.Binding memory binding = this.bind(trimmed, slots, txRoot);
            vm.assertEq(binding.dataHash, expected, "hash of calldata");
            vm.assertEq(binding.point, _word(json, count, "point"), "point");
            vm.assertEq(binding.evaluation, _word(json, count, "evaluation"), "evaluation");
            bytes32 whole = keccak256(abi.encode(this.bind(padded, slots, txRoot)));
            vm.assertEq(whole, keccak256(abi.encode(binding)), "binding of padded data");
        }
        vm.assertGe(count, 2, "cases");
    }

    function test_payouts() public view {
        string memory json = _read("payouts");
        uint256 count = 0;
        for (; _has(json, count, "list"); count++) {
            uint256 capacity = _number(json, count, "slotCount") / Constants.CAPACITY_DIVISOR;
            uint256 used = 0;
            bytes memory list;
            for (; vm.keyExistsJson(json, _item(count, "recipients", used)); used++) {
                address recipient = vm.parseJsonAddress(json, _item(count, "recipients", used));
                uint256 tokenId = vm.parseJsonUint(json, _item(count, "tokenIds", used));
                uint256 amount = vm.parseJsonUint(json, _item(count, "amounts", used));
                list = bytes.concat(list, abi.encodePacked(recipient, uint32(tokenId), uint128(amount)));
            }
            bytes memory padded = vm.parseJsonBytes(json, _key(count, "list"));
            vm.assertEq(bytes.concat(list, new bytes(padded.length - list.length)), padded, "list");
            vm.assertEq(this.requireList(list, capacity, _word(json, count, "hash")), used, "records");
        }
        vm.assertGe(count, 2, "cases");
    }

    function test_publicInput() public view {
        string memory json = _read("public-input");
        uint256 count = 0;
        for (; _has(json, count, "preimage"); count++) {
            BatchHeader memory header = BatchHeader({
                circuitType: 0,
                firstBlock: uint64(_number(json, count, "firstBlock")),
                lastBlock: uint64(_number(json, count, "lastBlock")),
                timestamp: uint64(_number(json, count, "timestamp")),
                oldRoot: _word(json, count, "oldRoot"),
                newRoot: _word(json, count, "newRoot"),
                newNextIndex: uint32(_number(json, count, "newNextIndex")),
                l1OperationCount: uint32(_number(json, count, "l1OperationCount")),
                payoutsHash: _word(json, count, "payoutsHash"),
                txRoot: _word(json, count, "txRoot")
            });
            PublicInput.Context memory context = PublicInput.Context({
                chainId: uint64(_number(json, count, "chainId")),
                rollup: vm.parseJsonAddress(json, _key(count, "rollup")),
                oldNextIndex: uint32(_number(json, count, "oldNextIndex")),
                queueHashBefore: _word(json, count, "queueHashBefore"),
                queueHashAfter: _word(json, count, "queueHashAfter"),
                feeIndices: bytes12(_word(json, count, "feeIndices")),
                dataPoint: _word(json, count, "dataPoint"),
                dataEvaluation: _word(json, count, "dataEvaluation")
            });
            (bytes memory preimage, bytes32 input) = this.publicInput(context, header);
            vm.assertEq(preimage.length, Constants.PUBLIC_INPUT_BYTES, "length");
            vm.assertEq(preimage, vm.parseJsonBytes(json, _key(count, "preimage")), "preimage");
            vm.assertEq(input, _word(json, count, "publicInput"), "public input");
        }
        vm.assertGe(count, 2, "cases");
    }

    function test_genesisRoot() public view {
        vm.assertEq(vm.parseJsonBytes32(_read("tree"), ".genesisRoot"), Constants.GENESIS_ROOT, "genesis");
    }

    function bind(bytes calldata data, uint256 slots, bytes32 txRoot)
        external
        pure
        returns (PublishedData.Binding memory)
    {
        return PublishedData.bind(data, slots, txRoot);
    }

    function requireList(bytes calldata list, uint256 capacity, bytes32 hash) external pure returns (uint256) {
        return Payouts.requireList(list, capacity, hash);
    }

    function publicInput(PublicInput.Context memory context, BatchHeader calldata header)
        external
        pure
        returns (bytes memory, bytes32)
    {
        return (PublicInput.preimage(context, header), PublicInput.compute(context, header));
    }

    function _read(string memory name) private view returns (string memory) {
        return vm.readFile(string.concat("../../vectors/", name, ".json"));
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "].", field);
    }

    function _item(uint256 index, string memory field, uint256 item) private pure returns (string memory) {
        return string.concat(_key(index, field), "[", vm.toString(item), "]");
    }

    function _has(string memory json, uint256 index, string memory field) private view returns (bool) {
        return vm.keyExistsJson(json, _key(index, field));
    }

    function _word(string memory json, uint256 index, string memory field) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, _key(index, field));
    }

    function _number(string memory json, uint256 index, string memory field) private pure returns (uint256) {
        return vm.parseJsonUint(json, _key(index, field));
    }
}
