// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../../src/interfaces/IRollupErrors.sol";
import {QueueRecord} from "../../src/interfaces/RollupTypes.sol";
import {GasBurningRecipient, RevertingRecipient} from "../hostile/Recipients.sol";
import {FeeOnTransferToken} from "../hostile/Tokens.sol";
import {MovingPolicy} from "../hostile/Policies.sol";
import {L2Model} from "./L2Model.sol";
import {Payout} from "./RollupTest.sol";
import {vm} from "./Vm.sol";
import {Model} from "./Model.sol";

/// Drives a rollup with random actions of several actors and keeps its own books. After a freeze the actions that must
/// be refused still occur, and are checked to be refused.
contract Handler is L2Model {
    uint32 internal constant FEE_TOKEN = 2;
    uint256 internal constant HOLDERS = 6;

    struct Batch {
        Model.Batch submitted;
        Payout[] payouts;
    }

    /// What each holder should have or be able to claim, by token; for ETH in addition to its initial balance.
    mapping(uint32 tokenId => mapping(address holder => int256)) public wealth;
    /// Units given to the rollup without a deposit.
    mapping(uint32 tokenId => uint256) public donated;
    bytes32 public provenRoot;
    uint256 public refusedBatches;
    uint256 public settledPayouts;
    uint256 public refusedAfterFreeze;

    address[HOLDERS] internal holders;
    address internal constant VAULT = address(0x7a017);
    RevertingRecipient internal reverting;
    GasBurningRecipient internal burning;
    FeeOnTransferToken internal feeToken;
    Batch[] internal batches;
    MovingPolicy internal moving;
    address private _leader;

    constructor() {
        setUp();
        moving = new MovingPolicy();
        _leader = operator;
        moving.become(operator, false);
        replaceRollup(address(moving));
        rollup.registerToken(address(token));
        feeToken = new FeeOnTransferToken();
        rollup.registerToken(address(feeToken));
        reverting = new RevertingRecipient();
        burning = new GasBurningRecipient();
        holders = [alice, bob, address(0xca401), address(reverting), address(burning), VAULT];
        for (uint256 i = 0; i < HOLDERS; i++) {
            vm.deal(holders[i], 1_000_000 ether);
            feeToken.mint(holders[i], 1e30);
            token.mint(holders[i], 1e30);
            vm.prank(holders[i]);
            token.approve(address(rollup), type(uint256).max);
            for (uint32 tokenId = 0; tokenId < TOKENS; tokenId++) {
                wealth[tokenId][holders[i]] = int256(_balance(tokenId, holders[i]));
            }
        }
        provenRoot = rollup.state().root;
    }

    function doDeposit(uint256 senderSeed, uint256 ownerSeed, uint256 amount, uint256 indexSeed) external {
        address sender = holders[senderSeed % 2];
        uint32 tokenId = uint32(senderSeed / 2 % TOKENS);
        QueueRecord memory record;
        record.kind = 4;
        record.owner = recipientOf(ownerSeed);
        record.tokenId = tokenId;
        amount = within(amount, 1, tokenId == 0 ? 100 ether : 1e20);
        record.amount = uint128(tokenId == FEE_TOKEN ? amount - amount / 100 : amount);
        record.index = indexSeed % 2 == 0 ? 0 : _someIndex(indexSeed);
        record.key = sender == record.owner ? indexSeed >> 8 : 0;
        bytes memory call = tokenId == 0
            ? abi.encodeCall(rollup.depositETH, (amount, record.owner, record.index, record.key))
            : abi.encodeCall(rollup.deposit, (tokenId, amount, record.owner, record.index, record.key));
        if (!_queue(sender, tokenId == 0 ? amount : 0, ownerSeed % 3, call, record)) return;
        if (tokenId != 0) wealth[tokenId][sender] -= int256(amount);
    }

    function doRequest(uint256 senderSeed, uint256 indexSeed, uint256 key) external {
        QueueRecord memory record;
        record.owner = recipientOf(senderSeed);
        record.index = _someIndex(indexSeed);
        record.kind = key % 2 == 0 ? 5 : 6;
        record.key = record.kind == 5 ? 0 : (key >> 8) | 1;
        bytes memory call = record.kind == 5
            ? abi.encodeCall(rollup.requestWithdraw, (record.index))
            : abi.encodeCall(rollup.requestSetKey, (record.index, record.key));
        _queue(record.owner, 0, 0, call, record);
    }

    function doDonate(uint256 amount) external {
        vm.prank(stranger);
        token.transfer(address(rollup), amount % 1e18);
        vm.deal(address(rollup), address(rollup).balance + amount % 1 ether);
        donated[TOKEN] += amount % 1e18;
        donated[0] += amount % 1 ether;
    }

    function doSubmit(uint256 countSeed, uint256 seed, uint256 senderSeed) external {
        if (rollup.isFrozen()) {
            return _expectFrozen(operator, 0, submitCall(nextBatch(0), ""));
        }
        (address sender, uint64 count) = _turn(countSeed, senderSeed);
        runBlock(count, seed);
        Model.Batch memory next = nextBatch(count, pending);
        next.header.newRoot = stateRoot();
        next.header.newNextIndex = FIRST + uint32(accounts.length);
        next.header.lastBlock += uint64(seed % 5);
        next.payNow = words((seed >> 8) & ((1 << pending.length) - 1));
        bool isStranger = _leader != address(0) && sender != _leader;
        submitAs(sender, next);
        Batch storage batch = batches.push();
        batch.submitted = next;
        for (uint256 i = 0; i < pending.length; i++) {
            batch.payouts.push(pending[i]);
        }
        _settled(batches.length - 1, next.payNow[0]);
        provenRoot = next.header.newRoot;
        vm.assertEq(rollup.state().lastByStranger, isStranger, "whose batch");
    }

    /// Who may submit now, and how many entries they may consume.
    function _turn(uint256 countSeed, uint256 senderSeed) private view returns (address sender, uint64 count) {
        uint64 waiting = rollup.backlog();
        uint64 maximum = waiting < CAPACITY ? waiting : uint64(CAPACITY);
        uint64 minimum = rollup.overdueCount(uint64(block.timestamp));
        if (minimum > maximum) minimum = maximum;
        sender = _leader == address(0) ? stranger : _leader;
        if (rollup.isSubmissionOpen() && senderSeed % 2 == 0) {
            sender = stranger;
            // All entries wait at the time of the batch, which is the present one.
            if (_leader != address(0) && _leader != stranger) minimum = maximum;
        }
        count = uint64(within(countSeed, minimum, maximum));
    }

    /// A correct batch with the proof of something else: refused for that, whoever sends it.
    function doSubmitForged(uint256 seed, bytes32 newRoot) external {
        if (rollup.isFrozen()) return;
        (address sender, uint64 count) = _turn(seed >> 8, seed >> 128);
        Model.Batch memory next = nextBatch(count);
        bytes memory forged = proof(sender, next);
        if (seed % 5 == 0) forged = proof(sender == operator ? stranger : operator, next);
        else if (seed % 5 == 1) next.header.newRoot = bytes32(uint256(newRoot) % MODULUS);
        else if (seed % 5 == 2) next.payouts = encode(one(stranger, 0, 1));
        else if (seed % 5 == 3) next.data = bytes.concat(next.data, new bytes(26));
        else next.header.newHistory = next.header.blocksRoot;
        vm.prank(sender, sender);
        (bool ok, bytes memory refusal) = address(rollup).call(submitCall(next, forged));
        vm.assertTrue(!ok, "a forged batch was accepted");
        vm.assertTrue(bytes4(refusal) == IRollupErrors.InvalidProof.selector, "refused for something else");
        refusedBatches++;
    }

    function doPay(uint256 batchSeed, uint256 firstSeed, uint256 countSeed) external {
        if (batches.length != 0) pay(batchSeed % batches.length, firstSeed % 5, within(countSeed, 0, 5));
    }

    function doClaim(uint256 holderSeed, uint256 tokenSeed) external {
        claim(holderSeed % HOLDERS, uint32(tokenSeed % TOKENS));
    }

    function doClaimFor(uint256 holderSeed, uint256 tokenSeed) external {
        bytes memory call = abi.encodeCall(rollup.claimFor, (uint32(tokenSeed % TOKENS), holders[holderSeed % HOLDERS]));
        (bool ok,) = address(rollup).call{gas: 3_000_000}(call);
        ok;
    }

    function doChangeMood(bool willing) external {
        reverting.become(willing);
    }

    function doWait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 10 hours));
    }

    /// The policy names someone else: one of the usual accounts, nobody, or it fails.
    function doChangeLeader(uint256 seed) external {
        address[4] memory named = [operator, stranger, vm.addr(5), address(0)];
        _leader = named[seed % 4];
        moving.become(_leader, seed % 4 == 3 && seed % 8 > 3);
        vm.assertEq(rollup.leader(), _leader, "leader");
    }

    function recipientOf(uint256 seed) internal view override returns (address) {
        return holders[seed % (HOLDERS - 1)];
    }

    /// Pays some payouts of a batch and books what it settled.
    function pay(uint256 chosen, uint256 first, uint256 count) internal {
        Batch storage batch = batches[chosen];
        uint64 number = uint64(chosen + 1);
        uint256 before = rollup.payoutsSettled(number, 0);
        uint256 selected = ((1 << count) - 1) << first;
        uint256 named = selected & ((1 << batch.payouts.length) - 1);
        (bool ok,) = address(rollup).call(payCall(number, batch.submitted, selected));
        vm.assertEq(ok, named & ~before != 0, "payable iff something in the range is left");
        vm.assertEq(rollup.payoutsSettled(number, 0), before | named, "settled");
        _settled(chosen, named & ~before);
    }

    /// Books that payouts of a batch have been paid or made claimable.
    function _settled(uint256 chosen, uint256 bits) private {
        Batch storage batch = batches[chosen];
        for (uint256 i = 0; i < batch.payouts.length; i++) {
            if (bits >> i & 1 == 0) continue;
            Payout memory payout = batch.payouts[i];
            unsettled[payout.tokenId] -= payout.amount;
            _owe(payout.tokenId, payout.recipient, payout.amount);
            settledPayouts++;
        }
    }

    /// Moves what a holder can claim to the vault, if the holder is a contract that supports it.
    function claim(uint256 chosen, uint32 tokenId) internal {
        address holder = holders[chosen];
        uint256 amount = rollup.claimable(tokenId, holder);
        if (amount == 0) return;
        wealth[tokenId][holder] -= int256(amount);
        wealth[tokenId][VAULT] += int256(amount);
        if (holder == address(reverting)) reverting.claim(rollup, tokenId, VAULT);
        else burning.claim(rollup, tokenId, VAULT);
    }

    /// `amount` is on its way to a holder: paid or claimable.
    function _owe(uint32 tokenId, address holder, uint256 amount) internal {
        wealth[tokenId][holder] += int256(tokenId == FEE_TOKEN ? amount - amount / 100 : amount);
    }

    function _balance(uint32 tokenId, address account) internal view returns (uint256) {
        if (tokenId == 0) return account.balance;
        return tokenId == TOKEN ? token.balanceOf(account) : feeToken.balanceOf(account);
    }

    function _queue(address sender, uint256 value, uint256 excess, bytes memory call, QueueRecord memory record)
        private
        returns (bool)
    {
        uint256 fee = rollup.queueFee();
        if (rollup.isFrozen()) {
            _expectFrozen(sender, fee + value, call);
            return false;
        }
        vm.prank(sender);
        (bool ok,) = address(rollup).call{value: fee + value + excess}(call);
        vm.assertTrue(ok, "queued");
        wealth[0][sender] -= int256(fee + value);
        enqueued(record, fee / 2);
        vm.assertEq(rollup.queueEntry(uint64(records.length - 1)).submitterFee, fee / 2, "fee");
        return true;
    }

    function _someIndex(uint256 seed) private view returns (uint32) {
        return seed % 7 == 0 ? uint32(seed >> 8) % 2 ** 24 : FIRST + uint32(seed % (accounts.length + 2));
    }

    function _expectFrozen(address caller, uint256 value, bytes memory call) private {
        vm.prank(caller, caller);
        (bool ok, bytes memory reason) = address(rollup).call{value: value}(call);
        vm.assertTrue(!ok, "refused after the freeze");
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IRollupErrors.RollupFrozen.selector), "by name");
        refusedAfterFreeze++;
    }
}
