// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

/// Calldata that no encoder makes. What the contract accepts, a reader that follows the offsets (spec 10.1) reads alike.
contract AttackCalldataTest is RollupTest {
    uint256 private constant SELECTOR = 4;
    uint256 private constant WORD = 32;
    uint256 private constant HEADER_WORDS = 11;
    uint256 private constant HEAD = 16 * WORD;

    function setUp() public override {
        super.setUp();
        depositETH(alice, 10 ether);
        submit(nextBatch(1));
    }

    /// Lists that are empty because their length is a word of the header; arguments in reverse order with bytes between
    /// them that nothing refers to; nothing that fills up the last one to a whole word.
    function test_offsetsIntoTheHeader() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        uint256[5] memory offsets = [uint256(0), WORD, 0, HEAD + 7 + WORD + proof_.length, HEAD + 7];
        bytes memory tail = abi.encodePacked("between", proof_.length, proof_, batch.data.length, batch.data);
        _expectTaken(batch, bytes.concat(_head(batch, offsets), tail));
    }

    /// The only word of the mask is the length of the payout list, 360, which selects the payouts 3, 5, 6 and 8.
    function test_argumentsThatOverlap() public {
        Payout[] memory list = new Payout[](9);
        for (uint256 i = 0; i < 9; i++) list[i] = Payout(address(uint160(0x10000 + i)), 0, 1);
        Model.Batch memory batch = nextBatch(0, list);
        bytes memory proof_ = proof(operator, batch);
        uint256 dataAt = HEAD + 2 * WORD + batch.payouts.length;
        uint256[5] memory offsets =
            [uint256(0), HEAD + WORD, HEAD, dataAt, dataAt + WORD + batch.data.length];
        bytes memory lists = abi.encodePacked(uint256(1), batch.payouts.length, batch.payouts);
        bytes memory rest = abi.encodePacked(batch.data.length, batch.data, proof_.length, proof_);
        _expectTaken(batch, bytes.concat(_head(batch, offsets), lists, rest));
        vm.assertEq(rollup.payoutsSettled(2, 0), 360, "paid");
    }

    /// A number of more bits than its type has would be another header for readers that cut it off.
    function test_dirtyBitsInTheHeader() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory call = submitCall(batch, proof(operator, batch));
        uint8[7] memory widths = [8, 8, 64, 64, 64, 64, 32];
        for (uint256 i = 0; i < widths.length; i++) {
            for (uint256 bit = widths[i]; bit < 256; bit += bit == widths[i] ? 255 - bit : 1) {
                bytes memory dirty = bytes.concat(call);
                dirty[SELECTOR + WORD * i + 31 - bit / 8] ^= bytes1(uint8(1 << bit % 8));
                _expectRefused(dirty);
            }
        }
        _expectTaken(batch, call);
    }

    /// An argument that ends behind the calldata, or begins there, or whose place overflows.
    function test_argumentsBeyondTheEnd() public {
        Model.Batch memory batch = nextBatch(0, one(bob, 0, 1 ether));
        bytes memory call = submitCall(batch, proof(operator, batch));
        for (uint256 i = 0; i < 5; i++) {
            uint256 place = SELECTOR + WORD * (HEADER_WORDS + i);
            uint256[5] memory offsets =
                [call.length - SELECTOR - 31, call.length, type(uint64).max, type(uint256).max - 31, 1 << 255];
            for (uint256 j = 0; j < offsets.length; j++) _expectRefused(_with(call, place, offsets[j]));
            uint256 length = SELECTOR + uint256(bytes32(Model.slice(call, place, WORD)));
            _expectRefused(_with(call, length, call.length));
            _expectRefused(_with(call, length, type(uint64).max));
            _expectRefused(_with(call, length, type(uint256).max));
        }
        _expectRefused(Model.slice(call, 0, call.length - WORD));
        _expectTaken(batch, bytes.concat(call, "and more"));
    }

    function _head(Model.Batch memory batch, uint256[5] memory offsets) private view returns (bytes memory) {
        return bytes.concat(rollup.submitBatch.selector, abi.encode(batch.header, offsets));
    }

    function _with(bytes memory call, uint256 place, uint256 word) private pure returns (bytes memory altered) {
        altered = bytes.concat(call);
        for (uint256 i = 0; i < WORD; i++) altered[place + i] = bytes32(word)[i];
    }

    function _expectTaken(Model.Batch memory batch, bytes memory call) private {
        uint64 number = rollup.state().batchCount + 1;
        vm.assertTrue(_send(call), "accepted");
        bytes32 commitment = keccak256(abi.encode(batch.header, keccak256(batch.data), keccak256(batch.payouts)));
        vm.assertEq(rollup.batchCommitment(number), commitment, "what was meant");
    }

    function _expectRefused(bytes memory call) private {
        vm.assertTrue(!_send(call), "refused");
        vm.assertEq(uint256(rollup.state().batchCount), 1, "nothing happened");
    }

    function _send(bytes memory call) private returns (bool ok) {
        vm.prank(operator, operator);
        (ok,) = address(rollup).call(call);
    }
}
