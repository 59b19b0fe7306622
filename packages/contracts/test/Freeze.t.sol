// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchHeader, Permit, RollupState} from "../src/interfaces/RollupTypes.sol";
import {RevertingRecipient} from "./hostile/Recipients.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

/// When the rollup stops, and what stops with it.
contract FreezeTest is RollupTest {
    uint64 private _enqueuedAt;

    function setUp() public override {
        super.setUp();
        depositETH(alice, 10 ether);
        _enqueuedAt = uint64(block.timestamp);
    }

    function test_anyoneFreezesWhenAnEntryStaysUnprocessed() public {
        vm.warp(_enqueuedAt + FREEZE_DELAY);
        vm.assertTrue(rollup.canFreeze() && !rollup.isFrozen(), "not yet, but possible");
        RollupState memory before = rollup.state();
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Frozen(stranger, before.root, 64, 0, 1);
        vm.prank(stranger);
        rollup.freeze();
        vm.assertTrue(rollup.isFrozen() && !rollup.canFreeze(), "frozen");
        vm.assertTrue(!rollup.isSubmissionOpen(), "nobody may submit");
        vm.assertEq(keccak256(abi.encode(rollup.state())), keccak256(abi.encode(before)), "the state stands");
    }

    function test_attack_freezeTooEarly() public {
        vm.warp(_enqueuedAt + FREEZE_DELAY - 1);
        _expectTooEarly(_enqueuedAt + FREEZE_DELAY);
    }

    function test_attack_freezeWithoutWork() public {
        submit(nextBatch(1));
        vm.warp(_enqueuedAt + 10 * FREEZE_DELAY);
        _expectTooEarly(type(uint64).max);
    }

    function test_attack_freezeAfterTheHeadMovedOn() public {
        for (uint256 i = 0; i < 4; i++) {
            vm.warp(block.timestamp + 1 hours);
            depositETH(alice, 1 ether);
        }
        vm.warp(_enqueuedAt + FREEZE_DELAY + 30 minutes);
        vm.assertTrue(rollup.canFreeze(), "possible while the first waits");
        submit(nextBatch(4));
        _expectTooEarly(_enqueuedAt + 4 hours + FREEZE_DELAY);
        vm.warp(_enqueuedAt + 4 hours + FREEZE_DELAY);
        rollup.freeze();
    }

    function test_attack_freezeTwice() public {
        _freeze();
        vm.expectRevert(IRollupErrors.RollupFrozen.selector);
        rollup.freeze();
    }

    function test_aBatchMayComeUntilTheFreeze() public {
        vm.warp(_enqueuedAt + 2 * FREEZE_DELAY);
        submit(nextBatch(1));
        vm.assertTrue(!rollup.canFreeze(), "the work is done");
    }

    function test_attack_batchAfterFreeze() public {
        _freeze();
        Model.Batch memory batch = nextBatch(1);
        address[2] memory senders = [operator, stranger];
        for (uint256 i = 0; i < 2; i++) {
            bytes memory reason = abi.encodePacked(IRollupErrors.RollupFrozen.selector);
            expectRefused(senders[i], batch, proof(senders[i], batch), reason);
        }
    }

    function test_attack_depositAfterFreeze() public {
        _freeze();
        Permit memory permit;
        _expectFrozen(alice, 2 ether, abi.encodeCall(rollup.depositETH, (1 ether, alice, 0, 0)));
        _expectFrozen(alice, 1 ether, abi.encodeCall(rollup.deposit, (TOKEN, 5, alice, 0, 0)));
        _expectFrozen(alice, 1 ether, abi.encodeCall(rollup.depositWithPermit, (TOKEN, 5, alice, 0, 0, permit)));
        vm.assertEq(uint256(rollup.backlog()), 1, "nothing joined the queue");
    }

    function test_attack_requestAfterFreeze() public {
        _freeze();
        _expectFrozen(alice, 1 ether, abi.encodeCall(rollup.requestWithdraw, (64)));
        _expectFrozen(alice, 1 ether, abi.encodeCall(rollup.requestSetKey, (64, 1)));
    }

    function test_attack_registerATokenAfterFreeze() public {
        _freeze();
        _expectFrozen(alice, 0, abi.encodeCall(rollup.registerToken, (address(this))));
    }

    /// A batch of many blocks is half paid when the rollup stops: the rest is paid, and exits take other money.
    function test_freezeWithOpenPayouts() public {
        submit(nextBatch(1));
        RevertingRecipient refusing = new RevertingRecipient();
        Payout[] memory payouts = new Payout[](3);
        payouts[0] = Payout(bob, 0, 1 ether);
        payouts[1] = Payout(address(refusing), 0, 3 ether);
        payouts[2] = Payout(bob, 0, 2 ether);
        Model.Batch memory batch = nextBatch(0, payouts);
        batch.header.circuitType = BATCH;
        batch.header.lastBlock += 30;
        batch.payNow = words(1);
        submit(batch);
        requestWithdraw(alice, 64);
        vm.warp(block.timestamp + FREEZE_DELAY);
        rollup.freeze();
        uint256 before = bob.balance;
        pay(2, batch, 0, words(7));
        vm.assertEq(bob.balance - before, 2 ether, "what payNow left, and no more");
        vm.assertEq(rollup.payoutsSettled(2, 0), 7, "all settled");
        refusing.claim(rollup, 0, address(0xc1a1));
        vm.assertEq(address(0xc1a1).balance, 3 ether, "claimed");
    }

    function test_canStillRegisterBeforeTheFreeze() public {
        vm.warp(_enqueuedAt + FREEZE_DELAY);
        vm.assertEq(uint256(rollup.registerToken(address(this))), 2, "an old entry alone stops nothing");
    }

    function testFuzz_freezableIffTheHeadIsOld(uint256 gap, uint256 consumed, uint256 wait) public {
        gap = within(gap, 0, 3 days);
        vm.warp(_enqueuedAt + gap);
        depositETH(alice, 1 ether);
        consumed = within(consumed, gap < INCLUSION_DELAY ? 0 : 1, 2);
        if (consumed != 0) submit(nextBatch(consumed));
        vm.warp(block.timestamp + within(wait, 0, 2 * FREEZE_DELAY));
        uint256 due = _enqueuedAt + FREEZE_DELAY + (consumed == 0 ? 0 : gap);
        bool expected = consumed != 2 && block.timestamp >= due;
        vm.assertEq(rollup.canFreeze(), expected, "can freeze");
        (bool ok,) = address(rollup).call(abi.encodeCall(rollup.freeze, ()));
        vm.assertEq(ok, expected, "froze");
        vm.assertEq(rollup.isFrozen(), expected, "frozen");
    }

    function _freeze() private {
        vm.warp(_enqueuedAt + FREEZE_DELAY);
        rollup.freeze();
    }

    function _expectTooEarly(uint64 minimum) private {
        vm.assertTrue(!rollup.canFreeze(), "cannot freeze");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.FreezeTooEarly.selector, minimum, uint64(block.timestamp)));
        rollup.freeze();
    }

    function _expectFrozen(address caller, uint256 value, bytes memory call) private {
        vm.prank(caller, caller);
        (bool ok, bytes memory reason) = address(rollup).call{value: value}(call);
        vm.assertTrue(!ok, "refused");
        vm.assertEq(reason, abi.encodePacked(IRollupErrors.RollupFrozen.selector), "by name");
    }
}
