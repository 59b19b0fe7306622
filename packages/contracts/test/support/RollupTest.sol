// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../../src/Rollup.sol";
import {DevToken} from "../../src/dev/DevToken.sol";
import {Constants} from "../../src/generated/Constants.sol";
import {BatchHeader, Circuit, Parameters, RollupState} from "../../src/interfaces/RollupTypes.sol";
import {KeccakVerifier, proofOf} from "./KeccakVerifier.sol";
import {vm} from "./Vm.sol";

struct Payout {
    address recipient;
    uint32 tokenId;
    uint128 amount;
}

/// A deployed rollup with all three circuits, one token and funded accounts; helpers to make batches.
abstract contract RollupTest {
    uint64 internal constant INCLUSION_DELAY = 24 hours;
    uint64 internal constant IDLE_DELAY = 6 hours;
    uint64 internal constant FREEZE_DELAY = 7 days;
    uint128 internal constant BASE_FEE = 0.0002 ether;
    uint8 internal constant SMALL = 0;
    uint32 internal constant SMALL_SLOTS = 16;
    uint32 internal constant TOKEN = 1;

    address internal immutable operator = vm.addr(1);
    address internal immutable alice = vm.addr(2);
    address internal immutable bob = vm.addr(3);
    address internal immutable stranger = vm.addr(4);

    Rollup internal rollup;
    DevToken internal token;
    mapping(uint8 circuitType => address) internal verifiers;
    uint256 private _roots;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        rollup = new Rollup(defaultParameters());
        token = new DevToken("Dev", "DEV", 18);
        rollup.registerToken(address(token));
        address[4] memory funded = [operator, alice, bob, stranger];
        for (uint256 i = 0; i < funded.length; i++) {
            vm.deal(funded[i], 1_000_000 ether);
            token.mint(funded[i], 1e30);
            vm.prank(funded[i]);
            token.approve(address(rollup), type(uint256).max);
        }
    }

    function defaultParameters() internal returns (Parameters memory) {
        Circuit[] memory circuits = new Circuit[](3);
        for (uint8 i = 0; i < 3; i++) {
            if (verifiers[i] == address(0)) verifiers[i] = address(new KeccakVerifier());
            circuits[i] = Circuit({
                circuitType: i,
                slots: uint32(16 * 4 ** i),
                verifier: verifiers[i],
                verifierCodeHash: verifiers[i].codehash
            });
        }
        return Parameters({
            operator: operator,
            inclusionDelay: INCLUSION_DELAY,
            operatorIdleDelay: IDLE_DELAY,
            freezeDelay: FREEZE_DELAY,
            queueBaseFee: BASE_FEE,
            circuits: circuits
        });
    }

    /// The header of a valid next batch that consumes `l1OperationCount` entries.
    function nextHeader(uint32 l1OperationCount, Payout[] memory payouts) internal returns (BatchHeader memory) {
        RollupState memory state = rollup.state();
        return BatchHeader({
            circuitType: SMALL,
            firstBlock: state.lastBlock + 1,
            lastBlock: state.lastBlock + 1,
            timestamp: uint64(block.timestamp),
            oldRoot: state.root,
            newRoot: bytes32(uint256(keccak256(abi.encode("root", ++_roots))) >> 8),
            newNextIndex: state.nextIndex + l1OperationCount,
            l1OperationCount: l1OperationCount,
            payoutsHash: sha256(pad(encode(payouts), SMALL_SLOTS / 4 * 40)),
            txRoot: bytes32(uint256(7))
        });
    }

    function nextHeader(uint32 l1OperationCount) internal returns (BatchHeader memory) {
        return nextHeader(l1OperationCount, new Payout[](0));
    }

    function submit(BatchHeader memory header, bytes memory data) internal {
        submitAs(operator, header, data, proof(header, data));
    }

    function submitAs(address sender, BatchHeader memory header, bytes memory data, bytes memory proof_) internal {
        vm.prank(sender, sender);
        rollup.submitBatch(header, data, proof_);
    }

    /// Submits a batch that owes `payouts` and returns what `pay` needs.
    function submitWithPayouts(Payout[] memory payouts)
        internal
        returns (BatchHeader memory header, bytes32 dataHash, bytes memory list)
    {
        header = nextHeader(0, payouts);
        submit(header, "");
        return (header, dataHashOf("", SMALL_SLOTS), encode(payouts));
    }

    function proof(BatchHeader memory header, bytes memory data) internal view returns (bytes memory) {
        return proofOf(verifiers[header.circuitType], publicInput(header, data));
    }

    /// Spec 5, independent of the library under test.
    function publicInput(BatchHeader memory header, bytes memory data) internal view returns (bytes32) {
        RollupState memory state = rollup.state();
        uint64 after_ = state.queueHead + header.l1OperationCount;
        bytes memory first = abi.encodePacked(
            uint64(block.chainid), address(rollup), header.firstBlock, header.lastBlock, header.timestamp
        );
        bytes memory second = abi.encodePacked(
            header.oldRoot, state.nextIndex, header.newRoot, header.newNextIndex, queueHash(state.queueHead)
        );
        bytes memory third = abi.encodePacked(
            queueHash(after_),
            header.l1OperationCount,
            header.payoutsHash,
            header.txRoot
        );
        uint32 slots = rollup.circuit(header.circuitType).slots;
        bytes memory fourth = bindingOf(pad(data, 12 + slots * 13 + slots / 4 * 52), slots, header.txRoot);
        bytes memory preimage = bytes.concat(first, second, third, fourth);
        vm.assertEq(preimage.length, 332, "preimage length");
        return bytes32(uint256(sha256(preimage)) % 2 ** 248);
    }

    /// Rolling hash after `count` entries.
    function queueHash(uint64 count) internal view returns (bytes32) {
        return count == 0 ? bytes32(0) : rollup.queueEntry(count - 1).queueHash;
    }

    function dataHashOf(bytes memory data, uint32 slots) internal pure returns (bytes32) {
        return sha256(pad(data, 12 + slots * 13 + slots / 4 * 52));
    }

    /// Spec 3.6, independent of the library under test: fee indices, point, sum of words times powers of the point.
    function bindingOf(bytes memory padded, uint32 slots, bytes32 txRoot) internal pure returns (bytes memory) {
        uint256 r = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
        uint256 point = uint256(sha256(abi.encodePacked(sha256(padded), txRoot))) % 2 ** 248;
        uint256 sum = 0;
        uint256 power = 1;
        uint256 at = 12;
        for (uint256 i = 0; i < slots; i++) {
            sum = addmod(sum, mulmod(numberAt(padded, at, 13), power, r), r);
            power = mulmod(power, point, r);
            at += 13;
        }
        for (uint256 i = 0; i < slots / 2; i++) {
            uint256 width = i % 2 == 0 ? 20 : 32;
            sum = addmod(sum, mulmod(numberAt(padded, at, width), power, r), r);
            power = mulmod(power, point, r);
            at += width;
        }
        return bytes.concat(slice(padded, 0, 12), bytes32(point), bytes32(sum));
    }

    function numberAt(bytes memory data, uint256 start, uint256 width) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < width; i++) value = value << 8 | uint8(data[start + i]);
    }

    function slice(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; i++) part[i] = data[start + i];
    }

    function encode(Payout[] memory payouts) internal pure returns (bytes memory list) {
        for (uint256 i = 0; i < payouts.length; i++) {
            list = bytes.concat(list, abi.encodePacked(payouts[i].recipient, payouts[i].tokenId, payouts[i].amount));
        }
    }

    function pad(bytes memory data, uint256 length) internal pure returns (bytes memory) {
        return bytes.concat(data, new bytes(length - data.length));
    }

    function one(address recipient, uint32 tokenId, uint128 amount) internal pure returns (Payout[] memory list) {
        list = new Payout[](1);
        list[0] = Payout(recipient, tokenId, amount);
    }

    function depositETH(address sender, uint256 amount) internal {
        uint256 value = amount + rollup.queueFee();
        vm.prank(sender);
        rollup.depositETH{value: value}(amount, sender, 0, 0);
    }

    function depositToken(address sender, uint256 amount) internal {
        uint256 fee = rollup.queueFee();
        vm.prank(sender);
        rollup.deposit{value: fee}(TOKEN, amount, sender, 0, 0);
    }

    function requestWithdraw(address sender, uint32 index) internal {
        uint256 fee = rollup.queueFee();
        vm.prank(sender);
        rollup.requestWithdraw{value: fee}(index);
    }

    /// `value` folded into [minimum, maximum].
    function within(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        uint256 size = maximum - minimum;
        return size == type(uint256).max ? value : minimum + value % (size + 1);
    }
}
