// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "../../src/interfaces/RollupTypes.sol";
import {GasBurningRecipient, RevertingRecipient} from "../hostile/Recipients.sol";
import {FeeOnTransferToken} from "../hostile/Tokens.sol";
import {proofOf} from "./KeccakVerifier.sol";
import {Payout, RollupTest} from "./RollupTest.sol";
import {vm} from "./Vm.sol";

/// Drives a rollup by random actions of several actors and keeps its own books beside it.
contract Handler is RollupTest {
    uint32 public constant TOKENS = 3;
    uint32 private constant FEE_TOKEN = 2;

    struct Batch {
        BatchHeader header;
        bytes32 dataHash;
        Payout[] payouts;
        uint256 settled;
    }

    /// Units on L2, waiting in the queue, proven but unsettled, and settled, by token.
    mapping(uint32 tokenId => uint256) public onL2;
    mapping(uint32 tokenId => uint256) public queued;
    mapping(uint32 tokenId => uint256) public unsettled;
    mapping(uint32 tokenId => uint256) public settled;
    bytes32 public provenRoot;
    uint64 public provenHead;
    uint256 public pendingFees;
    uint256 public refusedBatches;
    uint256 public acceptedBatches;

    address[] private _actors;
    address[] private _recipients;
    address private _vault = address(0x7a017);
    FeeOnTransferToken private _feeToken;
    RevertingRecipient private _reverting;
    Batch[] private _batches;
    uint128[] private _queuedAmounts;
    uint32[] private _queuedTokens;

    constructor() {
        setUp();
        _feeToken = new FeeOnTransferToken();
        rollup.registerToken(address(_feeToken));
        _actors = [alice, bob, stranger];
        for (uint256 i = 0; i < 3; i++) {
            _feeToken.mint(_actors[i], 1e30);
        }
        _reverting = new RevertingRecipient();
        _recipients = [address(0xaaa1), address(0xaaa2), address(_reverting), address(new GasBurningRecipient())];
        provenRoot = rollup.state().root;
    }

    function doDepositETH(uint256 actor, uint256 amount) external {
        amount = within(amount, 1, 100 ether);
        _notePendingFee();
        depositETH(_actors[actor % 3], amount);
        _noteQueued(0, amount);
    }

    function doDeposit(uint256 actor, uint256 tokenSeed, uint256 amount) external {
        uint32 tokenId = uint32(within(tokenSeed, 1, 2));
        amount = within(amount, 1, 1e20);
        uint256 fee = rollup.queueFee();
        _notePendingFee();
        vm.prank(_actors[actor % 3]);
        rollup.deposit{value: fee + amount % 3}(tokenId, amount, bob, 0, 0);
        _noteQueued(tokenId, tokenId == FEE_TOKEN ? amount - amount / 100 : amount);
    }

    function doRequest(uint256 actor, uint256 index, uint256 key) external {
        uint256 fee = rollup.queueFee();
        _notePendingFee();
        vm.prank(_actors[actor % 3]);
        if (key % 2 == 0) rollup.requestWithdraw{value: fee + key % 5}(uint32(index % 2 ** 24));
        else rollup.requestSetKey{value: fee}(uint32(index % 2 ** 24), (key >> 8) | 1);
        _noteQueued(0, 0);
    }

    function doDonate(uint256 amount) external {
        vm.prank(bob);
        token.transfer(address(rollup), amount % 1e18);
        vm.deal(address(rollup), address(rollup).balance + amount % 1 ether);
    }

    function doSubmit(uint256 countSeed, uint256 payoutSeed, uint256 senderSeed) external {
        uint64 waiting = rollup.backlog();
        uint64 maximum = waiting < 4 ? waiting : 4;
        uint64 overdue = rollup.overdueCount(uint64(block.timestamp));
        uint32 count = uint32(within(countSeed, overdue < maximum ? overdue : maximum, maximum));
        Payout[] memory payouts = _choosePayouts(payoutSeed);
        BatchHeader memory header = nextHeader(count, payouts);
        address sender = rollup.isSubmissionOpen() && senderSeed % 2 == 0 ? stranger : operator;
        submitAs(sender, header, "", proof(header, ""));
        for (uint64 i = 0; i < count; i++) {
            uint64 position = provenHead++;
            pendingFees -= rollup.queueEntry(position).submitterFee;
            queued[_queuedTokens[position]] -= _queuedAmounts[position];
            onL2[_queuedTokens[position]] += _queuedAmounts[position];
        }
        Batch storage batch = _batches.push();
        batch.header = header;
        batch.dataHash = dataHashOf("", SMALL_SLOTS);
        for (uint256 i = 0; i < payouts.length; i++) {
            batch.payouts.push(payouts[i]);
            onL2[payouts[i].tokenId] -= payouts[i].amount;
            unsettled[payouts[i].tokenId] += payouts[i].amount;
        }
        provenRoot = header.newRoot;
        acceptedBatches++;
    }

    /// A batch whose proof is of something else: never accepted, whoever sends it.
    function doSubmitForged(uint256 seed, bytes32 newRoot) external {
        BatchHeader memory header = nextHeader(0);
        bytes memory genuine = proof(header, "");
        if (seed % 3 == 0) genuine = proofOf(verifiers[1], publicInput(header, ""));
        else if (seed % 3 == 1) header.newRoot = header.newRoot == newRoot ? bytes32(0) : newRoot;
        else header.payoutsHash = ~header.payoutsHash;
        address sender = seed % 2 == 0 ? operator : stranger;
        vm.prank(sender, sender);
        (bool ok,) = address(rollup).call(abi.encodeCall(rollup.submitBatch, (header, "", genuine)));
        vm.assertTrue(!ok, "a forged batch was accepted");
        refusedBatches++;
    }

    function doPay(uint256 batchSeed, uint256 countSeed) external {
        if (_batches.length == 0) return;
        uint256 chosen = batchSeed % _batches.length;
        Batch storage batch = _batches[chosen];
        bytes memory call = abi.encodeCall(
            rollup.pay,
            (uint64(chosen + 1), batch.header, batch.dataHash, encode(batch.payouts), batch.settled, within(countSeed, 1, 5))
        );
        (bool ok,) = address(rollup).call(call);
        vm.assertEq(ok, batch.settled < batch.payouts.length, "payable iff something is left");
        if (!ok) return;
        uint256 bits = rollup.payoutsSettled(uint64(chosen + 1));
        uint256 end = 0;
        while (bits >> end & 1 == 1) end++;
        vm.assertTrue(end > batch.settled && end <= batch.payouts.length, "progress");
        for (uint256 i = batch.settled; i < end; i++) {
            unsettled[batch.payouts[i].tokenId] -= batch.payouts[i].amount;
            settled[batch.payouts[i].tokenId] += batch.payouts[i].amount;
        }
        batch.settled = end;
    }

    function doClaim(uint256 tokenSeed) external {
        uint32 tokenId = uint32(tokenSeed % TOKENS);
        uint256 amount = rollup.claimable(tokenId, address(_reverting));
        if (amount == 0) return;
        _reverting.claim(rollup, tokenId, _vault);
    }

    function doClaimFor(uint256 recipient, uint256 tokenSeed) external {
        uint32 tokenId = uint32(tokenSeed % TOKENS);
        bytes memory call = abi.encodeCall(rollup.claimFor, (tokenId, _recipients[recipient % 4]));
        (bool ok,) = address(rollup).call{gas: 3_000_000}(call);
        ok;
    }

    function doChangeMood(bool willing) external {
        _reverting.become(willing);
    }

    function doWait(uint256 time) external {
        vm.warp(block.timestamp + within(time, 1, 10 hours));
    }

    /// Units of a token that recipients hold, before the token's own fee.
    function received(uint32 tokenId) external view returns (uint256 sum) {
        sum = _balance(tokenId, _vault);
        for (uint256 i = 0; i < _recipients.length; i++) {
            sum += _balance(tokenId, _recipients[i]);
        }
    }

    function claimable(uint32 tokenId) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _recipients.length; i++) {
            sum += rollup.claimable(tokenId, _recipients[i]);
        }
    }

    function balance(uint32 tokenId) external view returns (uint256) {
        return _balance(tokenId, address(rollup));
    }

    function custody(uint32 tokenId) external view returns (uint256) {
        return rollup.custody(tokenId);
    }

    function rootAndQueue() external view returns (bytes32 root, uint64 head, uint64 tail) {
        return (rollup.state().root, rollup.state().queueHead, rollup.state().queueTail);
    }

    function _balance(uint32 tokenId, address account) private view returns (uint256) {
        if (tokenId == 0) return account.balance;
        return tokenId == TOKEN ? token.balanceOf(account) : _feeToken.balanceOf(account);
    }

    function _choosePayouts(uint256 seed) private view returns (Payout[] memory payouts) {
        payouts = new Payout[](seed % 5);
        uint256[TOKENS] memory left = [onL2[0], onL2[1], onL2[2]];
        for (uint256 i = 0; i < payouts.length; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 tokenId = uint32(seed % TOKENS);
            uint256 amount = within(seed >> 8, 0, left[tokenId] / 2);
            left[tokenId] -= amount;
            payouts[i] = Payout(_recipients[(seed >> 3) % 4], tokenId, uint128(amount));
        }
    }

    function _notePendingFee() private {
        pendingFees += rollup.queueFee() / 2;
    }

    function _noteQueued(uint32 tokenId, uint256 amount) private {
        _queuedTokens.push(tokenId);
        _queuedAmounts.push(uint128(amount));
        queued[tokenId] += amount;
    }
}
