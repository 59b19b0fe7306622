// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedOperator} from "../../src/policies/FixedOperator.sol";
import {Rollup} from "../../src/Rollup.sol";
import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";
import {BatchHeader, Circuit, Parameters, RollupState} from "../../src/interfaces/RollupTypes.sol";
import {DevToken} from "../../src/dev/DevToken.sol";
import {Vm, vm} from "./Vm.sol";
import {KeccakVerifier, proofOf} from "./KeccakVerifier.sol";
import {Model} from "./Model.sol";

struct Payout {
    address recipient;
    uint32 tokenId;
    uint128 amount;
}

/// A deployed rollup with all four circuits, one token and funded accounts; helpers to make batches.
abstract contract RollupTest {
    uint64 internal constant INCLUSION_DELAY = 24 hours;
    uint64 internal constant IDLE_DELAY = 6 hours;
    uint64 internal constant RETURN_DELAY = 1 hours;
    uint64 internal constant FREEZE_DELAY = 7 days;
    uint64 internal constant MAX_BATCH_AGE = 6 hours;
    uint128 internal constant BASE_FEE = 0.0002 ether;
    uint8 internal constant SMALL = 0;
    uint8 internal constant BATCH = 3;
    uint32 internal constant TOKEN = 1;
    /// Cells whose words differ.
    bytes internal constant DATA =
        hex"0200000001000000006b49d200000000000000000000000000000000400000410000000005000a00004100004000000000070000";

    address internal immutable operator = vm.addr(1);
    address internal immutable alice = vm.addr(2);
    address internal immutable bob = vm.addr(3);
    address internal immutable stranger = vm.addr(4);

    Rollup internal rollup;
    FixedOperator internal policy;
    DevToken internal token;
    mapping(uint8 circuitType => address) internal verifiers;
    /// Records of all queue entries of `rollup`, in order.
    bytes[] internal entries;
    /// Hash of the first blob of all transactions.
    bytes32 internal blobHash;
    uint256 private _roots;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.recordLogs();
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
        if (address(policy) == address(0)) policy = new FixedOperator(operator);
        uint16[4] memory capacities = [4, 16, 64, 512];
        Circuit[] memory circuits = new Circuit[](4);
        for (uint8 i = 0; i < 4; i++) {
            if (verifiers[i] == address(0)) verifiers[i] = address(new KeccakVerifier());
            circuits[i] = Circuit({
                circuitType: i,
                l1Capacity: capacities[i],
                verifier: verifiers[i],
                verifierCodeHash: verifiers[i].codehash
            });
        }
        return Parameters({
            policy: address(policy),
            policyCodeHash: address(policy).codehash,
            inclusionDelay: INCLUSION_DELAY,
            operatorIdleDelay: IDLE_DELAY,
            returnDelay: RETURN_DELAY,
            freezeDelay: FREEZE_DELAY,
            queueBaseFee: BASE_FEE,
            circuits: circuits
        });
    }

    /// A rollup with another policy, and no entries.
    function replaceRollup(address policy_) internal {
        Parameters memory given = defaultParameters();
        given.policy = policy_;
        given.policyCodeHash = policy_ == address(0) ? bytes32(0) : policy_.codehash;
        rollup = new Rollup(given);
        delete entries;
    }

    /// A valid next batch of one block that consumes `count` entries.
    function nextBatch(uint256 count, Payout[] memory payouts) internal returns (Model.Batch memory batch) {
        readEntries();
        RollupState memory state = rollup.state();
        batch.header = BatchHeader({
            circuitType: SMALL,
            dataSource: 0,
            firstBlock: state.lastBlock + 1,
            lastBlock: state.lastBlock + 1,
            firstTimestamp: uint64(block.timestamp),
            lastTimestamp: uint64(block.timestamp),
            newNextIndex: state.nextIndex + uint32(count),
            oldRoot: state.root,
            newRoot: _someField("root"),
            newHistory: _someField("history"),
            blocksRoot: _someField("blocks")
        });
        batch.l1Records = recordsFrom(state.queueHead, count);
        batch.payouts = encode(payouts);
        batch.data = DATA;
    }

    function nextBatch(uint256 count) internal returns (Model.Batch memory) {
        return nextBatch(count, new Payout[](0));
    }

    function submit(Model.Batch memory batch) internal {
        submitAs(operator, batch);
    }

    function submitAs(address sender, Model.Batch memory batch) internal {
        submitAs(sender, batch, proof(sender, batch));
    }

    function submitAs(address sender, Model.Batch memory batch, bytes memory proof_) internal {
        vm.prank(sender, sender);
        rollup.submitBatch(batch.header, batch.l1Records, batch.payouts, batch.payNow, batch.data, proof_);
    }

    function submitCall(Model.Batch memory batch, bytes memory proof_) internal pure returns (bytes memory) {
        return abi.encodeCall(
            Rollup.submitBatch, (batch.header, batch.l1Records, batch.payouts, batch.payNow, batch.data, proof_)
        );
    }

    /// The submitted batch fails with `reason` and changes nothing.
    function expectRefused(address sender, Model.Batch memory batch, bytes memory proof_, bytes memory reason)
        internal
    {
        RollupState memory before = rollup.state();
        vm.expectRevert(reason);
        submitAs(sender, batch, proof_);
        vm.assertEq(keccak256(abi.encode(rollup.state())), keccak256(abi.encode(before)), "state stands");
    }

    function expectRefused(Model.Batch memory batch, bytes memory reason) internal {
        expectRefused(operator, batch, proof(operator, batch), reason);
    }

    /// Submits a batch that owes `payouts`.
    function submitWithPayouts(Payout[] memory payouts) internal returns (Model.Batch memory batch) {
        batch = nextBatch(0, payouts);
        submit(batch);
    }

    /// Calls `pay` for the last batch, or batch `number`.
    function pay(Model.Batch memory batch, uint256 mask) internal {
        pay(rollup.state().batchCount, batch, 0, words(mask));
    }

    function pay(uint64 number, Model.Batch memory batch, uint256 firstWord, uint256[] memory mask) internal {
        rollup.pay(number, batch.header, dataCommitmentOf(batch), batch.payouts, firstWord, mask);
    }

    function payCall(uint64 number, Model.Batch memory batch, uint256 mask) internal view returns (bytes memory) {
        return
            abi.encodeCall(Rollup.pay, (number, batch.header, dataCommitmentOf(batch), batch.payouts, 0, words(mask)));
    }

    function proof(address sender, Model.Batch memory batch) internal view returns (bytes memory) {
        return proofOf(verifiers[batch.header.circuitType], publicInputs(sender, batch));
    }

    function publicInputs(address sender, Model.Batch memory batch) internal view returns (bytes32[] memory) {
        RollupState memory state = rollup.state();
        bytes32 commitment = dataCommitmentOf(batch);
        return Model.publicInputs(address(rollup), state, queueHash(state.queueHead), sender, batch, commitment);
    }

    function dataCommitmentOf(Model.Batch memory batch) internal view returns (bytes32) {
        return batch.header.dataSource == 1 ? blobHash : keccak256(batch.data);
    }

    /// Gives all following transactions a blob with this hash.
    function setBlob(bytes32 hash) internal {
        blobHash = hash;
        bytes32[] memory hashes = new bytes32[](hash == 0 ? 0 : 1);
        if (hash != 0) hashes[0] = hash;
        vm.blobhashes(hashes);
    }

    /// A precompile that accepts every opening.
    function acceptOpenings() internal {
        vm.mockCall(address(0x0a), "", abi.encode(uint256(4096), Model.B));
    }

    /// A valid next batch whose cells are in a blob with this value at the point.
    function nextBlobBatch(uint256 evaluation) internal returns (Model.Batch memory batch) {
        batch = nextBatch(0);
        batch.header.dataSource = 1;
        batch.data = bytes.concat(bytes32(evaluation), new bytes(96));
    }

    function invalidProof(address sender, Model.Batch memory batch) internal view returns (bytes memory) {
        return abi.encodeWithSignature("InvalidProof(bytes32)", publicInputs(sender, batch)[12]);
    }

    /// Rolling hash after `count` entries.
    function queueHash(uint64 count) internal view returns (bytes32) {
        return count == 0 ? bytes32(0) : rollup.queueEntry(count - 1).queueHash;
    }

    /// Takes the records of new entries from their events; of two at one position, one was undone.
    function readEntries() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            Vm.Log memory log = logs[i];
            if (log.emitter != address(rollup) || log.topics[0] != IRollupEvents.L1OperationQueued.selector) continue;
            (uint32 tokenId, uint128 amount, uint32 index, uint256 key,,) =
                abi.decode(log.data, (uint32, uint128, uint32, uint256, bytes32, uint256));
            address owner = address(uint160(uint256(log.topics[2])));
            uint8 kind = uint8(uint256(log.topics[3]));
            bytes memory record = abi.encodePacked(kind, owner, tokenId, amount, uint24(index), key);
            uint256 position = uint256(log.topics[1]);
            if (position < entries.length) entries[position] = record;
            else entries.push(record);
        }
    }

    /// The records of `count` entries from `first` on.
    function recordsFrom(uint256 first, uint256 count) internal view returns (bytes memory records) {
        for (uint256 i = 0; i < count; i++) {
            records = bytes.concat(records, entries[first + i]);
        }
    }

    function encode(Payout[] memory payouts) internal pure returns (bytes memory list) {
        list = new bytes(40 * payouts.length);
        for (uint256 i = 0; i < payouts.length; i++) {
            bytes memory record = abi.encodePacked(payouts[i].recipient, payouts[i].tokenId, payouts[i].amount);
            for (uint256 j = 0; j < 40; j++) {
                list[40 * i + j] = record[j];
            }
        }
    }

    function one(address recipient, uint32 tokenId, uint128 amount) internal pure returns (Payout[] memory list) {
        list = new Payout[](1);
        list[0] = Payout(recipient, tokenId, amount);
    }

    function words(uint256 word) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = word;
    }

    function depositETH(address sender, uint256 amount) internal {
        uint256 value = amount + rollup.queueFee();
        vm.prank(sender);
        rollup.depositETH{value: value}(amount, sender, 0, 0);
        readEntries();
    }

    function depositToken(address sender, uint256 amount) internal {
        uint256 fee = rollup.queueFee();
        vm.prank(sender);
        rollup.deposit{value: fee}(TOKEN, amount, sender, 0, 0);
        readEntries();
    }

    function requestWithdraw(address sender, uint32 index) internal {
        uint256 fee = rollup.queueFee();
        vm.prank(sender);
        rollup.requestWithdraw{value: fee}(index);
        readEntries();
    }

    /// `value` folded into [minimum, maximum].
    function within(uint256 value, uint256 minimum, uint256 maximum) internal pure returns (uint256) {
        uint256 size = maximum - minimum;
        return size == type(uint256).max ? value : minimum + value % (size + 1);
    }

    function _someField(string memory what) private returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode(what, ++_roots))) >> 8);
    }
}
