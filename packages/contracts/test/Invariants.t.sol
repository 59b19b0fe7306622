// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Handler} from "./support/Handler.sol";
import {vm} from "./support/Vm.sol";

contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = Handler.doDepositETH.selector;
        selectors[1] = Handler.doDeposit.selector;
        selectors[2] = Handler.doRequest.selector;
        selectors[3] = Handler.doDonate.selector;
        selectors[4] = Handler.doSubmit.selector;
        selectors[5] = Handler.doSubmitForged.selector;
        selectors[6] = Handler.doPay.selector;
        selectors[7] = Handler.doClaim.selector;
        selectors[8] = Handler.doClaimFor.selector;
        selectors[9] = Handler.doChangeMood.selector;
        selectors[10] = Handler.doWait.selector;
        selectors[11] = Handler.doSubmit.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    /// What the contract says it owes is what it does owe, and it has it.
    function invariant_custodyIsOwedAndHeld() public view {
        for (uint32 tokenId = 0; tokenId < _handler.TOKENS(); tokenId++) {
            uint256 owed = _handler.onL2(tokenId) + _handler.queued(tokenId) + _handler.unsettled(tokenId)
                + _handler.claimable(tokenId);
            if (tokenId == 0) owed += _handler.pendingFees();
            vm.assertEq(_handler.custody(tokenId), owed, "custody is what is owed");
            vm.assertGe(_handler.balance(tokenId), owed, "the balance covers it");
        }
    }

    function invariant_rootMovesOnlyWithAValidProof() public view {
        (bytes32 root,,) = _handler.rootAndQueue();
        vm.assertEq(root, _handler.provenRoot(), "root");
    }

    /// The handler's own count of consumed entries only ever rises, batch by batch.
    function invariant_queueHeadIsMonotone() public view {
        (, uint64 head, uint64 tail) = _handler.rootAndQueue();
        vm.assertEq(uint256(head), uint256(_handler.provenHead()), "only batches move the head");
        vm.assertLe(head, tail, "never beyond the tail");
    }

    /// Every settled payout was received or is claimable, and no unit twice.
    function invariant_aPayoutIsPaidOnce() public view {
        for (uint32 tokenId = 0; tokenId < _handler.TOKENS(); tokenId++) {
            uint256 accounted = _handler.received(tokenId) + _handler.claimable(tokenId);
            vm.assertLe(accounted, _handler.settled(tokenId), "not more than was settled");
            if (tokenId < 2) vm.assertEq(accounted, _handler.settled(tokenId), "nor less");
        }
    }

    /// The campaign above is worth something only if its actions get this far.
    function test_handlerReachesSettledPayouts() public {
        for (uint256 round = 1; round < 12; round++) {
            _handler.doDepositETH(round, 10 ether);
            _handler.doDeposit(round, round, 1e18);
            _handler.doSubmitForged(round, bytes32(round));
            _handler.doSubmit(2, round * 5 + 4, round);
            _handler.doPay(round, 5);
            _handler.doPay(round - 1, 2);
        }
        for (uint32 tokenId = 0; tokenId < _handler.TOKENS(); tokenId++) {
            vm.assertGe(_handler.settled(tokenId), 1, "settled");
            vm.assertGe(_handler.claimable(tokenId) + _handler.received(tokenId), 1, "arrived");
        }
        vm.assertGe(_handler.claimable(0), 1, "some refused");
        vm.assertEq(_handler.acceptedBatches(), 11, "accepted");
        vm.assertEq(_handler.refusedBatches(), 11, "refused");
        invariant_custodyIsOwedAndHeld();
        invariant_aPayoutIsPaidOnce();
    }
}
