// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DevToken} from "../src/dev/DevToken.sol";
import {Constants} from "../src/generated/Constants.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Permit, QueueEntry} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract DepositTest is RollupTest {
    uint128 private constant FEE = BASE_FEE;

    function test_depositETHCreditsTheAmount() public {
        uint256 burnedBefore = address(0).balance;
        vm.prank(alice);
        rollup.depositETH{value: 3 ether + FEE}(3 ether, alice, 70, 5);
        vm.assertEq(rollup.custody(0), 3 ether + FEE / 2, "custody holds deposit and submitter's share");
        vm.assertEq(address(rollup).balance, 3 ether + FEE / 2, "balance");
        vm.assertEq(address(0).balance - burnedBefore, FEE - FEE / 2, "burned");
        QueueEntry memory entry = rollup.queueEntry(0);
        bytes memory record = abi.encodePacked(uint8(4), alice, uint32(0), uint128(3 ether), uint24(70), uint256(5));
        vm.assertEq(record.length, 76, "record length");
        vm.assertEq(entry.queueHash, keccak256(bytes.concat(bytes32(0), record)), "queue hash");
        vm.assertEq(uint256(entry.enqueuedAt), block.timestamp, "time");
        vm.assertEq(uint256(entry.submitterFee), FEE / 2, "submitter's share");
        vm.assertTrue(!entry.consumed, "waiting");
    }

    function test_depositETHRefusesUnpaidFee() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ValueTooLow.selector, FEE + 7, FEE + 6));
        rollup.depositETH{value: FEE + 6}(7, alice, 0, 0);
    }

    /// The fee rises between the sender's read and the transaction: it is paid, or the transaction fails; the deposit
    /// never shrinks.
    function test_attack_backlogGrowsBeforeADeposit() public {
        uint256 before = alice.balance;
        for (uint256 i = 0; i < 64; i++) {
            requestWithdraw(bob, 64);
        }
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ValueTooLow.selector, 1 ether + 2 * FEE, 1 ether + FEE));
        rollup.depositETH{value: 1 ether + FEE}(1 ether, alice, 0, 0);
        vm.prank(alice);
        rollup.depositETH{value: 1 ether + 5 * FEE}(1 ether, alice, 0, 0);
        vm.assertEq(before - alice.balance, 1 ether + 2 * FEE, "paid the fee, not more");
        vm.assertEq(rollup.custody(0), 1 ether + (64 + 2) * uint256(FEE / 2), "credited the amount");
    }

    /// An RPC reports a huge fee and the client sends it: the excess is refunded instead of becoming someone else's
    /// deposit.
    function test_attack_inflatedFeeBecomesADeposit() public {
        uint256 before = alice.balance;
        vm.prank(alice);
        rollup.depositETH{value: 500 ether + 1}(1, bob, 0, 0);
        vm.assertEq(before - alice.balance, FEE + 1, "the rest came back");
        vm.assertEq(rollup.custody(0), 1 + FEE / 2, "credited 1 wei");
    }

    function test_depositETHRefusesZeroAmount() public {
        vm.prank(alice);
        vm.expectRevert(IRollupErrors.ZeroDeposit.selector);
        rollup.depositETH{value: FEE}(0, alice, 0, 0);
    }

    function test_depositETHForAnotherOwner() public {
        vm.prank(alice);
        rollup.depositETH{value: 1 ether + FEE}(1 ether, bob, 0, 0);
        bytes memory record = abi.encodePacked(uint8(4), bob, uint32(0), uint128(1 ether), uint24(0), uint256(0));
        vm.assertEq(rollup.queueEntry(0).queueHash, keccak256(bytes.concat(bytes32(0), record)), "queue hash");
    }

    function test_attack_squatAnAddressWithAForeignKey() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.KeyWithoutOwner.selector, bob, alice));
        rollup.depositETH{value: 1 ether}(1 ether - FEE, bob, 0, 5);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.KeyWithoutOwner.selector, bob, alice));
        rollup.deposit{value: FEE}(TOKEN, 1, bob, 0, 5);
    }

    function test_attack_unprovableRecords() public {
        vm.prank(alice);
        vm.expectRevert(IRollupErrors.ZeroOwner.selector);
        rollup.depositETH{value: 1 ether}(1 ether - FEE, address(0), 0, 0);

        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.IndexOutOfRange.selector, 2 ** 24 - 1, 2 ** 24));
        rollup.depositETH{value: 1 ether}(1 ether - FEE, alice, 2 ** 24, 0);

        uint256 modulus = Constants.FIELD_MODULUS;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.KeyOutOfRange.selector, modulus - 1, modulus));
        rollup.depositETH{value: 1 ether}(1 ether - FEE, alice, 0, modulus);

        vm.prank(alice);
        rollup.depositETH{value: 1 ether}(1 ether - FEE, alice, 2 ** 24 - 1, modulus - 1);
    }

    function test_depositTokenCreditsAndReturnsExcessETH() public {
        uint256 balance = alice.balance;
        vm.prank(alice);
        rollup.deposit{value: 1 ether}(TOKEN, 77, alice, 0, 9);
        vm.assertEq(balance - alice.balance, FEE, "only the fee is kept");
        vm.assertEq(rollup.custody(TOKEN), 77, "custody");
        vm.assertEq(token.balanceOf(address(rollup)), 77, "balance");
        vm.assertEq(rollup.custody(0), FEE / 2, "fee share");
        bytes memory record = abi.encodePacked(uint8(4), alice, TOKEN, uint128(77), uint24(0), uint256(9));
        vm.assertEq(rollup.queueEntry(0).queueHash, keccak256(bytes.concat(bytes32(0), record)), "queue hash");
    }

    function test_depositTokenRefusesUnknownToken() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownToken.selector, 2));
        rollup.deposit{value: FEE}(2, 1, alice, 0, 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownToken.selector, 0));
        rollup.deposit{value: FEE}(0, 1, alice, 0, 0);
    }

    function test_depositTokenRefusesZeroAndUnapproved() public {
        vm.prank(alice);
        vm.expectRevert(IRollupErrors.ZeroDeposit.selector);
        rollup.deposit{value: FEE}(TOKEN, 0, alice, 0, 0);
        vm.prank(alice);
        token.approve(address(rollup), 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TokenPullFailed.selector, address(token)));
        rollup.deposit{value: FEE}(TOKEN, 1, alice, 0, 0);
    }

    function test_attack_overflowCustody() public {
        token.mint(alice, uint256(type(uint128).max) * 2);
        depositToken(alice, type(uint128).max);
        uint256 fee = rollup.queueFee();
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRollupErrors.CustodyTooLarge.selector, type(uint128).max, uint256(type(uint128).max) + 1
            )
        );
        rollup.deposit{value: fee}(TOKEN, 1, alice, 0, 0);
    }

    function test_donatedTokensAreNotCredited() public {
        vm.prank(bob);
        token.transfer(address(rollup), 1000);
        depositToken(alice, 5);
        vm.assertEq(rollup.custody(TOKEN), 5, "only what was pulled");
    }

    function test_depositWithPermit() public {
        vm.prank(alice);
        token.approve(address(rollup), 0);
        Permit memory permit = _permit(2, 100);
        vm.prank(alice);
        rollup.depositWithPermit{value: FEE}(TOKEN, 100, alice, 0, 3, permit);
        vm.assertEq(rollup.custody(TOKEN), 100, "custody");
    }

    function test_attack_frontRunPermit() public {
        vm.prank(alice);
        token.approve(address(rollup), 0);
        Permit memory permit = _permit(2, 100);
        vm.prank(stranger);
        token.permit(alice, address(rollup), 100, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(alice);
        rollup.depositWithPermit{value: FEE}(TOKEN, 100, alice, 0, 0, permit);
        vm.assertEq(rollup.custody(TOKEN), 100, "the deposit went through all the same");
    }

    function test_attack_useAnotherUsersPermit() public {
        Permit memory permit = _permit(2, 100);
        vm.prank(stranger);
        token.approve(address(rollup), 0);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TokenPullFailed.selector, address(token)));
        rollup.depositWithPermit{value: FEE}(TOKEN, 100, stranger, 0, 0, permit);
    }

    function test_depositWithPermitRefusesUnknownToken() public {
        Permit memory permit = _permit(2, 100);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.UnknownToken.selector, 9));
        rollup.depositWithPermit{value: FEE}(9, 100, alice, 0, 0, permit);
    }

    function test_registerToken() public {
        DevToken second = new DevToken("Second", "S", 6);
        vm.prank(stranger);
        vm.assertEq(uint256(rollup.registerToken(address(second))), 2, "id");
        vm.assertEq(uint256(rollup.tokenCount()), 2, "count");
        vm.assertEq(rollup.tokenAddress(2), address(second), "address");
        vm.assertEq(uint256(rollup.tokenIdOf(address(second))), 2, "id of");
        vm.assertEq(rollup.tokenAddress(0), address(0), "ETH has no contract");
    }

    function test_registerTokenRefusals() public {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TokenAlreadyRegistered.selector, 1));
        rollup.registerToken(address(token));
        vm.expectRevert(IRollupErrors.TokenIsRollup.selector);
        rollup.registerToken(address(rollup));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TokenWithoutCode.selector, alice));
        rollup.registerToken(alice);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.TokenWithoutCode.selector, address(0)));
        rollup.registerToken(address(0));
    }

    function testFuzz_depositETH(uint256 amount, uint256 index, uint256 key, bool forOther) public {
        amount = within(amount, 1, 500_000 ether);
        index = within(index, 0, 2 ** 24 - 1);
        key = forOther ? 0 : within(key, 0, Constants.FIELD_MODULUS - 1);
        address owner = forOther ? bob : alice;
        uint256 burned = address(0).balance;
        vm.prank(alice);
        rollup.depositETH{value: amount + FEE}(amount, owner, uint32(index), key);
        bytes memory record = abi.encodePacked(uint8(4), owner, uint32(0), uint128(amount), uint24(index), key);
        vm.assertEq(rollup.queueEntry(0).queueHash, keccak256(bytes.concat(bytes32(0), record)), "queue hash");
        vm.assertEq(rollup.custody(0) + address(0).balance - burned, amount + FEE, "all of it accounted for");
        vm.assertEq(address(rollup).balance, rollup.custody(0), "balance");
    }

    function testFuzz_depositToken(uint256 amount, uint256 value) public {
        amount = within(amount, 1, 1e30);
        value = within(value, FEE, 1000 ether);
        uint256 balance = alice.balance;
        vm.prank(alice);
        rollup.deposit{value: value}(TOKEN, amount, alice, 0, 0);
        vm.assertEq(balance - alice.balance, FEE, "fee");
        vm.assertEq(rollup.custody(TOKEN), amount, "custody");
    }

    function _permit(uint256 privateKey, uint256 amount) private view returns (Permit memory permit) {
        permit.deadline = block.timestamp + 1 hours;
        address owner = vm.addr(privateKey);
        bytes32 structHash = keccak256(
            abi.encode(token.PERMIT_TYPEHASH(), owner, address(rollup), amount, token.nonces(owner), permit.deadline)
        );
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), structHash));
        (permit.v, permit.r, permit.s) = vm.sign(privateKey, digest);
    }
}
