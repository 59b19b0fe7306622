// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Binding} from "../src/Binding.sol";
import {IBinding} from "../src/interfaces/IBinding.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {BatchHeader} from "../src/interfaces/RollupTypes.sol";
import {Lists} from "../src/libraries/Lists.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Case, Vectors} from "./support/Vectors.sol";

/// What ties a batch to its proof, against the golden vectors and the independent model.
/// forge-config: default.isolate = false
contract BindingTest {
    using Vectors for Case;

    struct Given {
        address rollup;
        BatchHeader header;
        IBinding.Context context;
        bytes l1Records;
        bytes payouts;
        bytes data;
    }

    Binding private _binding;

    function setUp() public {
        _binding = new Binding();
    }

    function test_vectorsInCalldata() public {
        bytes32 queueHash = 0;
        uint256 count = 0;
        for (; Vectors.at("batch", count).exists(); count++) {
            Case memory vector = Vectors.at("batch", count);
            _expectBound(vector, queueHash);
            queueHash = vector.word("queueHash");
        }
        vm.assertGe(count, 3, "cases");
    }

    /// With the real precompile.
    function test_vectorsInABlob() public {
        uint256 count = 0;
        for (; Vectors.at("blob", count).exists(); count++) {
            Case memory vector = Vectors.at("blob", count);
            _setBlob(vector.word("dataCommitment"));
            _expectBound(vector, vector.word("queueHashBefore"));
        }
        vm.assertGe(count, 1, "cases");
    }

    /// Every part of an opening, and every field that the point depends on, altered: the precompile refuses.
    function test_openingOfSomethingElse() public {
        Case memory vector = Vectors.at("blob", 0);
        Given memory given = _given(vector, vector.word("queueHashBefore"));
        _setBlob(vector.word("dataCommitment"));
        for (uint256 at = 0; at < 128; at += 9) {
            given.data[at] ^= 0x01;
            _expectOpeningRefused(given, vector.word("dataCommitment"));
            given.data[at] ^= 0x01;
        }
        given.header.newHistory = bytes32(uint256(given.header.newHistory) ^ 1);
        _expectOpeningRefused(given, vector.word("dataCommitment"));
        given.header.newHistory = bytes32(uint256(given.header.newHistory) ^ 1);
        // The value plus the order, which stands for the same field element.
        bytes memory opening = given.data;
        uint256 value = uint256(bytes32(opening));
        bytes memory larger = bytes.concat(bytes32(value + Model.B), Model.slice(opening, 32, 96));
        given.data = larger;
        _expectOpeningRefused(given, vector.word("dataCommitment"));
        given.data = opening;
        _setBlob(bytes32(uint256(vector.word("dataCommitment")) ^ 1));
        _expectOpeningRefused(given, bytes32(uint256(vector.word("dataCommitment")) ^ 1));
    }

    function test_pointDependsOnEveryWord() public {
        Case memory vector = Vectors.at("batch", 0);
        Given memory given = _given(vector, 0);
        bytes32 point = _bind(given).publicInputs[12];
        vm.assertEq(point, vector.word("point"), "point");
        bytes32[19] memory points;
        points[0] = point;
        given.rollup = address(uint160(given.rollup) + 1);
        points[1] = _bind(given).publicInputs[12];
        given.rollup = address(uint160(given.rollup) - 1);
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        points[2] = _bind(given).publicInputs[12];
        vm.chainId(chainId);
        for (uint256 word = 3; word < 19; word++) {
            _alter(given, word);
            points[word] = _bind(given).publicInputs[12];
            given = _given(vector, 0);
        }
        for (uint256 i = 0; i < points.length; i++) {
            for (uint256 j = 0; j < i; j++) {
                vm.assertTrue(points[i] != points[j], "a word that the point leaves out");
            }
        }
        vm.assertEq(_bind(given).publicInputs[12], point, "all as it was");
    }

    /// One word of the preimage (3.10) altered by one: those of the claim, submitter, source, commitment, lists.
    function _alter(Given memory given, uint256 word) private {
        if (word == 3) given.header.firstBlock++;
        if (word == 4) given.header.lastBlock++;
        if (word == 5) given.header.firstTimestamp++;
        if (word == 6) given.header.lastTimestamp++;
        if (word == 7) given.header.oldRoot = bytes32(uint256(given.header.oldRoot) ^ 1);
        if (word == 8) given.context.oldNextIndex++;
        if (word == 9) given.context.oldHistory = bytes32(uint256(given.context.oldHistory) ^ 1);
        if (word == 10) given.header.newRoot = bytes32(uint256(given.header.newRoot) ^ 1);
        if (word == 11) given.header.newNextIndex++;
        if (word == 12) given.header.newHistory = bytes32(uint256(given.header.newHistory) ^ 1);
        if (word == 13) given.header.blocksRoot = bytes32(uint256(given.header.blocksRoot) ^ 1);
        if (word == 14) given.context.submitter = address(uint160(given.context.submitter) ^ 1);
        if (word == 15) given.data[5] ^= 0x01;
        if (word == 16) given.context.queueHashBefore = bytes32(uint256(given.context.queueHashBefore) ^ 1);
        given.context.queueHashAfter = Model.rollingHash(given.context.queueHashBefore, given.l1Records);
        if (word == 17) given.payouts = abi.encodePacked(address(1), uint32(0), uint128(0));
        if (word != 18) return;
        // The same commitment, named as a blob's: only the data source differs.
        _setBlob(keccak256(given.data));
        vm.mockCall(address(0x0a), "", abi.encode(uint256(4096), Model.B));
        given.header.dataSource = 1;
        given.data = new bytes(128);
    }

    function testFuzz_evaluations(bytes32[64] memory random, uint256 point, uint256 count) public view {
        count = count % 20;
        bytes memory bytes_ = abi.encode(random);
        _expectEvaluations(bytes_, count, point % 2 ** 248);
    }

    function test_evaluationsAtExtremes() public view {
        bytes memory maximal = new bytes(2048);
        for (uint256 i = 0; i < maximal.length; i++) {
            maximal[i] = 0xff;
        }
        uint256[4] memory points = [uint256(0), 1, 2 ** 248 - 1, 2 ** 247];
        for (uint256 i = 0; i < points.length; i++) {
            for (uint256 count = 0; count <= 24; count += 8) {
                _expectEvaluations(maximal, count, points[i]);
                _expectEvaluations(new bytes(2048), count, points[i]);
            }
        }
    }

    function evaluateCells(bytes calldata cells, uint256 point) external pure returns (uint256) {
        return Lists.evaluateCells(cells, point);
    }

    function evaluateL1Records(bytes calldata records, uint256 point) external pure returns (uint256) {
        return Lists.evaluateL1Records(records, point);
    }

    function evaluatePayouts(bytes calldata payouts, uint256 point) external pure returns (uint256) {
        return Lists.evaluatePayouts(payouts, point);
    }

    function rollingHash(bytes32 before, bytes calldata records) external pure returns (bytes32) {
        return Lists.rollingHash(before, records);
    }

    function _expectEvaluations(bytes memory from, uint256 count, uint256 point) private view {
        bytes memory cells = Model.slice(from, 0, 26 * count);
        vm.assertEq(this.evaluateCells(cells, point), Model.cells(cells, point), "D");
        bytes memory records = Model.slice(from, 0, 76 * count);
        vm.assertEq(this.evaluateL1Records(records, point), Model.l1Records(records, point), "E_L");
        vm.assertEq(this.rollingHash(bytes32(point), records), Model.rollingHash(bytes32(point), records), "queue");
        bytes memory payouts = Model.slice(from, 0, 40 * count);
        vm.assertEq(this.evaluatePayouts(payouts, point), Model.payouts(payouts, point), "E_P");
    }

    function _expectBound(Case memory vector, bytes32 queueHashBefore) private {
        IBinding.Bound memory bound = _bind(_given(vector, queueHashBefore));
        vm.assertEq(bound.dataCommitment, vector.word("dataCommitment"), "data commitment");
        vm.assertEq(bound.payoutsHash, vector.word("payoutsHash"), "payouts hash");
        vm.assertEq(abi.encode(bound.publicInputs), abi.encode(vector.words("inputs")), "public inputs");
        BatchHeader memory header = vector.header();
        bytes32 commitment = keccak256(abi.encode(header, bound.dataCommitment, bound.payoutsHash));
        vm.assertEq(commitment, vector.word("commitment"), "commitment");
    }

    /// Domain and what the rollup would add are taken from the public inputs.
    function _given(Case memory vector, bytes32 queueHashBefore) private returns (Given memory given) {
        bytes32[] memory inputs = vector.words("inputs");
        vm.chainId(uint256(inputs[0]) >> 160);
        given.rollup = address(uint160(uint256(inputs[0])));
        given.header = vector.header();
        given.context = IBinding.Context({
            submitter: vm.parseJsonAddress(vector.json, vector.key("submitter")),
            oldNextIndex: uint32(uint256(inputs[6])),
            oldHistory: inputs[7],
            queueHashBefore: queueHashBefore,
            queueHashAfter: vector.word("queueHash")
        });
        given.l1Records = vector.joined("l1Records");
        given.payouts = vector.data("payoutList");
        given.data = vector.data("data");
    }

    function _bind(Given memory given) private returns (IBinding.Bound memory) {
        vm.prank(given.rollup);
        return _binding.bind(given.header, given.context, given.l1Records, given.payouts, given.data);
    }

    function _expectOpeningRefused(Given memory given, bytes32 hash) private {
        vm.prank(given.rollup);
        // A precompile that fails takes all gas it is given.
        try _binding.bind{gas: 10_000_000}(given.header, given.context, given.l1Records, given.payouts, given.data) {
            vm.assertTrue(false, "accepted");
        } catch (bytes memory reason) {
            bytes memory expected = abi.encodeWithSelector(IRollupErrors.OpeningRefused.selector, hash);
            vm.assertEq(reason, expected, "refused by name");
        }
    }

    function _setBlob(bytes32 hash) private {
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = hash;
        vm.blobhashes(hashes);
    }
}
