// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {GasBurningRecipient, RevertingRecipient, ThirstyRecipient} from "./hostile/Recipients.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

/// Payouts of a batch: which list is accepted, and what is paid in the same transaction.
contract BatchPayoutsTest is RollupTest {
    uint256 private constant RECORD = 40;
    uint160 private constant FIRST_RECIPIENT = 0x10000;

    function setUp() public override {
        super.setUp();
        depositETH(alice, 1000 ether);
        depositToken(alice, 100_000);
        submit(nextBatch(2));
    }

    /// One byte altered under a proof for the other list: another point; and under one for this list's own point.
    function testFuzz_otherPayouts(uint256 at, bytes1 flip) public {
        Model.Batch memory batch = nextBatch(0, _some(3));
        bytes memory proof_ = proof(operator, batch);
        bytes memory proven = batch.payouts;
        batch.payouts = bytes.concat(proven);
        batch.payouts[at % proven.length] ^= flip == 0 ? bytes1(0x01) : flip;
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        expectRefused(operator, batch, _proofOfPayouts(batch, proven), invalidProof(operator, batch));
    }

    function test_otherPayouts() public {
        Payout[] memory payouts = _some(3);
        Model.Batch memory batch = nextBatch(0, payouts);
        bytes memory proven = batch.payouts;
        bytes memory first = Model.slice(proven, 0, RECORD);
        bytes memory second = Model.slice(proven, RECORD, RECORD);
        bytes memory third = Model.slice(proven, 2 * RECORD, RECORD);
        bytes[4] memory others = [
            bytes.concat(second, first, third), // exchanged
            bytes.concat(first, third), // left out
            bytes.concat(first, second), // the last one left out
            bytes.concat(proven, first) // added
        ];
        for (uint256 i = 0; i < others.length; i++) {
            batch.payouts = others[i];
            expectRefused(operator, batch, _proofOfPayouts(batch, proven), invalidProof(operator, batch));
        }
        batch.payouts = proven;
        submit(batch);
    }

    /// Its words are 0, so the polynomial is that of the proven list.
    function test_zeroRecordBehind() public {
        Model.Batch memory batch = nextBatch(0, _some(1));
        batch.payouts = bytes.concat(batch.payouts, new bytes(RECORD));
        _expectMalformed(batch);
        batch.payouts = new bytes(RECORD);
        _expectMalformed(batch);
        // Only the recipient counts.
        batch.payouts = abi.encodePacked(address(0), uint32(1), uint128(1));
        _expectMalformed(batch);
    }

    function test_payoutsLength() public {
        Model.Batch memory batch = nextBatch(0, _some(2));
        bytes memory list = batch.payouts;
        for (uint256 length = 1; length < list.length; length += length == RECORD - 1 ? 2 : RECORD / 2 - 1) {
            batch.payouts = Model.slice(list, 0, length);
            if (length % RECORD != 0) _expectMalformed(batch);
        }
        batch.payouts = bytes.concat(list, hex"01");
        _expectMalformed(batch);
    }

    function test_tooManyPayouts() public {
        Model.Batch memory batch = nextBatch(0, _some(1025));
        _expectMalformed(batch);
        batch.payouts = Model.slice(batch.payouts, 0, 1024 * RECORD);
        batch.payNow = new uint256[](4);
        batch.payNow[3] = 1 << 255;
        submit(batch);
        vm.assertEq(rollup.payoutsSettled(2, 3), 1 << 255, "the last one");
        vm.assertEq(address(FIRST_RECIPIENT + 1023).balance, 1 ether / 1024, "paid");
    }

    function test_payNow() public {
        Payout[] memory payouts = new Payout[](3);
        payouts[0] = Payout(bob, 0, 3 ether);
        payouts[1] = Payout(bob, TOKEN, 300);
        payouts[2] = Payout(bob, 0, 0);
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = words(7);
        bytes memory proof_ = proof(operator, batch);
        uint256 balance = bob.balance;
        uint256 tokens = token.balanceOf(bob);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 0, bob, 0, 3 ether);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 1, bob, TOKEN, 300);
        submitAs(operator, batch, proof_);
        vm.assertEq(bob.balance - balance, 3 ether, "ETH");
        vm.assertEq(token.balanceOf(bob) - tokens, 300, "tokens");
        vm.assertEq(rollup.payoutsSettled(2, 0), 7, "settled, also the one of 0");
        vm.assertEq(rollup.custody(0), 997 ether, "ETH custody");
        vm.assertEq(rollup.custody(TOKEN), 99_700, "token custody");
    }

    /// Which payouts are paid now is the submitter's choice: a proof says nothing about it.
    function test_payNowChooses() public {
        GasBurningRecipient burning = new GasBurningRecipient();
        Payout[] memory payouts = _some(5);
        payouts[0].recipient = payouts[1].recipient = address(burning);
        Model.Batch memory batch = nextBatch(0, payouts);
        bytes memory proof_ = proof(operator, batch);
        batch.payNow = words(0x1c);
        submitAs(operator, batch, proof_);
        vm.assertEq(rollup.payoutsSettled(2, 0), 0x1c, "those chosen");
        vm.assertEq(rollup.claimable(0, address(burning)), 0, "the hostile ones were not tried");
        vm.assertEq(payouts[4].recipient.balance, 1 ether / 1024, "paid");
    }

    function test_payNowSelectsNoneBehindTheEnd() public {
        Model.Batch memory batch = nextBatch(0, _some(3));
        batch.payNow = words(1 << 3);
        _expectNotInBatch(batch, 3, 3);
        batch.payNow = words(1 << 255 | 1);
        _expectNotInBatch(batch, 3, 255);
        batch.payNow = new uint256[](2);
        batch.payNow[1] = 1 << 7;
        _expectNotInBatch(batch, 3, 256 + 7);
        batch = nextBatch(0, _some(256));
        batch.payNow = new uint256[](2);
        batch.payNow[1] = 1;
        _expectNotInBatch(batch, 256, 256);
        batch.payNow = words(1 << 255);
        submit(batch);
    }

    /// Recipients become expensive after the simulation: the batch is accepted, and what does not fit is left.
    function test_payNowShortOfGasLeavesTheRest() public {
        Payout[] memory payouts = new Payout[](6);
        for (uint256 i = 0; i < 6; i++) {
            payouts[i] = Payout(address(new GasBurningRecipient()), 0, 1);
        }
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = words(0x3f);
        bytes memory call = submitCall(batch, proof(operator, batch));
        vm.prank(operator, operator);
        (bool ok,) = address(rollup).call{gas: 700_000}(call);
        vm.assertTrue(ok, "accepted");
        uint256 settled = rollup.payoutsSettled(2, 0);
        vm.assertTrue(settled != 0 && settled != 0x3f && (settled & (settled + 1)) == 0, "the first ones");
        pay(2, batch, 0, words(0x3f));
        vm.assertEq(rollup.payoutsSettled(2, 0), 0x3f, "all settled");
        for (uint256 i = 0; i < 6; i++) {
            vm.assertEq(rollup.claimable(0, payouts[i].recipient), 1, "each once");
        }
    }

    /// Whatever gas a submitter supplies: the batch is refused as a whole, or accepted, and then no payout fails that
    /// would have succeeded with more gas.
    function testFuzz_gasNeverMakesAPayoutFail(uint256 gas, uint256 mask) public {
        gas = within(gas, 150_000, 2_000_000);
        mask &= 0xff;
        Payout[] memory payouts = new Payout[](8);
        for (uint256 i = 0; i < 8; i++) {
            payouts[i] = Payout(address(new ThirstyRecipient(49_000)), uint32(i % 3 == 0 ? TOKEN : 0), 5);
        }
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = words(mask);
        bytes memory call = submitCall(batch, proof(operator, batch));
        vm.prank(operator, operator);
        (bool ok,) = address(rollup).call{gas: gas}(call);
        uint256 settled = rollup.payoutsSettled(2, 0);
        vm.assertTrue(ok || rollup.state().batchCount == 1, "all or nothing");
        vm.assertEq(settled & ~mask, 0, "no other than those chosen");
        for (uint256 i = 0; i < 8; i++) {
            uint32 tokenId = payouts[i].tokenId;
            address recipient = payouts[i].recipient;
            uint256 held = tokenId == 0 ? recipient.balance : token.balanceOf(recipient);
            vm.assertEq(held, settled >> i & 1 == 1 ? 5 : 0, "settled means paid");
            vm.assertEq(rollup.claimable(tokenId, recipient), 0, "none deferred");
        }
    }

    function test_paidOnce() public {
        Model.Batch memory batch = nextBatch(0, _some(5));
        batch.payNow = words(3);
        submit(batch);
        // By payNow and pay, by two calls, by overlapping masks.
        _expectNothing(2, batch, 0, 3);
        pay(2, batch, 0, words(6));
        _expectNothing(2, batch, 0, 7);
        // By words behind the end, also one whose first position would overflow to 0, and by the bits behind the end.
        _expectNothing(2, batch, 1, type(uint256).max);
        _expectNothing(2, batch, 2 ** 248, type(uint256).max);
        _expectNothing(2, batch, type(uint256).max, type(uint256).max);
        _expectNothing(2, batch, 0, ~uint256(0x1f) | 7);
        uint256[] memory many = new uint256[](3);
        many[1] = many[2] = type(uint256).max;
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2));
        pay(2, batch, 0, many);
        pay(2, batch, 0, words(type(uint256).max));
        for (uint160 i = 0; i < 5; i++) {
            vm.assertEq(address(FIRST_RECIPIENT + i).balance, 1 ether / 1024, "once");
        }
        vm.assertEq(rollup.payoutsSettled(2, 0), 0x1f, "no bits behind the end");
        // By the same bits of another batch, whose own payouts are untouched.
        Model.Batch memory other = submitWithPayouts(_some(5));
        vm.assertEq(rollup.payoutsSettled(3, 0), 0, "bits of their own");
        pay(3, other, 0, words(1));
        _expectNothing(2, batch, 0, 1);
    }

    /// Any sequence of masks pays each payout once, in the first call that selects it.
    function testFuzz_masks(uint256[2][5] memory masks, uint256[2] memory payNow, uint8[5] memory firstWords) public {
        Payout[] memory payouts = _some(300);
        uint256 last = (1 << 44) - 1;
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = new uint256[](2);
        uint256[2] memory settled;
        for (uint256 i = 0; i < 2; i++) {
            settled[i] = batch.payNow[i] = _sparse(payNow[i]) & (i == 1 ? last : type(uint256).max);
        }
        submit(batch);
        for (uint256 i = 0; i < 5; i++) {
            uint256 first = firstWords[i] % 3;
            uint256[] memory mask = new uint256[](2);
            bool expected = false;
            for (uint256 j = 0; j < 2; j++) {
                mask[j] = _sparse(masks[i][j]);
                if (first + j > 1) continue;
                uint256 added = mask[j] & ~settled[first + j] & (first + j == 1 ? last : type(uint256).max);
                expected = expected || added != 0;
                settled[first + j] |= added;
            }
            if (!expected) vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2));
            pay(2, batch, first, mask);
        }
        for (uint256 i = 0; i < 300; i++) {
            bool isSettled = settled[i / 256] >> i % 256 & 1 == 1;
            vm.assertEq(payouts[i].recipient.balance, isSettled ? 1 ether / 1024 : 0, "once");
        }
        vm.assertEq(rollup.payoutsSettled(2, 0), settled[0], "first word");
        vm.assertEq(rollup.payoutsSettled(2, 1), settled[1], "second word");
    }

    /// The reward comes first; a submitter who refuses it keeps a claim, and the payouts are paid.
    function test_rewardThenPayouts() public {
        depositETH(alice, 1 ether);
        Model.Batch memory batch = nextBatch(1, one(bob, 0, 1 ether));
        batch.payNow = words(1);
        bytes memory proof_ = proof(operator, batch);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.SubmitterRewarded(2, operator, BASE_FEE / 2, true);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 0, bob, 0, 1 ether);
        submitAs(operator, batch, proof_);
    }

    function test_deferredPayoutOfPayNow() public {
        RevertingRecipient reverting = new RevertingRecipient();
        Model.Batch memory batch = nextBatch(0, one(address(reverting), 0, 1 ether));
        batch.payNow = words(1);
        bytes memory proof_ = proof(operator, batch);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutDeferred(2, 0, address(reverting), 0, 1 ether);
        submitAs(operator, batch, proof_);
        vm.assertEq(rollup.claimable(0, address(reverting)), 1 ether, "claimable");
        vm.assertEq(rollup.custody(0), 1000 ether, "still owed");
    }

    function _some(uint256 count) private pure returns (Payout[] memory payouts) {
        payouts = new Payout[](count);
        for (uint160 i = 0; i < count; i++) {
            payouts[i] = Payout(address(FIRST_RECIPIENT + i), 0, 1 ether / 1024);
        }
    }

    /// At most about 32 bits of a word, so that the gas of one call suffices.
    function _sparse(uint256 word) private pure returns (uint256) {
        return word & word >> 1 & word >> 2;
    }

    /// A proof whose circuit made other payouts, for the point of this batch.
    function _proofOfPayouts(Model.Batch memory batch, bytes memory proven) private view returns (bytes memory) {
        bytes32[] memory inputs = publicInputs(operator, batch);
        inputs[16] = bytes32(Model.payouts(proven, uint256(inputs[12])));
        return abi.encodePacked(keccak256(abi.encode(verifiers[SMALL], inputs)));
    }

    function _expectMalformed(Model.Batch memory batch) private {
        uint256 length = batch.payouts.length;
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.PayoutListMalformed.selector, length));
    }

    function _expectNotInBatch(Model.Batch memory batch, uint256 count, uint256 position) private {
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.PayoutNotInBatch.selector, count, position));
    }

    function _expectNothing(uint64 number, Model.Batch memory batch, uint256 firstWord, uint256 mask) private {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, number));
        pay(number, batch, firstWord, words(mask));
    }
}
