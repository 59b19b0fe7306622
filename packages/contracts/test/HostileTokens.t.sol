// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {ReentrantRecipient} from "./hostile/ReentrantRecipient.sol";
import {FeeOnTransferToken, HookedToken, MoodyToken, NoReturnToken} from "./hostile/Tokens.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

contract HostileTokensTest is RollupTest {
    uint32 private constant HOSTILE = 2;

    MoodyToken private _moody;

    function setUp() public override {
        super.setUp();
        _moody = new MoodyToken();
        rollup.registerToken(address(_moody));
        _moody.mint(alice, 10_000);
        _deposit(HOSTILE, 1000);
        depositToken(alice, 1000);
        submit(nextBatch(2));
    }

    function test_tokenWithoutReturnValue() public {
        NoReturnToken quiet = new NoReturnToken();
        uint32 tokenId = rollup.registerToken(address(quiet));
        quiet.mint(alice, 50);
        _deposit(tokenId, 50);
        vm.assertEq(rollup.custody(tokenId), 50, "credited");
        Model.Batch memory batch = submitWithPayouts(one(bob, tokenId, 20));
        pay(2, batch, 0, words(1));
        vm.assertEq(quiet.balanceOf(bob), 20, "paid");
    }

    function test_feeOnTransferCreditsWhatArrives() public {
        FeeOnTransferToken greedy = new FeeOnTransferToken();
        uint32 tokenId = rollup.registerToken(address(greedy));
        greedy.mint(alice, 1000);
        _deposit(tokenId, 1000);
        vm.assertEq(rollup.custody(tokenId), 990, "custody");
        vm.assertEq(greedy.balanceOf(address(rollup)), 990, "balance");
        bytes memory record = abi.encodePacked(uint8(4), alice, tokenId, uint128(990), uint24(0), uint256(0));
        vm.assertEq(queueHash(3), keccak256(bytes.concat(queueHash(2), record)), "record");
    }

    function test_attack_depositWithoutMovingTokens() public {
        _moody.become(MoodyToken.Mood.MovesNothing);
        _expectDepositRefused(abi.encodeWithSelector(IRollupErrors.ZeroDeposit.selector));
    }

    function test_attack_depositThatMovesTooMuch() public {
        _moody.become(MoodyToken.Mood.MovesTooMuch);
        _expectDepositRefused(abi.encodeWithSelector(IRollupErrors.ReceivedUnexpectedAmount.selector, 10, 1000, 1011));
    }

    function test_attack_depositThatTakesFromTheRollup() public {
        _moody.become(MoodyToken.Mood.TakesFromRollup);
        _expectDepositRefused(abi.encodeWithSelector(IRollupErrors.ReceivedUnexpectedAmount.selector, 10, 1000, 999));
    }

    function test_attack_depositThatFails() public {
        MoodyToken.Mood[6] memory moods = [
            MoodyToken.Mood.ReturnsFalse,
            MoodyToken.Mood.Reverts,
            MoodyToken.Mood.ReturnBomb,
            MoodyToken.Mood.RevertBomb,
            MoodyToken.Mood.ReturnsTwo,
            MoodyToken.Mood.ReturnsOneByte
        ];
        for (uint256 i = 0; i < moods.length; i++) {
            _moody.become(moods[i]);
            _expectDepositRefused(abi.encodeWithSelector(IRollupErrors.TokenPullFailed.selector, address(_moody)));
        }
    }

    function test_attack_unreadableBalance() public {
        MoodyToken.Mood[3] memory moods =
            [MoodyToken.Mood.BalanceReverts, MoodyToken.Mood.BalanceBomb, MoodyToken.Mood.BalanceShort];
        for (uint256 i = 0; i < moods.length; i++) {
            _moody.become(moods[i]);
            _expectDepositRefused(abi.encodeWithSelector(IRollupErrors.BalanceUnreadable.selector, address(_moody)));
        }
    }

    function test_attack_blockPayoutsOfOthers() public {
        MoodyToken.Mood[7] memory moods = [
            MoodyToken.Mood.ReturnsFalse,
            MoodyToken.Mood.Reverts,
            MoodyToken.Mood.BurnsGas,
            MoodyToken.Mood.ReturnBomb,
            MoodyToken.Mood.RevertBomb,
            MoodyToken.Mood.ReturnsTwo,
            MoodyToken.Mood.ReturnsOneByte
        ];
        for (uint256 i = 0; i < moods.length; i++) {
            _moody.become(moods[i]);
            uint256 goodBefore = token.balanceOf(bob);
            uint256 claimableBefore = rollup.claimable(HOSTILE, bob);
            _payHostileThenGood();
            vm.assertEq(token.balanceOf(bob) - goodBefore, 7, "the payout behind it arrived");
            vm.assertEq(rollup.claimable(HOSTILE, bob) - claimableBefore, 5, "the refused one is claimable");
            vm.assertEq(rollup.custody(HOSTILE), 1000, "and still owed");
        }
        _moody.become(MoodyToken.Mood.Good);
        uint256 balanceBefore = _moody.balanceOf(bob);
        uint256 due = rollup.claimable(HOSTILE, bob);
        rollup.claimFor(HOSTILE, bob);
        vm.assertEq(_moody.balanceOf(bob) - balanceBefore, due, "claimed later");
        vm.assertEq(rollup.custody(HOSTILE), 1000 - due, "custody fell");
    }

    function test_attack_returnBombCopiesLittle() public {
        _moody.become(MoodyToken.Mood.ReturnBomb);
        Model.Batch memory batch = submitWithPayouts(one(bob, HOSTILE, 5));
        uint256 gasBefore = gasleft();
        pay(2, batch, 0, words(1));
        vm.assertLe(gasBefore - gasleft(), 400_000, "no more than the token's allowance and a fixed cost");
    }

    function test_attack_tokenWithoutCodeAtPayout() public {
        vm.etch(address(_moody), "");
        _payHostileThenGood();
        vm.assertEq(rollup.claimable(HOSTILE, bob), 5, "claimable");
    }

    function test_attack_failOthersPayoutByLowGas() public {
        Model.Batch memory batch = submitWithPayouts(one(bob, TOKEN, 5));
        bytes memory call = payCall(2, batch, 1);
        bool refused = false;
        for (uint256 gas = 30_000; gas < 400_000; gas += 3_000) {
            (bool ok, bytes memory reason) = address(rollup).call{gas: gas}(call);
            if (bytes4(reason) == IRollupErrors.InsufficientGas.selector) refused = true;
            vm.assertEq(rollup.claimable(TOKEN, bob), 0, "never deferred for want of gas");
            if (ok) break;
        }
        vm.assertTrue(refused, "too little gas is refused by name");
        vm.assertEq(rollup.payoutsSettled(2, 0), 1, "paid in the end");
    }

    function test_attack_reenterFromTokenHookInDeposit() public {
        (HookedToken hooked, ReentrantRecipient attacker, uint32 tokenId) = _hooked();
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            uint256 fee = rollup.queueFee();
            attacker.run(abi.encodeCall(rollup.deposit, (tokenId, 40, address(attacker), 0, 0)), fee);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(rollup.custody(tokenId), 40 * (entrance + 1), "credited once");
            vm.assertEq(hooked.balanceOf(address(rollup)), 40 * (entrance + 1), "balance");
        }
    }

    function test_attack_reenterFromTokenHookInPayout() public {
        (HookedToken hooked, ReentrantRecipient attacker, uint32 tokenId) = _hooked();
        hooked.mint(alice, 1000);
        _deposit(tokenId, 1000);
        uint256 before = hooked.balanceOf(address(attacker));
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            Model.Batch memory batch = submitWithPayouts(one(address(attacker), tokenId, 30));
            pay(rollup.state().batchCount, batch, 0, words(1));
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(hooked.balanceOf(address(attacker)) - before, 30 * (entrance + 1), "paid once");
        }
        vm.assertEq(rollup.custody(tokenId), 1000 - 30 * attacker.ENTRANCES(), "custody");
    }

    function test_reenterDuringPayNow() public {
        (HookedToken hooked, ReentrantRecipient attacker, uint32 tokenId) = _hooked();
        hooked.mint(alice, 1000);
        _deposit(tokenId, 1000);
        uint256 before = hooked.balanceOf(address(attacker));
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            Model.Batch memory batch = nextBatch(0, one(address(attacker), tokenId, 30));
            batch.payNow = words(1);
            submit(batch);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(hooked.balanceOf(address(attacker)) - before, 30 * (entrance + 1), "paid once");
        }
        vm.assertEq(rollup.custody(tokenId), 1000 - 30 * attacker.ENTRANCES(), "custody");
    }

    function _hooked() private returns (HookedToken hooked, ReentrantRecipient attacker, uint32 tokenId) {
        hooked = new HookedToken();
        tokenId = rollup.registerToken(address(hooked));
        attacker = new ReentrantRecipient(rollup);
        hooked.mint(address(attacker), 1000);
        vm.deal(address(attacker), 10 ether);
    }

    function _payHostileThenGood() private {
        Payout[] memory payouts = new Payout[](2);
        payouts[0] = Payout(bob, HOSTILE, 5);
        payouts[1] = Payout(bob, TOKEN, 7);
        Model.Batch memory batch = submitWithPayouts(payouts);
        pay(rollup.state().batchCount, batch, 0, words(3));
    }

    function _deposit(uint32 tokenId, uint256 amount) private {
        uint256 fee = rollup.queueFee();
        vm.prank(alice);
        rollup.deposit{value: fee}(tokenId, amount, alice, 0, 0);
    }

    function _expectDepositRefused(bytes memory reason) private {
        uint256 fee = rollup.queueFee();
        vm.prank(alice);
        vm.expectRevert(reason);
        rollup.deposit{value: fee}(HOSTILE, 10, alice, 0, 0);
    }
}
