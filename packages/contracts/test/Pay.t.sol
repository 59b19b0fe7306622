// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {GasBurningRecipient} from "./hostile/Recipients.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

contract PayTest is RollupTest {
    function setUp() public override {
        super.setUp();
        depositETH(alice, 100 ether);
        depositToken(alice, 1000);
        submit(nextBatch(2));
    }

    function test_paysETHAndTokens() public {
        Model.Batch memory batch = submitWithPayouts(_three());
        uint256 balance = bob.balance;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 0, bob, 0, 3 ether);
        vm.prank(stranger);
        pay(batch, 7);
        vm.assertEq(bob.balance - balance, 3 ether, "ETH arrived");
        vm.assertEq(token.balanceOf(address(0xbeef)), 400, "tokens arrived");
        vm.assertEq(rollup.custody(0), 97 ether, "ETH custody fell");
        vm.assertEq(rollup.custody(TOKEN), 600, "token custody fell");
        vm.assertEq(rollup.payoutsSettled(2, 0), 7, "all settled");
    }

    function test_anyOrder() public {
        Model.Batch memory batch = submitWithPayouts(_three());
        uint256 balance = bob.balance;
        pay(batch, 4);
        vm.assertEq(token.balanceOf(address(0xbeef)), 100, "the last one alone");
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 1, address(0xbeef), TOKEN, 300);
        pay(batch, 6);
        vm.assertEq(token.balanceOf(address(0xbeef)), 400, "each once");
        vm.assertEq(bob.balance, balance, "not the first");
        pay(batch, 7);
        vm.assertEq(bob.balance - balance, 3 ether, "the first");
    }

    /// Header, data commitment or list of another batch, or of none.
    function test_otherBatch() public {
        Model.Batch memory batch = submitWithPayouts(_three());
        Model.Batch memory second = submitWithPayouts(one(stranger, 0, 50 ether));
        _expectOther(2, second, keccak256(DATA));
        _expectOther(3, batch, keccak256(DATA));
        _expectOther(1, batch, keccak256(DATA));
        _expectOther(4, second, keccak256(DATA));
        _expectOther(0, second, keccak256(DATA));
        _expectOther(3, second, bytes32(0));
        bytes memory list = second.payouts;
        second.payouts = encode(one(stranger, 0, 51 ether));
        _expectOther(3, second, keccak256(DATA));
        second.payouts = bytes.concat(list, list);
        _expectOther(3, second, keccak256(DATA));
        second.payouts = bytes.concat(list, new bytes(40));
        _expectOther(3, second, keccak256(DATA));
        second.payouts = "";
        _expectOther(3, second, keccak256(DATA));
        second.payouts = list;
        second.header.newNextIndex ^= 1;
        _expectOther(3, second, keccak256(DATA));
        second.header.newNextIndex ^= 1;
        pay(3, second, 0, words(1));
    }

    function test_nothingToPay() public {
        Model.Batch memory batch = submitWithPayouts(_three());
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2);
        vm.expectRevert(reason);
        pay(2, batch, 0, words(0));
        vm.expectRevert(reason);
        pay(2, batch, 0, words(8));
        vm.expectRevert(reason);
        pay(2, batch, 0, new uint256[](0));
        pay(batch, 7);
        vm.expectRevert(reason);
        pay(2, batch, 0, words(7));
        batch = submitWithPayouts(new Payout[](0));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 3));
        pay(3, batch, 0, words(type(uint256).max));
    }

    function test_insufficientGasIsNamed() public {
        Model.Batch memory batch = submitWithPayouts(_three());
        bytes memory call = payCall(2, batch, 1);
        bool isNamed = false;
        for (uint256 gas = 30_000; gas < 250_000; gas += 5_000) {
            (bool ok, bytes memory reason) = address(rollup).call{gas: gas}(call);
            if (bytes4(reason) == IRollupErrors.InsufficientGas.selector) isNamed = true;
            if (ok) break;
        }
        vm.assertTrue(isNamed, "refused by name");
        vm.assertEq(rollup.payoutsSettled(2, 0), 1, "paid in the end");
    }

    /// Within one call, payouts are kept in order as far as the gas covers all of them at their worst.
    function test_resumes() public {
        Payout[] memory payouts = new Payout[](40);
        for (uint160 i = 0; i < 40; i++) {
            payouts[i] = Payout(address(0x5000 + i), 0, 1);
        }
        Model.Batch memory batch = submitWithPayouts(payouts);
        uint256 all = (1 << 40) - 1;
        bytes memory call = payCall(2, batch, all);
        uint256 calls = 0;
        for (uint256 settled = 0; settled != all; calls++) {
            (bool ok,) = address(rollup).call{gas: 1_500_000}(call);
            vm.assertTrue(ok, "progress");
            uint256 now_ = rollup.payoutsSettled(2, 0);
            vm.assertTrue(now_ > settled && now_ & now_ + 1 == 0, "in order");
            settled = now_;
        }
        vm.assertGe(calls, 3, "several calls");
        vm.assertLe(calls, 5, "about 13 in each");
    }

    function test_worstRecipientsFitTheirReserve() public {
        Payout[] memory payouts = new Payout[](30);
        for (uint160 i = 0; i < 30; i++) {
            payouts[i] = Payout(address(new GasBurningRecipient()), 0, 1);
        }
        Model.Batch memory batch = submitWithPayouts(payouts);
        bytes memory call = payCall(2, batch, (1 << 30) - 1);
        (bool ok,) = address(rollup).call{gas: 2_500_000}(call);
        vm.assertTrue(ok, "whatever they do");
        uint256 settled = rollup.payoutsSettled(2, 0);
        vm.assertTrue(settled != (1 << 30) - 1, "not all of them");
        for (uint256 i = 0; i < 30; i++) {
            vm.assertEq(rollup.claimable(0, payouts[i].recipient), settled >> i & 1, "deferred if settled");
        }
    }

    /// Looking at them would take the gas that the payment is sure to have.
    /// forge-config: default.isolate = false
    function test_wordsBehindTheEndAreNotLookedAt() public {
        Model.Batch memory batch = submitWithPayouts(one(address(new GasBurningRecipient()), 0, 1));
        uint256[] memory mask = new uint256[](5000);
        mask[0] = 1;
        bytes32 commitment = dataCommitmentOf(batch);
        bytes memory call = abi.encodeCall(rollup.pay, (2, batch.header, commitment, batch.payouts, 0, mask));
        (bool ok,) = address(rollup).call{gas: 350_000}(call);
        vm.assertTrue(ok, "paid");
        vm.assertEq(rollup.payoutsSettled(2, 0), 1, "settled");
    }

    function test_amountOfZeroIsSettledWithoutACall() public {
        Model.Batch memory batch = submitWithPayouts(one(address(new GasBurningRecipient()), 0, 0));
        uint256 gasBefore = gasleft();
        pay(batch, 1);
        vm.assertLe(gasBefore - gasleft(), 120_000, "no call");
        vm.assertEq(rollup.payoutsSettled(2, 0), 1, "settled");
    }

    function _three() private view returns (Payout[] memory payouts) {
        payouts = new Payout[](3);
        payouts[0] = Payout(bob, 0, 3 ether);
        payouts[1] = Payout(address(0xbeef), TOKEN, 300);
        payouts[2] = Payout(address(0xbeef), TOKEN, 100);
    }

    function _expectOther(uint64 number, Model.Batch memory batch, bytes32 dataCommitment) private {
        bytes32 actual = keccak256(abi.encode(batch.header, dataCommitment, keccak256(batch.payouts)));
        bytes32 expected = rollup.batchCommitment(number);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.BatchCommitmentMismatch.selector, expected, actual));
        rollup.pay(number, batch.header, dataCommitment, batch.payouts, 0, words(1));
    }
}
