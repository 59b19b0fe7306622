// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader} from "../src/interfaces/RollupTypes.sol";
import {RevertingRecipient} from "./hostile/Recipients.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

/// Records the gas of each function, as a transaction of its own (scripts/record-gas.ts compares). The verifier is the test one.
contract GasTest is RollupTest {
    string private constant GROUP = "Rollup";

    function setUp() public override {
        super.setUp();
        vm.deal(address(0), 1 ether);
        depositETH(alice, 100 ether);
        depositToken(alice, 1000);
        submit(nextHeader(2), "");
        vm.deal(bob, 1 ether);
    }

    function test_registerToken() public {
        rollup.registerToken(address(this));
        vm.snapshotGasLastCall(GROUP, "registerToken");
    }

    function test_depositETH() public {
        uint256 amount = 1 ether - rollup.queueFee();
        vm.prank(alice);
        rollup.depositETH{value: 1 ether}(amount, alice, 64, 5);
        vm.snapshotGasLastCall(GROUP, "depositETH");
    }

    function test_deposit() public {
        vm.prank(alice);
        rollup.deposit{value: BASE_FEE}(TOKEN, 1000, alice, 65, 0);
        vm.snapshotGasLastCall(GROUP, "deposit");
    }

    function test_depositWithRefund() public {
        vm.prank(alice);
        rollup.deposit{value: 1 ether}(TOKEN, 1000, alice, 65, 0);
        vm.snapshotGasLastCall(GROUP, "deposit, ETH returned");
    }

    function test_requestWithdraw() public {
        vm.prank(alice);
        rollup.requestWithdraw{value: BASE_FEE}(64);
        vm.snapshotGasLastCall(GROUP, "requestWithdraw");
    }

    function test_requestSetKey() public {
        vm.prank(alice);
        rollup.requestSetKey{value: BASE_FEE}(64, 5);
        vm.snapshotGasLastCall(GROUP, "requestSetKey");
    }

    function test_submitBatch() public {
        submit(nextHeader(0), "");
        vm.snapshotGasLastCall(GROUP, "submitBatch, empty, without verifier");
    }

    function test_submitBatchWithDataAndQueue() public {
        for (uint256 i = 0; i < 4; i++) {
            depositETH(alice, 1 ether);
        }
        bytes memory data = new bytes(428);
        for (uint256 i = 0; i < data.length; i++) {
            data[i] = 0x1f;
        }
        submit(nextHeader(4), data);
        vm.snapshotGasLastCall(GROUP, "submitBatch, 428 bytes, 4 L1 operations, without verifier");
    }

    function test_payETH() public {
        _pay(one(bob, 0, 1 ether));
        vm.snapshotGasLastCall(GROUP, "pay, 1 of ETH");
    }

    function test_payToken() public {
        _pay(one(bob, TOKEN, 10));
        vm.snapshotGasLastCall(GROUP, "pay, 1 of a token");
    }

    function test_payFour() public {
        Payout[] memory payouts = new Payout[](4);
        for (uint160 i = 0; i < 4; i++) {
            payouts[i] = Payout(address(0x1000 + i), uint32(i % 2), 10);
        }
        _pay(payouts);
        vm.snapshotGasLastCall(GROUP, "pay, 2 of ETH and 2 of a token, all new");
    }

    function test_payDeferred() public {
        _pay(one(address(new RevertingRecipient()), 0, 1 ether));
        vm.snapshotGasLastCall(GROUP, "pay, 1 of ETH, refused");
    }

    function test_claim() public {
        RevertingRecipient recipient = new RevertingRecipient();
        _pay(one(address(recipient), 0, 1 ether));
        vm.prank(address(recipient));
        rollup.claim(0, bob);
        vm.snapshotGasLastCall(GROUP, "claim of ETH");
    }

    function _pay(Payout[] memory payouts) private {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        rollup.pay(2, header, dataHash, list, 0, payouts.length);
    }
}
