// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {AccountLeaf} from "../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {Payout} from "./support/RollupTest.sol";
import {TreeModel} from "./support/TreeModel.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

/// One account exits a frozen rollup.
contract ExitTest is EscapeTest {
    address private constant CAROL = address(0xca401);
    address private constant DAVE = address(0xda7e);

    uint32 private _carolETH;
    uint32 private _daveETH;
    uint32 private _carolToken;
    uint32 private _empty;

    function setUp() public override {
        super.setUp();
        _carolETH = addAccount(CAROL, 0, 3 ether);
        _daveETH = addAccount(DAVE, 0, 5 ether);
        _carolToken = addAccount(CAROL, TOKEN, 700);
        _empty = addAccount(DAVE, TOKEN, 0);
        addAccount(DAVE, TOKEN, 50);
        prove();
    }

    function test_paysTheWholeBalanceToTheOwner() public {
        freeze();
        AccountLeaf memory leaf = account(_carolETH);
        bytes32[] memory siblings = siblingsOf(_carolETH);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Exited(_carolETH, CAROL, 0, 3 ether, true);
        vm.prank(stranger);
        rollup.exit(leaf, siblings);
        vm.assertEq(CAROL.balance, 3 ether, "ETH");
        vm.assertTrue(rollup.isExited(_carolETH) && !rollup.isExited(_daveETH), "marked, alone");
        vm.assertEq(rollup.custody(0), 5 ether + BASE_FEE / 2, "custody fell");

        exit(_carolToken);
        vm.assertEq(token.balanceOf(CAROL), 700, "tokens");
        vm.assertEq(rollup.custody(TOKEN), 50, "token custody fell");
    }

    function test_anEmptyAccountIsMarkedAndPaysNothing() public {
        freeze();
        AccountLeaf memory leaf = account(_empty);
        bytes32[] memory siblings = siblingsOf(_empty);
        vm.expectEmit(address(rollup));
        emit IRollupEvents.Exited(_empty, DAVE, TOKEN, 0, true);
        rollup.exit(leaf, siblings);
        vm.assertTrue(rollup.isExited(_empty), "marked");
        vm.assertEq(rollup.custody(TOKEN), 750, "custody stands");
    }

    function test_nothingIsLeftWhenAllHaveLeft() public {
        freeze();
        for (uint32 i = 0; i < accounts.length; i++) {
            exit(FIRST + i);
        }
        rollup.reclaim(rollup.state().queueHead, withdrawRecord(stranger, FIRST));
        vm.assertEq(rollup.custody(0) + rollup.custody(TOKEN), 0, "custody");
        vm.assertEq(address(rollup).balance + token.balanceOf(address(rollup)), 0, "balance");
    }

    function test_payoutsAndExitsAreOfDifferentMoney() public {
        accounts[0].balance -= 1 ether;
        accounts[0].nonce++;
        Payout[] memory payouts = one(CAROL, 0, 1 ether);
        Model.Batch memory batch = nextBatch(0, payouts);
        proveState(batch);
        uint64 number = rollup.state().batchCount;
        freeze();
        exit(_carolETH);
        vm.assertEq(CAROL.balance, 2 ether, "the balance");
        pay(number, batch, 0, words(1));
        vm.assertEq(CAROL.balance, 3 ether, "and the payout");
        vm.assertEq(rollup.custody(0), 5 ether + BASE_FEE / 2, "no more");
    }

    function test_attack_exitBeforeFreeze() public {
        AccountLeaf memory leaf = account(_carolETH);
        bytes32[] memory siblings = siblingsOf(_carolETH);
        vm.warp(block.timestamp + 2 * FREEZE_DELAY);
        vm.expectRevert(IRollupErrors.NotFrozen.selector);
        rollup.exit(leaf, siblings);
        AccountLeaf[] memory leaving = subset(3);
        siblings = siblingsOf(leaving);
        vm.expectRevert(IRollupErrors.NotFrozen.selector);
        rollup.exitMany(leaving, siblings);
    }

    function test_attack_replayedExit() public {
        freeze();
        exit(_carolETH);
        _expectRefused(
            account(_carolETH),
            siblingsOf(_carolETH),
            abi.encodeWithSelector(IRollupErrors.AlreadyExited.selector, _carolETH)
        );
        exit(_empty);
        _expectRefused(
            account(_empty), siblingsOf(_empty), abi.encodeWithSelector(IRollupErrors.AlreadyExited.selector, _empty)
        );
    }

    function test_attack_exitAgainstAnOldRoot() public {
        AccountLeaf memory rich = account(_carolETH);
        bytes32[] memory siblings = siblingsOf(_carolETH);
        accounts[0].balance = 1 ether;
        accounts[1].balance += 2 ether;
        prove();
        freeze();
        _expectRootMismatch(rich, siblings);
        exit(_carolETH);
        vm.assertEq(CAROL.balance, 1 ether, "as last proven");
    }

    function test_attack_anyOtherField() public {
        freeze();
        bytes32[] memory siblings = siblingsOf(_carolETH);
        for (uint256 field = 0; field < 6; field++) {
            AccountLeaf memory leaf = account(_carolETH);
            if (field == 0) leaf.owner = stranger;
            if (field == 1) leaf.tokenId = TOKEN;
            if (field == 2) leaf.nonce++;
            if (field == 3) leaf.flags ^= 1;
            if (field == 4) leaf.balance++;
            if (field == 5) leaf.key++;
            _expectRootMismatch(leaf, siblings);
        }
        AccountLeaf memory moved = account(_carolETH);
        moved.index = _daveETH;
        _expectRootMismatch(moved, siblings);
        _expectRootMismatch(moved, siblingsOf(_daveETH));
    }

    function test_attack_keyPlusModulus() public {
        freeze();
        AccountLeaf memory leaf = account(_carolETH);
        leaf.key += MODULUS;
        _expectFieldRefused(leaf, siblingsOf(_carolETH), leaf.key);
        leaf.key = type(uint256).max;
        _expectFieldRefused(leaf, siblingsOf(_carolETH), leaf.key);
    }

    function test_attack_siblingPlusModulus() public {
        freeze();
        AccountLeaf memory leaf = account(_carolETH);
        for (uint256 i = 0; i < 36; i++) {
            bytes32[] memory siblings = siblingsOf(_carolETH);
            siblings[i] = bytes32(uint256(siblings[i]) + MODULUS);
            _expectFieldRefused(leaf, siblings, uint256(siblings[i]));
        }
    }

    /// The same bits in a wider field would be the same `meta`: the ABI of the typed fields has no room for them.
    function test_attack_balanceAsMeta() public {
        freeze();
        bytes32[] memory siblings = siblingsOf(_carolETH);
        uint256[7] memory widths = [uint256(32), 160, 32, 40, 8, 128, 256];
        for (uint256 field = 0; field < 6; field++) {
            bytes memory call = abi.encodeCall(rollup.exit, (account(_carolETH), siblings));
            // The account follows the selector, one word per field.
            call[4 + 32 * field + 31 - widths[field] / 8] = 0x01;
            (bool ok,) = address(rollup).call(call);
            vm.assertTrue(!ok, "a field with more bits than it has");
        }
        // Owner and balance swapped, as far as they fit.
        AccountLeaf memory leaf = account(_carolETH);
        (leaf.owner, leaf.balance) = (address(uint160(leaf.balance)), uint128(uint160(leaf.owner)));
        _expectRootMismatch(leaf, siblings);
        vm.assertTrue(!rollup.isExited(_carolETH), "nothing happened");
    }

    function test_attack_wrongDepth() public {
        freeze();
        AccountLeaf memory leaf = account(_carolETH);
        bytes32[] memory siblings = siblingsOf(_carolETH);
        _expectLengthRefused(leaf, new bytes32[](0));
        _expectLengthRefused(leaf, TreeModel.take(siblings, 0, 33));
        _expectLengthRefused(leaf, TreeModel.take(siblings, 3, 33));
        _expectLengthRefused(leaf, TreeModel.take(siblings, 0, 35));
        bytes32[] memory longer = new bytes32[](39);
        for (uint256 i = 0; i < 36; i++) {
            longer[i] = siblings[i];
        }
        _expectLengthRefused(leaf, longer);
    }

    /// A node above the leaves that is the hash of an account, as if its children were meant to be read as one.
    function test_attack_interiorNodeAsLeaf() public {
        AccountLeaf memory fake = AccountLeaf(FIRST, stranger, 0, 0, 0, 8 ether, 0);
        uint256[13] memory empties = TreeModel.build(new AccountLeaf[](0)).empties;
        bytes32[] memory siblings = new bytes32[](33);
        for (uint256 i = 0; i < 33; i++) {
            siblings[i] = bytes32(empties[1 + i / 3]);
        }
        Model.Batch memory batch = nextBatch(0);
        batch.header.newRoot = _rootAbove(TreeModel.leafHash(fake), FIRST, empties);
        submit(batch);
        freeze();
        _expectLengthRefused(fake, siblings);
        bytes32[] memory filled = new bytes32[](36);
        for (uint256 i = 0; i < 33; i++) {
            filled[3 + i] = siblings[i];
        }
        _expectRootMismatch(fake, filled);
    }

    function test_attack_reservedIndex() public {
        freeze();
        uint32[3] memory reserved = [uint32(0), 1, 63];
        for (uint256 i = 0; i < 3; i++) {
            _expectUnassigned(reserved[i]);
        }
    }

    function test_attack_unassignedIndex() public {
        freeze();
        uint32 next = rollup.state().nextIndex;
        uint32[5] memory unassigned = [next, next + 1, 2 ** 24 - 1, 2 ** 24 + _carolETH, type(uint32).max];
        for (uint256 i = 0; i < 5; i++) {
            _expectUnassigned(unassigned[i]);
        }
    }

    /// A state no circuit proves: even then an index beyond the tree does not pass for one within it.
    function test_attack_indexBeyondTheTree() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.newRoot = rollup.state().root;
        batch.header.newNextIndex = type(uint32).max;
        submit(batch);
        freeze();
        exit(_carolETH);
        AccountLeaf memory leaf = account(_carolETH);
        leaf.index += 2 ** 24;
        bytes memory reason =
            abi.encodeWithSelector(IRollupErrors.IndexOutOfRange.selector, 2 ** 24 - 1, uint256(leaf.index));
        _expectRefused(leaf, siblingsOf(_carolETH), reason);
    }

    /// No circuit proves a balance in a token that was never registered.
    function test_unknownTokenHarmsNobodyElse() public {
        AccountLeaf memory odd = account(_daveETH);
        odd.tokenId = 2;
        accounts[_daveETH - FIRST] = odd;
        prove();
        freeze();
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.UnknownToken.selector, 2);
        _expectRefused(odd, siblingsOf(_daveETH), reason);
        exit(_carolETH);
        vm.assertEq(CAROL.balance, 3 ether, "others leave");
    }

    function testFuzz_everyoneLeavesInAnyOrder(uint256 seed, uint256 count) public {
        count = within(count, 1, 12);
        uint256[2] memory sums;
        for (uint256 i = 0; i < count; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint128 amount = uint128(within(seed >> 8, 0, 1e20));
            addAccount(CAROL, uint32(seed % 2), amount);
            sums[seed % 2] += amount;
        }
        prove();
        freeze();
        uint256[2] memory before = [CAROL.balance, token.balanceOf(CAROL)];
        for (uint256 i = 0; i < count; i++) {
            // Steps of 13 reach every position of at most 12.
            exit(FIRST + 5 + uint32((seed % count + 13 * i) % count));
        }
        vm.assertEq(CAROL.balance - before[0], sums[0], "ETH");
        vm.assertEq(token.balanceOf(CAROL) - before[1], sums[1], "tokens");
    }

    function testFuzz_noOtherSiblings(uint256 at, bytes32 flips) public {
        freeze();
        bytes32[] memory siblings = siblingsOf(_carolETH);
        siblings[at % 36] ^= flips;
        if (flips == 0) return;
        if (uint256(siblings[at % 36]) >= MODULUS) {
            _expectFieldRefused(account(_carolETH), siblings, uint256(siblings[at % 36]));
        } else {
            _expectRootMismatch(account(_carolETH), siblings);
        }
    }

    /// For a tree that is empty except for `node` one level above the leaves.
    function _rootAbove(uint256 node, uint256 position, uint256[13] memory empties) private pure returns (bytes32) {
        for (uint256 level = 1; level < 12; level++) {
            uint256 empty = empties[level];
            uint256[4] memory children = [empty, empty, empty, empty];
            children[position % 4] = node;
            node = TreeModel.nodeHash(children);
            position /= 4;
        }
        return bytes32(node);
    }

    function _expectUnassigned(uint32 index) private {
        AccountLeaf memory leaf = AccountLeaf(index, stranger, 0, 0, 0, 1, 0);
        uint32 next = rollup.state().nextIndex;
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.IndexNotAssigned.selector, index, next);
        _expectRefused(leaf, new bytes32[](36), reason);
    }

    function _expectLengthRefused(AccountLeaf memory leaf, bytes32[] memory siblings) private {
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.ProofLengthMismatch.selector, 36, siblings.length);
        _expectRefused(leaf, siblings, reason);
    }

    function _expectFieldRefused(AccountLeaf memory leaf, bytes32[] memory siblings, uint256 value) private {
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.FieldOutOfRange.selector, MODULUS - 1, value);
        _expectRefused(leaf, siblings, reason);
    }

    function _expectRootMismatch(AccountLeaf memory leaf, bytes32[] memory siblings) private {
        uint256 node = TreeModel.leafHash(leaf);
        for (uint256 level = 0; level < 12; level++) {
            uint256[4] memory children;
            uint256 next = 3 * level;
            for (uint256 digit = 0; digit < 4; digit++) {
                bool isOnPath = leaf.index >> 2 * level & 3 == digit;
                children[digit] = isOnPath ? node : uint256(siblings[next++]);
            }
            node = TreeModel.nodeHash(children);
        }
        bytes32 stored = rollup.state().root;
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.RootMismatch.selector, stored, bytes32(node));
        _expectRefused(leaf, siblings, reason);
    }

    function _expectRefused(AccountLeaf memory leaf, bytes32[] memory siblings, bytes memory reason) private {
        uint256[2] memory before = [rollup.custody(0), rollup.custody(TOKEN)];
        vm.expectRevert(reason);
        rollup.exit(leaf, siblings);
        vm.assertEq(rollup.custody(0), before[0], "nothing was paid");
        vm.assertEq(rollup.custody(TOKEN), before[1], "nothing was paid");
    }
}
