// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "../src/AccountTree.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {AccountLeaf} from "../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {TreeModel} from "./support/TreeModel.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

/// Strangers attack those who exit: front-running, proofs of invented shape, the edge of the tree, and the orders in
/// which the same money might be asked for twice.
contract AttackEscapeTest is EscapeTest {
    uint256 private constant TRANSACTION_GAS_CAP = 16_777_216;
    uint32 private constant MAX_ACCOUNTS = 1 << 24;

    /// Someone exits one of many accounts first: the transaction for all then loses little more than its calldata, not
    /// the hashing.
    function test_attack_frontRunOneOfMany() public {
        for (uint256 i = 0; i < 40; i++) {
            addAccount(vm.addr(100 + i), 0, 1 ether);
        }
        prove();
        freeze();
        AccountLeaf[] memory leaving = subset(type(uint256).max);
        bytes32[] memory siblings = siblingsOf(leaving);
        uint32 first = FIRST + 39;
        exit(first);
        uint256 gasBefore = gasleft();
        (bool ok, bytes memory answer) = address(rollup).call(abi.encodeCall(rollup.exitMany, (leaving, siblings)));
        uint256 used = gasBefore - gasleft();
        vm.assertTrue(!ok, "refused");
        vm.assertEq(answer, abi.encodeWithSelector(IRollupErrors.AlreadyExited.selector, first), "reason");
        vm.assertLe(used, 400_000, "gas lost");
        exitMany(subset((1 << 39) - 1));
        vm.assertEq(rollup.custody(0), rollup.queueEntry(40).submitterFee, "the others leave in the next try");
    }

    /// A proof has one shape: siblings that would give the same root for another set of accounts are refused.
    function test_attack_proofOfAnotherSet() public {
        for (uint256 i = 0; i < 20; i++) {
            addAccount(vm.addr(100 + i), 0, 1 ether);
        }
        prove();
        freeze();
        for (uint256 seed = 0; seed < 24; seed++) {
            uint256 bits = uint256(keccak256(abi.encode("set", seed))) % (1 << 20);
            uint256 others = uint256(keccak256(abi.encode("other", seed))) % (1 << 20);
            if (bits == 0 || others == 0 || bits == others) continue;
            AccountLeaf[] memory leaving = subset(bits);
            bytes32[] memory siblings = siblingsOf(subset(others));
            (bool ok,) = address(rollup).call(abi.encodeCall(rollup.exitMany, (leaving, siblings)));
            vm.assertTrue(!ok, "siblings of another set");
        }
        exitMany(subset(type(uint256).max));
    }

    /// The siblings of one account, given for its neighbour, hold the neighbour's own leaf: it must not count as
    /// itself.
    function test_attack_neighbourAsOneself() public {
        for (uint256 i = 0; i < 8; i++) {
            addAccount(vm.addr(100 + i), 0, 1 ether);
        }
        prove();
        freeze();
        AccountLeaf memory taken = account(FIRST);
        for (uint32 index = FIRST; index < FIRST + 8; index++) {
            if (index == FIRST) continue;
            taken.index = index;
            bytes32[] memory siblings = siblingsOf(FIRST);
            bytes32[] memory own = siblingsOf(index);
            vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
            rollup.exit(taken, siblings);
            vm.expectPartialRevert(IRollupErrors.RootMismatch.selector);
            rollup.exit(taken, own);
        }
    }

    /// The last leaf of a full tree exits like any other, and there is nothing after it.
    function test_attack_edgeOfAFullTree() public {
        depositETH(bob, 3 ether);
        AccountLeaf[] memory last = new AccountLeaf[](3);
        for (uint32 i = 0; i < 3; i++) {
            last[i] = AccountLeaf(MAX_ACCOUNTS - 3 + i, bob, 0, type(uint40).max, 1, 1 ether, MODULUS - 1);
        }
        Model.Batch memory batch = nextBatch(1);
        batch.header.newRoot = TreeModel.root(last);
        batch.header.newNextIndex = MAX_ACCOUNTS;
        submit(batch);
        freeze();
        TreeModel.Tree memory tree = TreeModel.build(last);
        uint256[] memory edge = new uint256[](1);
        edge[0] = MAX_ACCOUNTS - 1;
        AccountLeaf memory beyond = last[2];
        beyond.index = MAX_ACCOUNTS;
        bytes32[] memory siblings = TreeModel.siblings(tree, edge);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.IndexNotAssigned.selector, MAX_ACCOUNTS, MAX_ACCOUNTS));
        rollup.exit(beyond, siblings);
        beyond.index = MAX_ACCOUNTS - 1;
        rollup.exit(beyond, siblings);
        AccountLeaf[] memory rest = new AccountLeaf[](2);
        uint256[] memory indices = new uint256[](2);
        for (uint256 i = 0; i < 2; i++) {
            (rest[i], indices[i]) = (last[i], last[i].index);
        }
        rollup.exitMany(rest, TreeModel.siblings(tree, indices));
        vm.assertEq(rollup.custody(0), rollup.queueEntry(1).submitterFee, "all have left");
    }

    /// Called directly, without the rollup's own bounds, the tree answers only for assigned indices.
    function test_attack_indexBeyondTheTreeInTheTreeItself() public {
        addAccount(bob, 0, 1 ether);
        AccountTree tree = AccountTree(rollup.accountTree());
        AccountLeaf[] memory accounts_ = subset(1);
        bytes32[] memory siblings = siblingsOf(accounts_);
        vm.assertEq(tree.computeRoot(accounts_, siblings), stateRoot(), "root");
        accounts_[0].index += MAX_ACCOUNTS;
        vm.expectRevert(
            abi.encodeWithSelector(IRollupErrors.IndexOutOfRange.selector, MAX_ACCOUNTS - 1, MAX_ACCOUNTS + FIRST)
        );
        tree.computeRoot(accounts_, siblings);
    }

    /// Words of calldata wider than their fields: no second encoding of an account or an entry.
    function test_attack_dirtyWords() public {
        addAccount(bob, TOKEN, 5);
        prove();
        depositETH(bob, 1 ether);
        freeze();
        bytes memory genuine = abi.encodeCall(rollup.exit, (account(FIRST), siblingsOf(FIRST)));
        uint8[6] memory bits = [32, 160, 32, 40, 8, 128];
        for (uint256 i = 0; i < 6; i++) {
            _expectRefusedWords(genuine, 4 + 32 * i, bits[i]);
        }
        bytes memory entry = abi.encodeCall(rollup.reclaim, (uint64(1), depositRecord(bob, 0, 1 ether)));
        bits = [64, 8, 160, 32, 128, 32];
        for (uint256 i = 0; i < 6; i++) {
            _expectRefusedWords(entry, 4 + 32 * i, bits[i]);
        }
        (bool ok,) = address(rollup).call(genuine);
        vm.assertTrue(ok, "the genuine account leaves");
        (ok,) = address(rollup).call(entry);
        vm.assertTrue(ok, "the genuine entry is given back");
        vm.assertEq(rollup.custody(0) + rollup.custody(TOKEN), 0, "nothing is left");
    }

    /// Tokens that burn all their gas in every transfer: 40 of their accounts still exit in one transaction.
    function test_attack_gasOfManyHostileTransfers() public {
        for (uint256 i = 0; i < 40; i++) {
            addAccount(vm.addr(100 + i), TOKEN, 1000);
        }
        prove();
        freeze();
        vm.etch(address(token), hex"5b5f56");
        AccountLeaf[] memory leaving = subset(type(uint256).max);
        bytes32[] memory siblings = siblingsOf(leaving);
        uint256 gasBefore = gasleft();
        rollup.exitMany(leaving, siblings);
        vm.assertLe(gasBefore - gasleft(), TRANSACTION_GAS_CAP, "gas");
        for (uint256 i = 0; i < 40; i++) {
            vm.assertEq(rollup.claimable(TOKEN, vm.addr(100 + i)), 1000, "claimable");
        }
    }

    function _expectRefusedWords(bytes memory genuine, uint256 at, uint256 bit) private {
        bytes memory data = bytes.concat(genuine);
        assembly ("memory-safe") {
            let word := add(add(data, 0x20), at)
            mstore(word, or(mload(word), shl(bit, 1)))
        }
        (bool ok,) = address(rollup).call(data);
        vm.assertTrue(!ok, "a word wider than its field");
    }
}
