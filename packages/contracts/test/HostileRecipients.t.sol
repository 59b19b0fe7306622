// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {
    GasBurningRecipient,
    ReturnBombRecipient,
    RevertBombRecipient,
    RevertingRecipient,
    ThirstyRecipient
} from "./hostile/Recipients.sol";
import {ReentrantRecipient} from "./hostile/ReentrantRecipient.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

/// Remembers what the rollup says of itself while it pays.
contract Observer {
    Rollup private immutable ROLLUP;
    bytes32 public seen;
    bytes32 public commitment;
    uint256 public settled;
    uint256 public custody;

    constructor(Rollup rollup) {
        ROLLUP = rollup;
        // Slots that hold something cost less to change within the gas of a payment.
        (seen, commitment, settled, custody) = (bytes32(uint256(1)), bytes32(uint256(1)), 1, 1);
    }

    receive() external payable {
        seen = keccak256(abi.encode(ROLLUP.state()));
        commitment = ROLLUP.batchCommitment(2);
        settled = ROLLUP.payoutsSettled(2, 0);
        custody = ROLLUP.custody(0);
    }
}

contract HostileRecipientsTest is RollupTest {
    function setUp() public override {
        super.setUp();
        depositETH(alice, 100 ether);
        submit(nextBatch(1));
    }

    function test_attack_blockPayoutsOfOthers() public {
        address[3] memory hostile =
            [address(new RevertingRecipient()), address(new GasBurningRecipient()), address(new RevertBombRecipient())];
        for (uint256 i = 0; i < hostile.length; i++) {
            uint256 balance = bob.balance;
            (uint64 number, Model.Batch memory batch) = _owe(hostile[i]);
            vm.expectEmit(address(rollup));
            emit IRollupEvents.PayoutDeferred(number, 0, hostile[i], 0, 1 ether);
            pay(number, batch, 0, words(3));
            vm.assertEq(bob.balance - balance, 2 ether, "the payout behind it arrived");
            vm.assertEq(rollup.claimable(0, hostile[i]), 1 ether, "the refused one is claimable");
        }
        vm.assertEq(rollup.custody(0), 100 ether - 6 ether, "the refused ones are still owed");
        vm.assertEq(address(rollup).balance, rollup.custody(0), "balance");
    }

    function test_attack_returnBomb() public {
        address bomb = address(new ReturnBombRecipient());
        (uint64 number, Model.Batch memory batch) = _owe(bomb);
        uint256 gasBefore = gasleft();
        pay(number, batch, 0, words(3));
        vm.assertLe(gasBefore - gasleft(), 250_000, "nothing of it was copied");
        vm.assertEq(bomb.balance, 1 ether, "paid, since it did not refuse");
    }

    function test_attack_failOthersPayoutByLowGas() public {
        address thirsty = address(new ThirstyRecipient(45_000));
        (uint64 number, Model.Batch memory batch) = _owe(thirsty);
        bytes memory call = payCall(number, batch, 1);
        bool refused = false;
        for (uint256 gas = 30_000; gas < 300_000; gas += 2_000) {
            (bool ok, bytes memory reason) = address(rollup).call{gas: gas}(call);
            if (bytes4(reason) == IRollupErrors.InsufficientGas.selector) refused = true;
            vm.assertEq(rollup.claimable(0, thirsty), 0, "never deferred for want of gas");
            if (ok) break;
        }
        vm.assertTrue(refused, "too little gas is refused by name");
        vm.assertEq(thirsty.balance, 1 ether, "paid in the end");
    }

    function test_recipientNeedingMoreThanItsAllowanceClaimsLater() public {
        address thirsty = address(new ThirstyRecipient(60_000));
        (uint64 number, Model.Batch memory batch) = _owe(thirsty);
        pay(number, batch, 0, words(3));
        vm.assertEq(rollup.claimable(0, thirsty), 1 ether, "deferred");
        vm.prank(stranger);
        rollup.claimFor(0, thirsty);
        vm.assertEq(thirsty.balance, 1 ether, "claimed with the caller's gas");
    }

    function test_attack_reenterFromETHPayout() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            uint256 before = address(attacker).balance;
            (uint64 number, Model.Batch memory batch) = _owe(address(attacker));
            pay(number, batch, 0, words(3));
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(address(attacker).balance - before, 1 ether, "paid once");
        }
    }

    /// Each function of the rollup, from a payout of the same submission.
    function test_reenterDuringPayNow() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            uint256 before = address(attacker).balance;
            Model.Batch memory batch = nextBatch(0, one(address(attacker), 0, 1 ether));
            batch.payNow = words(1);
            submit(batch);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(address(attacker).balance - before, 1 ether, "paid once");
        }
    }

    /// Whoever is paid sees the batch accepted: its root, history, bits and commitment.
    function test_stateSeenDuringPayNow() public {
        Observer observer = new Observer(rollup);
        depositETH(alice, 1 ether);
        Model.Batch memory batch = nextBatch(1, one(address(observer), 0, 1 ether));
        batch.payNow = words(1);
        submit(batch);
        vm.assertEq(observer.seen(), keccak256(abi.encode(rollup.state())), "the state after the batch");
        vm.assertEq(observer.commitment(), rollup.batchCommitment(2), "the commitment");
        vm.assertEq(observer.settled(), 1, "its own bit");
        vm.assertEq(observer.custody(), rollup.custody(0), "the books without it");
    }

    function test_payNowBurnsGas() public {
        Payout[] memory payouts = new Payout[](3);
        payouts[0] = Payout(address(new GasBurningRecipient()), 0, 1 ether);
        payouts[1] = Payout(address(new RevertBombRecipient()), 0, 1 ether);
        payouts[2] = Payout(bob, 0, 2 ether);
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = words(7);
        uint256 balance = bob.balance;
        uint256 gasBefore = gasleft();
        submit(batch);
        vm.assertLe(gasBefore - gasleft(), 700_000, "bounded");
        vm.assertEq(bob.balance - balance, 2 ether, "the payout behind them arrived");
        for (uint256 i = 0; i < 2; i++) {
            vm.assertEq(rollup.claimable(0, payouts[i].recipient), 1 ether, "claimable");
        }
    }

    function test_payNowReturnBomb() public {
        Payout[] memory payouts = new Payout[](2);
        payouts[0] = Payout(address(new ReturnBombRecipient()), 0, 1 ether);
        payouts[1] = Payout(bob, 0, 2 ether);
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.payNow = words(3);
        bytes memory proof_ = proof(operator, batch);
        uint256 gasBefore = gasleft();
        submitAs(operator, batch, proof_);
        vm.assertLe(gasBefore - gasleft(), 500_000, "nothing of it was copied");
        vm.assertEq(payouts[0].recipient.balance, 1 ether, "paid, since it did not refuse");
    }

    function test_attack_reenterFromClaim() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            RevertingRecipient beneficiary = _deferred();
            attacker.prepare(entrance);
            uint256 before = address(attacker).balance;
            beneficiary.claim(rollup, 0, address(attacker));
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(address(attacker).balance - before, 1 ether, "paid once");
        }
    }

    function test_attack_reenterFromRefund() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        vm.deal(address(attacker), 10 ether);
        for (uint256 entrance = 0; entrance < attacker.ENTRANCES(); entrance++) {
            attacker.prepare(entrance);
            attacker.run(abi.encodeCall(rollup.requestWithdraw, (70)), 1 ether);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(uint256(rollup.backlog()), entrance + 1, "one entry each");
        }
    }

    function test_refundRefused() public {
        RevertingRecipient poor = new RevertingRecipient();
        vm.deal(address(poor), 1 ether);
        vm.prank(address(poor));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.RefundFailed.selector, address(poor), 1 ether - BASE_FEE));
        rollup.requestWithdraw{value: 1 ether}(70);
        vm.prank(address(poor));
        rollup.requestWithdraw{value: BASE_FEE}(70);
    }

    function test_claimToAnotherAddress() public {
        RevertingRecipient beneficiary = _deferred();
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Claimed(0, address(beneficiary), stranger, 1 ether);
        beneficiary.claim(rollup, 0, stranger);
        vm.assertEq(rollup.claimable(0, address(beneficiary)), 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToClaim.selector, 0, address(beneficiary)));
        beneficiary.claim(rollup, 0, stranger);
    }

    function test_attack_claimWhatIsNotYours() public {
        _deferred();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToClaim.selector, 0, stranger));
        rollup.claim(0, stranger);
    }

    function test_claimForPaysTheBeneficiaryOnly() public {
        RevertingRecipient beneficiary = _deferred();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ClaimFailed.selector, 0, address(beneficiary), 1 ether));
        rollup.claimFor(0, address(beneficiary));
        vm.assertEq(rollup.claimable(0, address(beneficiary)), 1 ether, "a failed claim changes nothing");
        beneficiary.become(true);
        vm.prank(stranger);
        rollup.claimFor(0, address(beneficiary));
        vm.assertEq(address(beneficiary).balance, 1 ether, "paid");
    }

    function test_attack_claimIntoTheVoid() public {
        RevertingRecipient beneficiary = _deferred();
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.InvalidClaimRecipient.selector, address(0)));
        beneficiary.claim(rollup, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.InvalidClaimRecipient.selector, address(rollup)));
        beneficiary.claim(rollup, 0, address(rollup));
    }

    function test_payoutToTheRollupItselfHarmsNobodyElse() public {
        uint256 balance = bob.balance;
        (uint64 number, Model.Batch memory batch) = _owe(address(rollup));
        pay(number, batch, 0, words(3));
        vm.assertEq(bob.balance - balance, 2 ether, "the payout behind it arrived");
        vm.assertGe(address(rollup).balance, rollup.custody(0), "balance covers custody");
    }

    function _deferred() private returns (RevertingRecipient beneficiary) {
        beneficiary = new RevertingRecipient();
        (uint64 number, Model.Batch memory batch) = _owe(address(beneficiary));
        pay(number, batch, 0, words(3));
    }

    function _owe(address first) private returns (uint64 number, Model.Batch memory batch) {
        Payout[] memory payouts = new Payout[](2);
        payouts[0] = Payout(first, 0, 1 ether);
        payouts[1] = Payout(bob, 0, 2 ether);
        batch = submitWithPayouts(payouts);
        number = rollup.state().batchCount;
    }
}
