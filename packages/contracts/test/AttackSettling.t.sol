// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {vm} from "./support/Vm.sol";
import {MoodyToken} from "./hostile/Tokens.sol";
import {GasBurningRecipient} from "./hostile/Recipients.sol";
import {Model} from "./support/Model.sol";
import {Payout, RollupTest} from "./support/RollupTest.sol";

/// Payouts far apart in the list: looking for the next one takes gas after the last one was found to be covered.
contract AttackSettlingTest is RollupTest {
    uint32 private constant BURNING_TOKEN = 2;
    /// What `pay` requires for a first payment: 64/63 of its allowance, 60,000 around it, 55,000 once.
    uint256 private constant ETH_REQUIRED = 165_793;
    uint256 private constant TOKEN_REQUIRED = 318_174;

    address private _burning;

    function setUp() public override {
        super.setUp();
        MoodyToken moody = new MoodyToken();
        rollup.registerToken(address(moody));
        moody.mint(alice, 1000);
        depositETH(alice, 1000 ether);
        uint256 fee = rollup.queueFee();
        vm.prank(alice);
        rollup.deposit{value: fee}(BURNING_TOKEN, 1000, alice, 0, 0);
        submit(nextBatch(2));
        moody.become(MoodyToken.Mood.BurnsGas);
        _burning = address(new GasBurningRecipient());
    }

    /// A batch that is accepted with some gas is accepted with more.
    function test_searchNeverMakesABatchFail() public {
        _expectMonotone(0);
        _expectMonotone(BURNING_TOKEN);
    }

    function _expectMonotone(uint32 tokenId) private {
        Model.Batch memory batch = nextBatch(0, _list(1024, tokenId));
        batch.payNow = _ends();
        bytes memory call = submitCall(batch, proof(operator, batch));
        uint256 best = 0;
        for (uint256 gas = 300_000; best < 3; gas += 4_000) {
            (bool ok, uint256 settled,) = _try(call, 2, gas);
            uint256 reached = !ok ? 0 : settled == 0 ? 1 : settled == 1 ? 2 : 3;
            vm.assertGe(reached, best, "more gas never does less");
            best = reached;
        }
    }

    /// The words between are settled, so each of them is looked at for nothing.
    function test_searchNeverMakesAPaymentFail() public {
        _expectNothingBegun(2, 0, ETH_REQUIRED);
        _expectNothingBegun(3, BURNING_TOKEN, TOKEN_REQUIRED);
    }

    function _expectNothingBegun(uint64 number, uint32 tokenId, uint256 required) private {
        Model.Batch memory batch = submitWithPayouts(_list(1024, tokenId));
        uint256[] memory middle = new uint256[](2);
        middle[0] = middle[1] = 1;
        pay(number, batch, 1, middle);
        uint256[] memory mask = _ends();
        mask[1] = mask[2] = 1;
        bytes32 commitment = dataCommitmentOf(batch);
        bytes memory call = abi.encodeCall(rollup.pay, (number, batch.header, commitment, batch.payouts, 0, mask));
        uint256 settled = 0;
        for (uint256 gas = 120_000; settled < 2; gas += 2_000) {
            bool ok;
            bytes memory reason;
            (ok, settled, reason) = _try(call, number, gas);
            if (ok || reason.length == 0) continue; // not even enough to look at the list
            vm.assertTrue(bytes4(reason) == IRollupErrors.InsufficientGas.selector, "reason");
            vm.assertEq(_word(reason, 4), required, "what one payment takes: nothing was begun that cannot be ended");
            vm.assertGe(required, _word(reason, 36), "less than that is left");
        }
    }

    /// Calls with this gas and undoes it; `settled` counts the payouts at the two ends of the list.
    function _try(bytes memory call, uint64 number, uint256 gas) private returns (bool ok, uint256 settled, bytes memory reason) {
        try this.callAndUndo(call, number, gas) {}
        catch (bytes memory outcome) {
            return abi.decode(outcome, (bool, uint256, bytes));
        }
    }

    function callAndUndo(bytes calldata call, uint64 number, uint256 gas) external {
        vm.prank(operator, operator);
        (bool ok, bytes memory reason) = address(rollup).call{gas: gas}(call);
        uint256 settled = (rollup.payoutsSettled(number, 0) & 1) + (rollup.payoutsSettled(number, 3) >> 255);
        bytes memory outcome = abi.encode(ok, settled, reason);
        assembly {
            revert(add(outcome, 0x20), mload(outcome))
        }
    }

    function _ends() private pure returns (uint256[] memory mask) {
        mask = new uint256[](4);
        mask[0] = 1;
        mask[3] = 1 << 255;
    }

    function _list(uint256 count, uint32 tokenId) private view returns (Payout[] memory list) {
        list = new Payout[](count);
        for (uint256 i = 0; i < count; i++) list[i] = Payout(_burning, tokenId, 1);
    }

    function _word(bytes memory data, uint256 at) private pure returns (uint256) {
        return uint256(bytes32(Model.slice(data, at, 32)));
    }
}
