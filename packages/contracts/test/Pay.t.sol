// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../src/interfaces/IRollupEvents.sol";
import {BatchHeader, Parameters} from "../src/interfaces/RollupTypes.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract PayTest is RollupTest {
    function setUp() public override {
        super.setUp();
        depositETH(alice, 100 ether);
        depositToken(alice, 1000);
        submit(nextHeader(2), "");
    }

    function test_paysETHAndTokens() public {
        Payout[] memory payouts = _three();
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        uint256 balance = bob.balance;
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 0, bob, 0, 3 ether);
        vm.prank(stranger);
        rollup.pay(2, header, dataHash, list, 0, 10);
        vm.assertEq(bob.balance - balance, 3 ether, "ETH arrived");
        vm.assertEq(token.balanceOf(address(0xbeef)), 400, "tokens arrived");
        vm.assertEq(rollup.custody(0), 97 ether, "ETH custody fell");
        vm.assertEq(rollup.custody(TOKEN), 600, "token custody fell");
        vm.assertEq(rollup.payoutsSettled(2), 7, "all settled");
    }

    function test_resumes() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(_three());
        rollup.pay(2, header, dataHash, list, 0, 1);
        vm.assertEq(rollup.payoutsSettled(2), 1, "first");
        vm.assertEq(token.balanceOf(address(0xbeef)), 0, "not yet");
        rollup.pay(2, header, dataHash, list, 0, type(uint256).max);
        vm.assertEq(rollup.payoutsSettled(2), 7, "rest");
        vm.assertEq(token.balanceOf(address(0xbeef)), 400, "arrived");
    }

    function test_anyOrder() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(_three());
        uint256 balance = bob.balance;
        rollup.pay(2, header, dataHash, list, 2, 1);
        vm.assertEq(rollup.payoutsSettled(2), 4, "the last one");
        vm.assertEq(token.balanceOf(address(0xbeef)), 100, "alone");
        vm.expectEmit(address(rollup));
        emit IRollupEvents.PayoutPaid(2, 1, address(0xbeef), TOKEN, 300);
        rollup.pay(2, header, dataHash, list, 1, type(uint256).max);
        vm.assertEq(rollup.payoutsSettled(2), 6, "the one before, and not the last again");
        vm.assertEq(token.balanceOf(address(0xbeef)), 400, "each once");
        vm.assertEq(bob.balance, balance, "not the first");
        rollup.pay(2, header, dataHash, list, 0, 3);
        vm.assertEq(bob.balance - balance, 3 ether, "the first");
    }

    function test_attack_paySettledRange() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(_three());
        rollup.pay(2, header, dataHash, list, 1, 1);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2);
        uint256[2][5] memory empty =
            [[uint256(1), 1], [uint256(3), 5], [uint256(2), 0], [type(uint256).max, type(uint256).max], [uint256(256), 1]];
        for (uint256 i = 0; i < 5; i++) {
            vm.expectRevert(reason);
            rollup.pay(2, header, dataHash, list, empty[i][0], empty[i][1]);
        }
    }

    function test_everyBitOfTheLargestCircuit() public {
        Parameters memory given = defaultParameters();
        given.circuits[2].slots = 1024;
        rollup = new Rollup(given);
        Payout[] memory payouts = new Payout[](256);
        for (uint256 i = 0; i < 256; i++) payouts[i] = Payout(bob, 0, 0);
        BatchHeader memory header = nextHeader(0);
        header.circuitType = 2;
        bytes memory list = encode(payouts);
        header.payoutsHash = sha256(list);
        submit(header, "");
        bytes32 dataHash = dataHashOf("", 1024);
        rollup.pay(1, header, dataHash, list, 255, 1);
        vm.assertEq(rollup.payoutsSettled(1), 1 << 255, "the last bit");
        rollup.pay(1, header, dataHash, list, 0, 256);
        vm.assertEq(rollup.payoutsSettled(1), type(uint256).max, "all");
    }

    function test_attack_payTwice() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(_three());
        rollup.pay(2, header, dataHash, list, 0, 3);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2));
        rollup.pay(2, header, dataHash, list, 0, 3);
    }

    function test_attack_payNothing() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(_three());
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 2));
        rollup.pay(2, header, dataHash, list, 0, 0);
        (header, dataHash, list) = submitWithPayouts(new Payout[](0));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.NothingToPay.selector, 3));
        rollup.pay(3, header, dataHash, list, 0, 1);
    }

    function test_attack_alterTheList() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(one(bob, 0, 1 ether));
        Payout[] memory altered = one(stranger, 0, 1 ether);
        _expectListRefused(header, dataHash, encode(altered));
        altered = one(bob, 0, 2 ether);
        _expectListRefused(header, dataHash, encode(altered));
        _expectListRefused(header, dataHash, bytes.concat(list, list));
        _expectListRefused(header, dataHash, "");
    }

    function test_attack_malformedList() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(one(bob, 0, 1 ether));
        _expectMalformed(header, dataHash, bytes.concat(list, hex"00"));
        _expectMalformed(header, dataHash, pad(list, 80));
        _expectMalformed(header, dataHash, pad(list, 200));
    }

    function test_attack_payFromAnInventedBatch() public {
        BatchHeader memory header = nextHeader(0, one(stranger, 0, 50 ether));
        bytes memory list = encode(one(stranger, 0, 50 ether));
        bytes32 given = keccak256(abi.encode(header, bytes32(0)));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.BatchCommitmentMismatch.selector, bytes32(0), given));
        rollup.pay(7, header, bytes32(0), list, 0, 1);
    }

    function test_attack_payWithAnotherBatchsList() public {
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(one(bob, 0, 1 ether));
        bytes32 second = rollup.batchCommitment(2);
        bytes32 first = rollup.batchCommitment(1);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.BatchCommitmentMismatch.selector, first, second));
        rollup.pay(1, header, dataHash, list, 0, 1);
        header.payoutsHash = sha256("");
        bytes32 altered = keccak256(abi.encode(header, dataHash));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.BatchCommitmentMismatch.selector, second, altered));
        rollup.pay(2, header, dataHash, list, 0, 1);
    }

    function test_zeroAmountIsSkipped() public {
        Payout[] memory payouts = new Payout[](2);
        payouts[0] = Payout(bob, TOKEN, 0);
        payouts[1] = Payout(bob, TOKEN, 5);
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        uint256 balance = token.balanceOf(bob);
        rollup.pay(2, header, dataHash, list, 0, 2);
        vm.assertEq(token.balanceOf(bob) - balance, 5, "only the second");
        vm.assertEq(rollup.payoutsSettled(2), 3, "both settled");
    }

    function test_fullListIsAccepted() public {
        Payout[] memory payouts = new Payout[](4);
        for (uint256 i = 0; i < 4; i++) {
            payouts[i] = Payout(bob, 0, 1 ether);
        }
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        uint256 balance = bob.balance;
        rollup.pay(2, header, dataHash, list, 0, 4);
        vm.assertEq(bob.balance - balance, 4 ether, "all paid");
    }

    /// Any sequence of ranges pays each record once, in the first range that includes it.
    function testFuzz_ranges(uint256[2][6] memory ranges) public {
        Payout[] memory payouts = new Payout[](4);
        for (uint256 i = 0; i < 4; i++) payouts[i] = Payout(address(uint160(0xf00 + i)), 0, uint128(1 + i));
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        uint256 bits = 0;
        for (uint256 i = 0; i < 6; i++) {
            (uint256 first, uint256 count) = (ranges[i][0] % 6, ranges[i][1] % 6);
            uint256 named = ((1 << count) - 1 << first) & 0xf;
            bytes memory call = abi.encodeCall(rollup.pay, (2, header, dataHash, list, first, count));
            (bool ok,) = address(rollup).call(call);
            vm.assertEq(ok, named & ~bits != 0, "pays iff something in the range is unsettled");
            bits |= named;
            vm.assertEq(rollup.payoutsSettled(2), bits, "settled");
        }
        for (uint256 i = 0; i < 4; i++) {
            vm.assertEq(address(uint160(0xf00 + i)).balance, bits >> i & 1 == 1 ? 1 + i : 0, "once");
        }
    }

    function testFuzz_pay(uint256[4] memory amounts, uint256[4] memory tokens, uint256 usedCount, uint256 firstCount)
        public
    {
        usedCount = within(usedCount, 1, 4);
        Payout[] memory payouts = new Payout[](usedCount);
        uint256[2] memory sums;
        for (uint256 i = 0; i < usedCount; i++) {
            uint32 tokenId = uint32(tokens[i] % 2);
            uint256 amount = within(amounts[i], 0, tokenId == 0 ? 25 ether : 250);
            payouts[i] = Payout(bob, tokenId, uint128(amount));
            sums[tokenId] += amount;
        }
        (BatchHeader memory header, bytes32 dataHash, bytes memory list) = submitWithPayouts(payouts);
        uint256 ethBefore = bob.balance;
        uint256 tokensBefore = token.balanceOf(bob);
        firstCount = within(firstCount, 1, usedCount);
        rollup.pay(2, header, dataHash, list, 0, firstCount);
        if (firstCount < usedCount) rollup.pay(2, header, dataHash, list, 0, usedCount);
        vm.assertEq(bob.balance - ethBefore, sums[0], "ETH");
        vm.assertEq(token.balanceOf(bob) - tokensBefore, sums[1], "tokens");
        vm.assertEq(rollup.custody(0), 100 ether - sums[0], "ETH custody");
        vm.assertEq(rollup.custody(TOKEN), 1000 - sums[1], "token custody");
    }

    function _three() private view returns (Payout[] memory payouts) {
        payouts = new Payout[](3);
        payouts[0] = Payout(bob, 0, 3 ether);
        payouts[1] = Payout(address(0xbeef), TOKEN, 300);
        payouts[2] = Payout(address(0xbeef), TOKEN, 100);
    }

    function _expectListRefused(BatchHeader memory header, bytes32 dataHash, bytes memory list) private {
        bytes32 actual = sha256(pad(list, 160));
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.PayoutsHashMismatch.selector, header.payoutsHash, actual));
        rollup.pay(2, header, dataHash, list, 0, 1);
    }

    function _expectMalformed(BatchHeader memory header, bytes32 dataHash, bytes memory list) private {
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.PayoutListMalformed.selector, list.length));
        rollup.pay(2, header, dataHash, list, 0, 1);
    }
}
