// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {BatchHeader, Parameters} from "../src/interfaces/RollupTypes.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

contract Relay {
    function submit(Rollup rollup, BatchHeader calldata header, bytes calldata proof) external {
        rollup.submitBatch(header, "", proof);
    }
}

/// Calls while it has no code yet.
contract RelayInConstructor {
    constructor(Rollup rollup, BatchHeader memory header, bytes memory proof) {
        rollup.submitBatch(header, "", proof);
    }
}

/// Who may submit.
contract SubmissionTest is RollupTest {
    function test_closedWhileTheOperatorWorks() public {
        vm.assertTrue(!rollup.isSubmissionOpen(), "nothing waits");
        _expectClosed();
        depositETH(alice, 1 ether);
        _expectClosed();
    }

    function test_opensWhenTheOperatorIsIdleWithWorkWaiting() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _expectClosed();
        vm.warp(block.timestamp + 1);
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        for (uint256 i = 0; i < 4; i++) {
            depositETH(bob, 1 ether);
        }
        _submitAsStranger(4);
        _submitAsStranger(1);
        _expectClosed();
        depositETH(bob, 1 ether);
        vm.assertTrue(rollup.isSubmissionOpen(), "the operator has not come back");
    }

    function test_closesWhenTheOperatorComesBack() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        _submitAsStranger(1);
        depositETH(bob, 1 ether);
        submit(nextHeader(0), "");
        _expectClosed();
        vm.warp(block.timestamp + IDLE_DELAY);
        vm.assertTrue(rollup.isSubmissionOpen(), "idle again");
    }

    function test_attack_strangerOutrunsTheOperatorWithoutWorkWaiting() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        _submitAsStranger(1);
        _expectClosed();
        submit(nextHeader(0), "");
    }

    function test_attack_strangersEmptyBatchWhileSubmissionIsOpen() public {
        depositETH(alice, 1 ether);
        depositETH(alice, 1 ether);
        uint64 secondAt = uint64(block.timestamp) + IDLE_DELAY;
        vm.warp(secondAt);
        depositETH(alice, 1 ether);
        vm.warp(secondAt + 1 hours);
        BatchHeader memory header = nextHeader(0);
        _expectLeftOut(header, 3);
        header.l1OperationCount = 2;
        _expectLeftOut(header, 3);
        // At an earlier time of the batch fewer entries wait, but never fewer than those that opened submission.
        header.timestamp = secondAt - 1;
        header.l1OperationCount = 1;
        _expectLeftOut(header, 2);
        header.l1OperationCount = 2;
        submitAs(stranger, header, "", proof(header, ""));
        submit(nextHeader(0), "");
        vm.assertEq(uint256(rollup.backlog()), 1, "the operator may still choose");
    }

    function test_strangersBatchConsumesNoMoreThanItsCircuitHasRoomFor() public {
        for (uint256 i = 0; i < 6; i++) {
            depositETH(alice, 1 ether);
        }
        vm.warp(block.timestamp + IDLE_DELAY);
        _expectLeftOut(nextHeader(3), 4);
        _submitAsStranger(4);
        _submitAsStranger(2);
        vm.assertEq(uint256(rollup.backlog()), 0, "all consumed");
    }

    function test_withoutOperatorNobodyMustConsumeBeforeTheDelay() public {
        Parameters memory given = defaultParameters();
        given.operator = address(0);
        rollup = new Rollup(given);
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + INCLUSION_DELAY - 1);
        _submitAsStranger(0);
        vm.warp(block.timestamp + 1);
        _expectLeftOut(nextHeader(0), 1);
        _submitAsStranger(1);
    }

    function test_operatorsBatchClosesAgain() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        submit(nextHeader(0), "");
        _expectClosed();
        vm.warp(block.timestamp + IDLE_DELAY);
        vm.assertTrue(rollup.isSubmissionOpen(), "open again");
    }

    function test_idleWithoutWorkStaysClosed() public {
        vm.warp(block.timestamp + 30 days);
        _expectClosed();
        depositETH(alice, 1 ether);
        _expectClosed();
    }

    function test_opensWhenAnEntryIsOverdueThoughTheOperatorWorks() public {
        depositETH(alice, 1 ether);
        uint64 enqueuedAt = uint64(block.timestamp);
        for (uint256 i = 1; i < 5; i++) {
            vm.warp(enqueuedAt + i * 5 hours);
            submit(nextHeader(0), "");
        }
        vm.warp(enqueuedAt + INCLUSION_DELAY - 1);
        submit(nextHeader(0), "");
        _expectClosed();
        vm.warp(enqueuedAt + INCLUSION_DELAY);
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        uint256 balance = stranger.balance;
        _submitAsStranger(1);
        vm.assertEq(stranger.balance - balance, BASE_FEE / 2, "the stranger earns the share");
        _expectClosed();
    }

    function test_withoutOperatorAnyoneMaySubmit() public {
        Parameters memory given = defaultParameters();
        given.operator = address(0);
        rollup = new Rollup(given);
        _submitAsStranger(0);
        vm.assertEq(uint256(rollup.state().batchCount), 1, "accepted");
    }

    function test_attack_submitThroughAContract() public {
        Relay relay = new Relay();
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, "");
        vm.prank(operator, operator);
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, address(relay)));
        relay.submit(rollup, header, proof_);
    }

    function test_attack_submitFromAConstructor() public {
        Parameters memory given = defaultParameters();
        given.operator = address(0);
        rollup = new Rollup(given);
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, "");
        vm.prank(stranger, stranger);
        try new RelayInConstructor(rollup, header, proof_) {
            vm.assertTrue(false, "accepted");
        } catch (bytes memory reason) {
            vm.assertEq(bytes32(bytes4(reason)), IRollupErrors.CallerNotPlainAccount.selector, "reason");
        }
    }

    function test_attack_submitFromADelegatingAccount() public {
        vm.etch(operator, abi.encodePacked(hex"ef0100", address(rollup)));
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, operator));
        submitAs(operator, header, "", proof_);
    }

    function testFuzz_openIffOverdueOrIdle(uint256 enqueueGap, uint256 batchGap, uint256 nowGap) public {
        vm.warp(block.timestamp + within(enqueueGap, 0, 12 hours));
        depositETH(alice, 1 ether);
        uint256 enqueuedAt = block.timestamp;
        vm.warp(block.timestamp + within(batchGap, 0, 23 hours));
        submit(nextHeader(0), "");
        uint256 batchAt = block.timestamp;
        vm.warp(block.timestamp + within(nowGap, 0, 30 hours));
        bool overdue = block.timestamp >= enqueuedAt + INCLUSION_DELAY;
        bool idle = block.timestamp >= batchAt + IDLE_DELAY;
        vm.assertEq(rollup.isSubmissionOpen(), overdue || idle, "open");
    }

    function _submitAsStranger(uint32 l1OperationCount) private {
        BatchHeader memory header = nextHeader(l1OperationCount);
        submitAs(stranger, header, "", proof(header, ""));
    }

    function _expectLeftOut(BatchHeader memory header, uint64 minimum) private {
        bytes memory proof_ = proof(header, "");
        uint64 count = header.l1OperationCount;
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, minimum, count));
        submitAs(stranger, header, "", proof_);
    }

    function _expectClosed() private {
        vm.assertTrue(!rollup.isSubmissionOpen(), "closed");
        BatchHeader memory header = nextHeader(0);
        bytes memory proof_ = proof(header, "");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, operator, stranger));
        submitAs(stranger, header, "", proof_);
    }
}
