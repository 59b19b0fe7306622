// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EscapeHandler} from "./support/EscapeHandler.sol";
import {Handler} from "./support/Handler.sol";
import {vm} from "./support/Vm.sol";

contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    EscapeHandler private _handler;

    function setUp() public {
        _handler = new EscapeHandler();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// Entries listed twice are chosen twice as often.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](18);
        selectors[0] = Handler.doDeposit.selector;
        selectors[1] = Handler.doDeposit.selector;
        selectors[2] = Handler.doRequest.selector;
        selectors[3] = Handler.doDonate.selector;
        selectors[4] = Handler.doSubmit.selector;
        selectors[5] = Handler.doSubmit.selector;
        selectors[6] = Handler.doSubmitForged.selector;
        selectors[7] = Handler.doPay.selector;
        selectors[8] = Handler.doPay.selector;
        selectors[9] = Handler.doClaim.selector;
        selectors[10] = Handler.doClaimFor.selector;
        selectors[11] = Handler.doChangeMood.selector;
        selectors[12] = Handler.doWait.selector;
        selectors[13] = Handler.doChangeLeader.selector;
        selectors[14] = EscapeHandler.doFreeze.selector;
        selectors[15] = EscapeHandler.doExit.selector;
        selectors[16] = EscapeHandler.doExitMany.selector;
        selectors[17] = EscapeHandler.doReclaim.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    /// Custody equals the debts, the balance covers it, nobody is paid twice by any mix of payout, exit, reclaim and
    /// claim, and the state advances only by proven batches. One campaign checks it all.
    function invariant_booksAndState() public view {
        _handler.checkBooks();
        _handler.checkState();
    }

    /// At the end of each campaign everyone exits.
    function afterInvariant() public {
        _handler.finish();
    }

    /// The campaigns are worth something only if their actions get this far.
    function test_handlerReachesEveryPayment() public {
        for (uint256 round = 1; round < 12; round++) {
            _handler.doDeposit(round, round, 10 ether, round);
            _handler.doDeposit(round + 1, round, 1e18, 2 * round);
            _handler.doRequest(round, round, round);
            _handler.doSubmitForged(round, bytes32(round));
            _handler.doSubmit(2, round * 5 + 4, round);
            _handler.doPay(round - 1, round, 4);
            _handler.doExit(round, round);
            _handler.checkBooks();
        }
        vm.assertGe(_handler.settledPayouts(), 5, "payouts");
        vm.assertEq(_handler.refusedBatches(), 11, "refused");
        vm.assertEq(_handler.exits(), 0, "nobody leaves before the freeze");
        _handler.doFreeze(0);
        _handler.doDeposit(1, 1, 1, 1);
        _handler.doSubmit(1, 1, 1);
        _handler.doChangeLeader(2);
        vm.assertEq(_handler.refusedAfterFreeze(), 2, "refused after the freeze");
        for (uint256 round = 0; round < 12; round++) {
            _handler.doExit(3 * round, round);
            _handler.doExitMany(round * 77);
            _handler.doReclaim(5 * round);
            _handler.doPay(round, 0, 5);
            _handler.checkBooks();
        }
        vm.assertGe(_handler.exits(), 6, "exits");
        vm.assertGe(_handler.reclaims(), 2, "reclaims");
        _handler.finish();
    }
}
