// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {AccountLeaf, QueueRecord} from "../src/interfaces/RollupTypes.sol";
import {RebasingToken} from "./hostile/RebasingToken.sol";
import {
    GasBurningRecipient,
    ReturnBombRecipient,
    RevertBombRecipient,
    RevertingRecipient,
    ThirstyRecipient
} from "./hostile/Recipients.sol";
import {ReentrantRecipient} from "./hostile/ReentrantRecipient.sol";
import {HookedToken, MoodyToken} from "./hostile/Tokens.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {vm} from "./support/Vm.sol";

/// Owners and tokens that attack exits and reclaims.
contract HostileEscapeTest is EscapeTest {
    address private constant CAROL = address(0xca401);
    uint32 private constant HOSTILE = 2;

    MoodyToken private _moody;

    function setUp() public override {
        super.setUp();
        _moody = new MoodyToken();
        rollup.registerToken(address(_moody));
        _moody.mint(alice, 10_000);
    }

    function test_attack_ownerBlocksTheExitOfOthers() public {
        address[4] memory hostile = [
            address(new RevertingRecipient()),
            address(new GasBurningRecipient()),
            address(new RevertBombRecipient()),
            address(new ReturnBombRecipient())
        ];
        for (uint256 i = 0; i < 4; i++) {
            addAccount(hostile[i], 0, 1 ether);
        }
        uint32 last = addAccount(CAROL, 0, 2 ether);
        prove();
        freeze();
        AccountLeaf[] memory leaving = subset(0x1f);
        bytes32[] memory siblings = siblingsOf(leaving);
        for (uint32 i = 0; i < 4; i++) {
            vm.expectEmit(address(rollup));
            emit IRollupEvents.Exited(FIRST + i, hostile[i], 0, 1 ether, i == 3);
        }
        rollup.exitMany(leaving, siblings);
        vm.assertEq(CAROL.balance, 2 ether, "the one behind them arrived");
        vm.assertTrue(rollup.isExited(last), "marked");
        for (uint256 i = 0; i < 3; i++) {
            vm.assertEq(rollup.claimable(0, hostile[i]), 1 ether, "claimable");
        }
        vm.assertEq(hostile[3].balance, 1 ether, "who accepts is paid, whatever it returns");
        vm.assertEq(rollup.custody(0), 3 ether + BASE_FEE / 2, "what was refused is still owed");
        vm.assertEq(address(rollup).balance, rollup.custody(0), "and held");
        RevertingRecipient(payable(hostile[0])).claim(rollup, 0, address(0xc1a1));
        vm.assertEq(address(0xc1a1).balance, 1 ether, "claimed to another address");
    }

    function test_attack_tokenBlocksTheExitOfOthers() public {
        MoodyToken.Mood[7] memory moods = [
            MoodyToken.Mood.ReturnsFalse,
            MoodyToken.Mood.Reverts,
            MoodyToken.Mood.BurnsGas,
            MoodyToken.Mood.ReturnBomb,
            MoodyToken.Mood.RevertBomb,
            MoodyToken.Mood.ReturnsTwo,
            MoodyToken.Mood.ReturnsOneByte
        ];
        for (uint256 i = 0; i < 7; i++) {
            addAccount(CAROL, HOSTILE, 5);
            addAccount(CAROL, TOKEN, 7);
        }
        prove();
        freeze();
        for (uint256 i = 0; i < 7; i++) {
            _moody.become(moods[i]);
            exitMany(subset(3 << 2 * i));
            vm.assertEq(token.balanceOf(CAROL), 7 * (i + 1), "the one behind it arrived");
            vm.assertEq(rollup.claimable(HOSTILE, CAROL), 5 * (i + 1), "the refused one is claimable");
        }
        vm.assertEq(rollup.custody(HOSTILE), 35, "and still owed");
        _moody.become(MoodyToken.Mood.Good);
        // Twice the token moved its units and did not say so: it has paid these twice.
        _moody.mint(address(rollup), 10);
        rollup.claimFor(HOSTILE, CAROL);
        vm.assertEq(_moody.balanceOf(CAROL), 35 + 10, "claimed later");
        vm.assertEq(rollup.custody(HOSTILE), 0, "nothing left");
    }

    function test_attack_tokenLosesItsCode() public {
        addAccount(CAROL, HOSTILE, 5);
        addAccount(CAROL, 0, 1 ether);
        prove();
        freeze();
        vm.etch(address(_moody), "");
        exitMany(subset(3));
        vm.assertEq(rollup.claimable(HOSTILE, CAROL), 5, "claimable");
        vm.assertEq(CAROL.balance, 1 ether, "the one behind it arrived");
    }

    /// Holders of a lying token get only its word; others lose nothing.
    function test_tokenThatMovesNothingHarmsItsHoldersOnly() public {
        addAccount(CAROL, HOSTILE, 5);
        addAccount(CAROL, TOKEN, 7);
        prove();
        freeze();
        _moody.become(MoodyToken.Mood.MovesNothing);
        exitMany(subset(3));
        vm.assertEq(_moody.balanceOf(CAROL), 0, "it said it paid");
        vm.assertEq(rollup.claimable(HOSTILE, CAROL), 0, "so it is not paid again");
        vm.assertEq(token.balanceOf(CAROL), 7, "others");
    }

    /// First come, first served: latecomers keep a claim, which a later balance can satisfy.
    function test_rebasingTokenHarmsItsHoldersOnly() public {
        RebasingToken rebasing = new RebasingToken();
        uint32 tokenId = rollup.registerToken(address(rebasing));
        rebasing.mint(alice, 1000);
        for (uint160 i = 0; i < 3; i++) {
            addAccount(address(0xe00 + i), tokenId, 100);
        }
        addAccount(CAROL, 0, 1 ether);
        prove();
        freeze();
        rebasing.confiscate(address(rollup), 150);
        exitMany(subset(0x0f));
        vm.assertEq(rebasing.balanceOf(address(0xe00)), 100, "the first is paid");
        vm.assertEq(rollup.claimable(tokenId, address(0xe01)), 100, "the second waits");
        vm.assertEq(rollup.claimable(tokenId, address(0xe02)), 100, "the third too");
        vm.assertEq(CAROL.balance, 1 ether, "others leave");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ClaimFailed.selector, tokenId, address(0xe01), 100));
        rollup.claimFor(tokenId, address(0xe01));
        rebasing.mint(address(rollup), 150);
        rollup.claimFor(tokenId, address(0xe01));
        rollup.claimFor(tokenId, address(0xe02));
        vm.assertEq(rollup.custody(tokenId), 0, "nothing left");
    }

    function test_attack_ownerOrTokenBlocksReclaims() public {
        RevertingRecipient refusing = new RevertingRecipient();
        depositFor(address(refusing), 0, 1 ether);
        depositFor(address(refusing), HOSTILE, 40);
        depositFor(CAROL, HOSTILE, 50);
        freeze();
        _moody.become(MoodyToken.Mood.Reverts);
        rollup.reclaim(0, depositRecord(address(refusing), 0, 1 ether));
        vm.assertEq(rollup.claimable(0, address(refusing)), 1 ether + BASE_FEE / 2, "ETH claimable");
        rollup.reclaim(1, depositRecord(address(refusing), HOSTILE, 40));
        vm.assertEq(rollup.claimable(HOSTILE, address(refusing)), 40, "tokens claimable");
        vm.assertEq(rollup.claimable(0, address(refusing)), 1 ether + BASE_FEE, "and the fee");
        rollup.reclaim(2, depositRecord(CAROL, HOSTILE, 50));
        vm.assertEq(CAROL.balance, BASE_FEE / 2, "a token that refuses keeps no fee back");
        vm.assertEq(rollup.custody(HOSTILE), 90, "still owed");
        _moody.become(MoodyToken.Mood.Good);
        rollup.claimFor(HOSTILE, CAROL);
        refusing.claim(rollup, HOSTILE, address(0xc1a1));
        refusing.claim(rollup, 0, address(0xc1a1));
        vm.assertEq(rollup.custody(0) + rollup.custody(HOSTILE), 0, "nothing left");
    }

    function test_attack_reenterFromExit() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        uint256 entrances = attacker.ENTRANCES();
        for (uint256 i = 0; i < entrances; i++) {
            addAccount(address(attacker), 0, 1 ether);
        }
        prove();
        freeze();
        for (uint32 i = 0; i < entrances; i++) {
            attacker.prepare(i);
            exit(FIRST + i);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(address(attacker).balance, uint256(i + 1) * 1 ether, "paid once");
        }
        vm.assertEq(rollup.custody(0), BASE_FEE / 2, "nothing but the fee of the entry that waits");
    }

    function test_attack_reenterFromTokenHookInExit() public {
        HookedToken hooked = new HookedToken();
        uint32 tokenId = rollup.registerToken(address(hooked));
        hooked.mint(alice, 10_000);
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        vm.deal(address(attacker), 1 ether);
        uint256 entrances = attacker.ENTRANCES();
        for (uint256 i = 0; i < entrances; i++) {
            addAccount(address(attacker), tokenId, 10);
        }
        prove();
        freeze();
        for (uint32 i = 0; i < entrances; i++) {
            attacker.prepare(i);
            exitMany(subset(1 << i));
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
            vm.assertEq(hooked.balanceOf(address(attacker)), 10 * (i + 1), "paid once");
        }
    }

    function test_attack_reenterFromReclaim() public {
        ReentrantRecipient attacker = new ReentrantRecipient(rollup);
        uint256 entrances = attacker.ENTRANCES();
        for (uint256 i = 0; i < entrances; i++) {
            depositFor(address(attacker), 0, 1 ether);
        }
        freeze();
        QueueRecord memory record = depositRecord(address(attacker), 0, 1 ether);
        for (uint32 i = 0; i < entrances; i++) {
            attacker.prepare(i);
            rollup.reclaim(i, record);
            vm.assertEq(bytes32(attacker.reason()), bytes32(IRollupErrors.Reentrancy.selector), "the lock held");
        }
        vm.assertEq(address(attacker).balance, entrances * (1 ether + BASE_FEE / 2), "paid once each");
        vm.assertEq(rollup.custody(0), 0, "nothing left");
    }

    function test_attack_failOthersExitByLowGas() public {
        address thirsty = address(new ThirstyRecipient(45_000));
        uint32 index = addAccount(thirsty, 0, 1 ether);
        prove();
        freeze();
        bytes memory call = abi.encodeCall(rollup.exit, (account(index), siblingsOf(index)));
        _expectPaidOrRefused(call, thirsty, 250_000, 600_000);
    }

    function test_attack_failOthersReclaimByLowGas() public {
        address thirsty = address(new ThirstyRecipient(45_000));
        depositFor(thirsty, 0, 1 ether);
        freeze();
        bytes memory call = abi.encodeCall(rollup.reclaim, (0, depositRecord(thirsty, 0, 1 ether)));
        _expectPaidOrRefused(call, thirsty, 40_000, 300_000);
    }

    function test_attack_failOthersTokenExitByLowGas() public {
        depositFor(CAROL, HOSTILE, 5);
        uint32 index = addAccount(CAROL, HOSTILE, 5);
        prove();
        freeze();
        _moody.become(MoodyToken.Mood.Thirsty);
        bytes memory call = abi.encodeCall(rollup.exit, (account(index), siblingsOf(index)));
        _expectNeverDeferred(call, HOSTILE, CAROL, 250_000, 800_000);
        vm.assertEq(_moody.balanceOf(CAROL), 5, "paid in the end");
    }

    function test_attack_failOthersTokenReclaimByLowGas() public {
        depositFor(CAROL, HOSTILE, 5);
        freeze();
        _moody.become(MoodyToken.Mood.Thirsty);
        bytes memory call = abi.encodeCall(rollup.reclaim, (0, depositRecord(CAROL, HOSTILE, 5)));
        _expectNeverDeferred(call, HOSTILE, CAROL, 40_000, 500_000);
        vm.assertEq(_moody.balanceOf(CAROL), 5, "paid in the end");
    }

    /// Whatever the gas limit, the recipient is paid or the call reverts.
    function _expectPaidOrRefused(bytes memory call, address recipient, uint256 from, uint256 to) private {
        _expectNeverDeferred(call, 0, recipient, from, to);
        vm.assertGe(recipient.balance, 1 ether, "paid in the end");
    }

    function _expectNeverDeferred(bytes memory call, uint32 tokenId, address recipient, uint256 from, uint256 to)
        private
    {
        bool refused = false;
        for (uint256 gas = from; gas < to; gas += 4_000) {
            (bool ok, bytes memory reason) = address(rollup).call{gas: gas}(call);
            if (bytes4(reason) == IRollupErrors.InsufficientGas.selector) refused = true;
            vm.assertEq(rollup.claimable(tokenId, recipient), 0, "never deferred for want of gas");
            if (ok) break;
        }
        vm.assertTrue(refused, "too little gas is refused by name");
    }
}
