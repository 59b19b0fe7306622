// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountLeaf, BatchHeader, QueueRecord} from "../../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./RollupTest.sol";
import {TreeModel} from "./TreeModel.sol";
import {vm} from "./Vm.sol";
import {Model} from "./Model.sol";

/// A rollup whose proven root is that of real accounts, for which money was really deposited.
abstract contract EscapeTest is RollupTest {
    uint256 internal constant MODULUS = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    uint32 internal constant FIRST = 64;

    AccountLeaf[] internal accounts;

    /// An account at the next index, backed by a deposit by alice.
    function addAccount(address owner, uint32 tokenId, uint128 balance) internal returns (uint32 index) {
        index = FIRST + uint32(accounts.length);
        accounts.push(
            AccountLeaf({
                index: index,
                owner: owner,
                tokenId: tokenId,
                nonce: 7 * index,
                flags: uint8(index % 2),
                balance: balance,
                key: index % 3 == 0 ? 0 : uint256(keccak256(abi.encode("key", index))) % MODULUS
            })
        );
        if (balance != 0) depositFor(owner, tokenId, balance);
    }

    function depositFor(address owner, uint32 tokenId, uint256 amount) internal {
        uint256 fee = rollup.queueFee();
        vm.prank(alice);
        if (tokenId == 0) rollup.depositETH{value: amount + fee}(amount, owner, 0, 0);
        else rollup.deposit{value: fee}(tokenId, amount, owner, 0, 0);
    }

    /// Batches of the operator that consume the whole queue and end in the state of `accounts`.
    function prove() internal {
        do {
            uint64 waiting = rollup.backlog();
            proveState(nextBatch(waiting < 4 ? waiting : 4));
        } while (rollup.backlog() != 0);
    }

    /// A batch of the operator, except for its new state, which is that of `accounts`.
    function proveState(Model.Batch memory batch) internal {
        batch.header.newRoot = stateRoot();
        batch.header.newNextIndex = FIRST + uint32(accounts.length);
        submit(batch);
    }

    function stateRoot() internal view returns (bytes32) {
        return TreeModel.root(accounts);
    }

    /// Lets the entry at the queue's head become old, after making one if there is none.
    function freeze() internal {
        if (rollup.backlog() == 0) requestWithdraw(stranger, FIRST);
        vm.warp(block.timestamp + FREEZE_DELAY);
        rollup.freeze();
    }

    function siblingsOf(uint32 index) internal view returns (bytes32[] memory) {
        uint256[] memory indices = new uint256[](1);
        indices[0] = index;
        return TreeModel.siblings(TreeModel.build(accounts), indices);
    }

    function siblingsOf(AccountLeaf[] memory leaving) internal view returns (bytes32[] memory) {
        uint256[] memory indices = new uint256[](leaving.length);
        for (uint256 i = 0; i < leaving.length; i++) {
            indices[i] = leaving[i].index;
        }
        return TreeModel.siblings(TreeModel.build(accounts), indices);
    }

    function account(uint32 index) internal view returns (AccountLeaf memory) {
        return accounts[index - FIRST];
    }

    function exit(uint32 index) internal {
        rollup.exit(account(index), siblingsOf(index));
    }

    function exitMany(AccountLeaf[] memory leaving) internal {
        rollup.exitMany(leaving, siblingsOf(leaving));
    }

    /// The accounts whose bit is set, in ascending order.
    function subset(uint256 bits) internal view returns (AccountLeaf[] memory chosen) {
        uint256 count = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            count += bits >> i & 1;
        }
        chosen = new AccountLeaf[](count);
        count = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            if (bits >> i & 1 == 1) chosen[count++] = accounts[i];
        }
    }

    function depositRecord(address owner, uint32 tokenId, uint128 amount) internal pure returns (QueueRecord memory) {
        return QueueRecord(4, owner, tokenId, amount, 0, 0);
    }

    function withdrawRecord(address owner, uint32 index) internal pure returns (QueueRecord memory) {
        return QueueRecord(5, owner, 0, 0, index, 0);
    }
}
