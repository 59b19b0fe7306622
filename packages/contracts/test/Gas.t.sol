// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RevertingRecipient} from "./hostile/Recipients.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

/// Records the gas of calls as transactions of their own (scripts/record-gas.ts compares). The verifier is the test one;
/// batches in blobs are measured with real proofs and blobs in `e2e/proven-batches.test.ts`.
contract GasTest is RollupTest {
    string private constant GROUP = "Rollup";
    uint256 private constant CELL = 26;

    function setUp() public override {
        super.setUp();
        vm.deal(address(0), 1 ether);
        depositETH(alice, 100 ether);
        depositToken(alice, 1000);
        submit(nextBatch(2));
        vm.deal(bob, 1 ether);
    }

    function test_registerToken() public {
        rollup.registerToken(address(this));
        vm.snapshotGasLastCall(GROUP, "registerToken");
    }

    function test_submitEmpty() public {
        Model.Batch memory batch = nextBatch(0);
        batch.data = "";
        _submit(batch, "submitBatch, empty, without verifier");
    }

    /// Eight blocks of 256 slots, 129 cells each, with no zero byte.
    function test_submit2048Transfers() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.circuitType = BATCH;
        batch.header.lastBlock += 7;
        batch.data = new bytes(8 * 129 * CELL);
        for (uint256 i = 0; i < batch.data.length; i++) {
            batch.data[i] = 0x1f;
        }
        _submit(batch, "submitBatch, 2,048 transfers in calldata, without verifier");
    }

    function test_submitWithQueue() public {
        for (uint256 i = 0; i < 64; i++) {
            depositETH(alice, 1 ether);
        }
        Model.Batch memory batch = nextBatch(64);
        batch.header.circuitType = BATCH;
        batch.data = "";
        _submit(batch, "submitBatch, 64 L1 operations, without verifier");
    }

    function test_submitWithPayouts() public {
        Model.Batch memory batch = nextBatch(0, _payouts());
        batch.data = "";
        _submit(batch, "submitBatch, 64 payouts left for later, without verifier");
        pay(2, batch, 0, words(type(uint64).max));
        vm.snapshotGasLastCall(GROUP, "pay, 64 of ETH");
    }

    function test_submitPayingNow() public {
        Model.Batch memory batch = nextBatch(0, _payouts());
        batch.data = "";
        batch.payNow = words(type(uint64).max);
        _submit(batch, "submitBatch, 64 payouts of ETH paid now, without verifier");
    }

    function test_payETH() public {
        _pay(one(bob, 0, 1 ether), "pay, 1 of ETH");
    }

    function test_payToken() public {
        _pay(one(bob, TOKEN, 10), "pay, 1 of a token");
    }

    function test_payFour() public {
        Payout[] memory payouts = new Payout[](4);
        for (uint160 i = 0; i < 4; i++) {
            payouts[i] = Payout(address(0x1000 + i), uint32(i % 2), 10);
        }
        _pay(payouts, "pay, 2 of ETH and 2 of a token, all new");
    }

    function test_payDeferredAndClaim() public {
        RevertingRecipient recipient = new RevertingRecipient();
        _pay(one(address(recipient), 0, 1 ether), "pay, 1 of ETH, refused");
        vm.prank(address(recipient));
        rollup.claim(0, bob);
        vm.snapshotGasLastCall(GROUP, "claim of ETH");
    }

    function test_depositETH() public {
        vm.prank(alice);
        rollup.depositETH{value: 1 ether}(1 ether - BASE_FEE, alice, 64, 5);
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

    function _pay(Payout[] memory payouts, string memory name) private {
        Model.Batch memory batch = submitWithPayouts(payouts);
        pay(2, batch, 0, words(type(uint256).max));
        vm.snapshotGasLastCall(GROUP, name);
    }

    function _submit(Model.Batch memory batch, string memory name) private {
        submit(batch);
        vm.snapshotGasLastCall(GROUP, name);
    }

    /// To accounts that exist.
    function _payouts() private returns (Payout[] memory payouts) {
        payouts = new Payout[](64);
        for (uint160 i = 0; i < 64; i++) {
            payouts[i] = Payout(address(0xa0000 + i), 0, 1 ether);
            vm.deal(payouts[i].recipient, 1);
        }
    }
}
