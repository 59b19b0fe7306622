// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {AccountLeaf} from "../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {TreeModel} from "./support/TreeModel.sol";
import {vm} from "./support/Vm.sol";

/// Several accounts exit a frozen rollup with one proof.
contract ExitManyTest is EscapeTest {
    uint256 private constant COUNT = 11;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < COUNT; i++) {
            addAccount(_owner(i), uint32(i % 2), _balance(i));
        }
        prove();
    }

    function test_paysEveryOwner() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x0a5);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Exited(FIRST, _owner(0), 0, _balance(0), true);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Exited(FIRST + 2, _owner(2), 0, _balance(2), true);
        vm.prank(stranger);
        exitMany(leaving);
        for (uint256 i = 0; i < COUNT; i++) {
            bool left = 0x0a5 >> i & 1 == 1;
            vm.assertEq(rollup.isExited(FIRST + uint32(i)), left, "marked");
            vm.assertEq(_held(i), left ? _balance(i) : 0, "paid");
        }
    }

    function test_allAtOnceLeaveNothing() public {
        freeze();
        exitMany(subset(2 ** COUNT - 1));
        for (uint256 i = 0; i < COUNT; i++) {
            vm.assertEq(_held(i), _balance(i), "paid");
        }
        vm.assertEq(rollup.custody(0), BASE_FEE / 2, "but for the fee of the entry that waits");
        vm.assertEq(rollup.custody(TOKEN), 0, "tokens");
        vm.assertEq(token.balanceOf(address(rollup)), 0, "balance");
    }

    /// One account: the same proof, in the same order, as for `exit`.
    function test_oneAccountIsAnExit() public {
        freeze();
        AccountLeaf[] memory leaving = subset(1 << 6);
        vm.assertEq(
            keccak256(abi.encode(siblingsOf(leaving))), keccak256(abi.encode(siblingsOf(FIRST + 6))), "siblings"
        );
        exitMany(leaving);
        vm.assertEq(_held(6), _balance(6), "paid");
    }

    function test_attack_missingOrUnusedSiblings() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x21);
        bytes32[] memory siblings = siblingsOf(leaving);
        uint256 length = siblings.length;
        _expectLengthRefused(leaving, length, TreeModel.take(siblings, 0, length - 1));
        _expectLengthRefused(leaving, length, TreeModel.take(siblings, 1, length - 1));
        _expectLengthRefused(leaving, length, new bytes32[](0));
        bytes32[] memory longer = new bytes32[](length + 1);
        for (uint256 i = 0; i < length; i++) {
            longer[i] = siblings[i];
        }
        _expectLengthRefused(leaving, length, longer);
        // Two concatenated proofs are not a common proof.
        bytes32[] memory both = new bytes32[](72);
        for (uint256 i = 0; i < 72; i++) {
            both[i] = siblingsOf(leaving[i / 36].index)[i % 36];
        }
        _expectLengthRefused(leaving, length, both);
    }

    function test_attack_siblingsInAnotherOrder() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x21);
        bytes32[] memory siblings = siblingsOf(leaving);
        (siblings[0], siblings[1]) = (siblings[1], siblings[0]);
        vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
        rollup.exitMany(leaving, siblings);
        (siblings[0], siblings[1]) = (siblings[1], siblings[0]);
        rollup.exitMany(leaving, siblings);
    }

    function test_attack_duplicates() public {
        freeze();
        AccountLeaf[] memory leaving = new AccountLeaf[](2);
        leaving[0] = account(FIRST + 3);
        leaving[1] = account(FIRST + 3);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.AccountsNotAscending.selector, FIRST + 3, FIRST + 3);
        _expectRefused(leaving, siblingsOf(FIRST + 3), reason);
        AccountLeaf[] memory three = new AccountLeaf[](3);
        (three[0], three[1], three[2]) = (account(FIRST), account(FIRST + 3), account(FIRST + 3));
        _expectRefused(three, siblingsOf(subset(9)), reason);
    }

    function test_attack_descending() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x41);
        bytes32[] memory siblings = siblingsOf(leaving);
        (leaving[0], leaving[1]) = (leaving[1], leaving[0]);
        _expectRefused(
            leaving, siblings, abi.encodeWithSelector(IRollupErrors.AccountsNotAscending.selector, FIRST + 6, FIRST)
        );
    }

    function test_attack_nobody() public {
        freeze();
        bytes32[] memory root = new bytes32[](1);
        root[0] = rollup.state().root;
        bytes memory reason = abi.encodePacked(IRollupErrors.NoAccounts.selector);
        _expectRefused(new AccountLeaf[](0), root, reason);
        _expectRefused(new AccountLeaf[](0), new bytes32[](0), reason);
    }

    function test_attack_replayInCompany() public {
        freeze();
        exit(FIRST + 2);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.AlreadyExited.selector, FIRST + 2);
        AccountLeaf[] memory leaving = subset(0x0f);
        _expectRefused(leaving, siblingsOf(leaving), reason);
        vm.assertTrue(!rollup.isExited(FIRST), "all or nothing");
        exitMany(subset(0x0b));
        vm.assertEq(_held(0), _balance(0), "without it the others leave");
    }

    function test_attack_forgedAmongGenuine() public {
        freeze();
        for (uint256 i = 0; i < 3; i++) {
            AccountLeaf[] memory leaving = subset(0x107);
            bytes32[] memory siblings = siblingsOf(leaving);
            leaving[i].owner = stranger;
            vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
            rollup.exitMany(leaving, siblings);
        }
        vm.assertEq(rollup.custody(TOKEN), _sum(1), "nothing was paid");
    }

    /// Two accounts swap owner or balance: each word is genuine, but in the wrong place.
    function test_attack_exchangedBetweenAccounts() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x05);
        bytes32[] memory siblings = siblingsOf(leaving);
        (leaving[0].balance, leaving[1].balance) = (leaving[1].balance, leaving[0].balance);
        vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
        rollup.exitMany(leaving, siblings);
        leaving = subset(0x05);
        (leaving[0].index, leaving[1].index) = (leaving[1].index, leaving[0].index);
        (leaving[0], leaving[1]) = (leaving[1], leaving[0]);
        vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
        rollup.exitMany(leaving, siblings);
    }

    function test_attack_reservedOrUnassignedAmongGenuine() public {
        freeze();
        uint32 next = rollup.state().nextIndex;
        AccountLeaf[] memory leaving = new AccountLeaf[](2);
        (leaving[0], leaving[1]) = (account(FIRST), AccountLeaf(next, stranger, 0, 0, 0, 1, 0));
        bytes32[] memory siblings = siblingsOf(subset(1));
        _expectRefused(leaving, siblings, abi.encodeWithSelector(IRollupErrors.IndexNotAssigned.selector, next, next));
        (leaving[0], leaving[1]) = (AccountLeaf(63, stranger, 0, 0, 0, 1, 0), account(FIRST));
        _expectRefused(leaving, siblings, abi.encodeWithSelector(IRollupErrors.IndexNotAssigned.selector, 63, next));
    }

    function test_attack_aliasedFields() public {
        freeze();
        AccountLeaf[] memory leaving = subset(0x07);
        bytes32[] memory siblings = siblingsOf(leaving);
        for (uint256 i = 0; i < 3; i++) {
            leaving[i].key += MODULUS;
            _expectRefused(
                leaving,
                siblings,
                abi.encodeWithSelector(IRollupErrors.FieldOutOfRange.selector, MODULUS - 1, leaving[i].key)
            );
            leaving[i].key -= MODULUS;
        }
        for (uint256 i = 0; i < siblings.length; i++) {
            siblings[i] = bytes32(uint256(siblings[i]) + MODULUS);
            _expectRefused(
                leaving,
                siblings,
                abi.encodeWithSelector(IRollupErrors.FieldOutOfRange.selector, MODULUS - 1, uint256(siblings[i]))
            );
            siblings[i] = bytes32(uint256(siblings[i]) - MODULUS);
        }
    }

    function testFuzz_anyCompanyThenTheRest(uint256 first, uint256 second) public {
        freeze();
        uint256 all = 2 ** COUNT - 1;
        first = within(first, 1, all);
        exitMany(subset(first));
        second = second & all & ~first;
        if (second != 0) exitMany(subset(second));
        uint256 rest = all & ~first & ~second;
        if (rest != 0) exitMany(subset(rest));
        for (uint256 i = 0; i < COUNT; i++) {
            vm.assertEq(_held(i), _balance(i), "paid once");
        }
        vm.assertEq(rollup.custody(TOKEN), 0, "nothing left");
    }

    function _owner(uint256 i) private pure returns (address) {
        return address(uint160(0xe0000 + i));
    }

    function _balance(uint256 i) private pure returns (uint128) {
        return uint128(100 + i);
    }

    function _sum(uint256 tokenId) private pure returns (uint256 sum) {
        for (uint256 i = tokenId; i < COUNT; i += 2) {
            sum += _balance(i);
        }
    }

    function _held(uint256 i) private view returns (uint256) {
        return i % 2 == 0 ? _owner(i).balance : token.balanceOf(_owner(i));
    }

    function _expectLengthRefused(AccountLeaf[] memory leaving, uint256 expected, bytes32[] memory siblings) private {
        _expectRefused(
            leaving,
            siblings,
            abi.encodeWithSelector(IRollupErrors.ProofLengthMismatch.selector, expected, siblings.length)
        );
    }

    function _expectRefused(AccountLeaf[] memory leaving, bytes32[] memory siblings, bytes memory reason) private {
        vm.expectRevert(reason);
        rollup.exitMany(leaving, siblings);
    }
}
