// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountLeaf} from "../src/interfaces/RollupTypes.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {vm} from "./support/Vm.sol";

/// Records gas like test/Gas.t.sol: of freeze and reclaim, and of exits from a state of 1,024 accounts.
contract EscapeGasTest is EscapeTest {
    string private constant GROUP = "Rollup";
    uint256 private constant MAX_EXIT_GAS = 500_000;
    uint32 private constant ACCOUNTS = 1024;

    function setUp() public override {
        super.setUp();
        vm.deal(address(0), 1 ether);
        depositFor(alice, 0, 1024 ether);
        depositFor(alice, TOKEN, ACCOUNTS * 1000);
        for (uint32 i = 0; i < ACCOUNTS; i++) {
            address owner = address(uint160(0xe0000 + i));
            vm.deal(owner, 1);
            if (i == 1) token.mint(owner, 1);
            bool isToken = i % 64 == 1;
            accounts.push(AccountLeaf(FIRST + i, owner, isToken ? TOKEN : 0, i, 0, isToken ? 1000 : 1 ether, i));
        }
        proveState(nextBatch(2));
        vm.deal(bob, 1 ether);
        depositFor(bob, 0, 1 ether);
        depositFor(bob, TOKEN, 1000);
        requestWithdraw(bob, 70);
        vm.warp(block.timestamp + FREEZE_DELAY);
    }

    function test_freeze() public {
        rollup.freeze();
        vm.snapshotGasLastCall(GROUP, "freeze");
    }

    function test_exitETH() public {
        rollup.freeze();
        exit(FIRST);
        vm.assertLe(vm.snapshotGasLastCall(GROUP, "exit of ETH"), MAX_EXIT_GAS, "gas");
    }

    function test_exitToken() public {
        rollup.freeze();
        exit(FIRST + 1);
        vm.assertLe(vm.snapshotGasLastCall(GROUP, "exit of a token"), MAX_EXIT_GAS, "gas");
    }

    function test_exit16SideBySide() public {
        _exitMany(16, 1, "exitMany, 16 side by side");
    }

    function test_exit64SideBySide() public {
        _exitMany(64, 1, "exitMany, 64 side by side");
    }

    function test_exit16FarApart() public {
        _exitMany(16, 64, "exitMany, 16 far apart");
    }

    function test_exit64FarApart() public {
        _exitMany(64, 16, "exitMany, 64 far apart");
    }

    function test_reclaimETH() public {
        rollup.freeze();
        rollup.reclaim(2, depositRecord(bob, 0, 1 ether));
        vm.snapshotGasLastCall(GROUP, "reclaim of ETH");
    }

    function test_reclaimToken() public {
        rollup.freeze();
        rollup.reclaim(3, depositRecord(bob, TOKEN, 1000));
        vm.snapshotGasLastCall(GROUP, "reclaim of a token");
    }

    function test_reclaimRequest() public {
        rollup.freeze();
        rollup.reclaim(4, withdrawRecord(bob, 70));
        vm.snapshotGasLastCall(GROUP, "reclaim of a request");
    }

    function test_handOver() public {
        vm.prank(operator);
        policy.propose(alice);
        vm.snapshotGasLastCall(GROUP, "propose of FixedOperator");
        vm.prank(alice, alice);
        policy.accept();
        vm.snapshotGasLastCall(GROUP, "accept of FixedOperator");
        vm.prank(alice);
        policy.burn();
        vm.snapshotGasLastCall(GROUP, "burn of FixedOperator");
    }

    function _exitMany(uint32 count, uint32 step, string memory name) private {
        rollup.freeze();
        AccountLeaf[] memory leaving = new AccountLeaf[](count);
        for (uint32 i = 0; i < count; i++) leaving[i] = account(FIRST + i * step);
        exitMany(leaving);
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name) / count, MAX_EXIT_GAS, "gas of one");
        for (uint32 i = 0; i < count; i++) vm.assertTrue(rollup.isExited(FIRST + i * step), "left");
    }
}
