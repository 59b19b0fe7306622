// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {RollupState} from "../src/interfaces/RollupTypes.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {RollupTest} from "./support/RollupTest.sol";

contract Relay {
    function submit(address rollup, bytes calldata call) external {
        (bool ok, bytes memory answer) = rollup.call(call);
        if (ok) return;
        assembly {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}

/// Calls while it has no code yet.
contract RelayInConstructor {
    constructor(address rollup, bytes memory call, bytes memory reason) {
        (bool ok, bytes memory answer) = rollup.call(call);
        require(!ok && keccak256(answer) == keccak256(abi.encodePacked(reason, abi.encode(address(this)))), "refused");
    }
}

/// Who may submit (7.7), with a leader who never changes.
contract SubmissionTest is RollupTest {
    function test_closedWhileTheLeaderWorks() public {
        vm.assertTrue(!rollup.isSubmissionOpen(), "nothing waits");
        _expectClosed();
        depositETH(alice, 1 ether);
        _expectClosed();
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _expectClosed();
    }

    /// Whoever copies the transaction from the mempool, header, data, proof and all, has another point.
    function test_copiedProof() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        Model.Batch memory batch = nextBatch(1);
        bytes memory proof_ = proof(operator, batch);
        expectRefused(stranger, batch, proof_, invalidProof(stranger, batch));
        submitAs(operator, batch, proof_);
    }

    function test_plainAccountOnly() public {
        replaceRollup(address(0));
        Model.Batch memory batch = nextBatch(0);
        Relay relay = new Relay();
        bytes memory call = submitCall(batch, proof(address(relay), batch));
        vm.expectRevert(_notPlain(address(relay)));
        vm.prank(stranger, stranger);
        relay.submit(address(rollup), call);
        new RelayInConstructor(address(rollup), call, abi.encodePacked(IRollupErrors.CallerNotPlainAccount.selector));
        // An account whose code is delegated to a contract (EIP-7702) is the origin of its transactions.
        vm.etch(stranger, abi.encodePacked(hex"ef0100", address(relay)));
        expectRefused(stranger, batch, proof(stranger, batch), _notPlain(stranger));
        vm.etch(stranger, "");
        submitAs(stranger, batch);
    }

    function test_opensWhenTheLeaderIsIdleWithWorkWaiting() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        uint256 balance = stranger.balance;
        submitAs(stranger, nextBatch(1));
        vm.assertEq(stranger.balance - balance, BASE_FEE / 2, "the stranger earns the share");
        vm.assertTrue(!rollup.isSubmissionOpen(), "nothing waits any more");
    }

    /// The idle time runs from the entry's arrival or the last batch, whichever is later.
    function test_idleTimeCountsFromTheLaterOfEntryAndBatch() public {
        vm.warp(block.timestamp + 3 days);
        _expectClosed();
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _expectClosed();
        submit(nextBatch(0));
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _expectClosed();
        vm.warp(block.timestamp + 1);
        submitAs(stranger, nextBatch(1));
    }

    function test_leaderMaySubmitWhileOpen() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        submit(nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "the leader's");
        _expectClosed();
    }

    /// After a stranger's batch the leader is alone for an hour, and one batch of its own ends the open period.
    function test_leaderHasReturnDelay() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        submitAs(stranger, nextBatch(1));
        depositETH(stranger, 1 ether);
        vm.warp(block.timestamp + RETURN_DELAY - 1);
        _expectClosed();
        // The leader stays away: the entry is served an hour after it arrived.
        vm.warp(block.timestamp + 1);
        submitAs(stranger, nextBatch(1));
        // An entry that arrives later has its own hour.
        vm.warp(block.timestamp + 2 hours);
        depositETH(stranger, 1 ether);
        _expectClosed();
        vm.warp(block.timestamp + RETURN_DELAY - 1);
        _expectClosed();
        // The leader is back: from now on it is the idle time again.
        submit(nextBatch(0));
        vm.warp(block.timestamp + IDLE_DELAY - 1);
        _expectClosed();
        vm.warp(block.timestamp + 1);
        submitAs(stranger, nextBatch(1));
    }

    function test_overdueOpensDuringTheReturnDelay() public {
        for (uint256 i = 0; i < 6; i++) {
            depositETH(alice, 1 ether);
        }
        vm.warp(block.timestamp + INCLUSION_DELAY);
        submitAs(stranger, nextBatch(4));
        submitAs(stranger, nextBatch(2));
        vm.assertEq(uint256(rollup.backlog()), 0, "all of it at once");
    }

    function test_strangerConsumesAtLeastOne() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        Model.Batch memory batch = nextBatch(0);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.OverdueL1OperationsLeft.selector, 1, 0);
        expectRefused(stranger, batch, proof(stranger, batch), reason);
    }

    /// Batches that consume nothing, or only small ones, reset the idle clock; 24 hours after an entry that does not
    /// help any more.
    function test_overdueOpensDespiteBatches() public {
        for (uint256 i = 0; i < 6; i++) {
            depositETH(alice, 1 ether);
        }
        uint64 enqueuedAt = uint64(block.timestamp);
        for (uint256 i = 1; i < 6; i++) {
            vm.warp(enqueuedAt + i * 4 hours);
            submit(nextBatch(0));
            _expectClosed();
        }
        vm.warp(enqueuedAt + INCLUSION_DELAY);
        vm.assertTrue(rollup.isSubmissionOpen(), "overdue");
        submit(nextBatch(4));
        vm.assertTrue(rollup.isSubmissionOpen(), "two are still overdue");
        submitAs(stranger, nextBatch(2));
    }

    function test_withoutPolicyOpenToAll() public {
        replaceRollup(address(0));
        vm.assertTrue(rollup.isSubmissionOpen(), "open");
        vm.assertEq(rollup.leader(), address(0), "nobody leads");
        submitAs(stranger, nextBatch(0));
        submitAs(alice, nextBatch(0));
        vm.assertTrue(!rollup.state().lastByStranger, "there are no strangers");
    }

    /// Time, place and block are those of the contract, whoever submits.
    function test_stateNamesTheLastBatch() public {
        depositETH(alice, 1 ether);
        vm.warp(block.timestamp + IDLE_DELAY);
        submitAs(stranger, nextBatch(1));
        RollupState memory state = rollup.state();
        vm.assertTrue(state.lastByStranger, "a stranger's");
        vm.assertEq(uint256(state.lastBatchAt), block.timestamp, "its time");
        vm.warp(block.timestamp + 5);
        submit(nextBatch(0));
        state = rollup.state();
        vm.assertTrue(!state.lastByStranger, "the leader's");
        vm.assertEq(uint256(state.lastBatchAt), block.timestamp, "its time");
    }

    function testFuzz_openIffOverdueOrIdle(uint256 enqueueGap, uint256 batchGap, uint256 nowGap) public {
        vm.warp(block.timestamp + within(enqueueGap, 0, 12 hours));
        depositETH(alice, 1 ether);
        uint256 enqueuedAt = block.timestamp;
        vm.warp(block.timestamp + within(batchGap, 0, 23 hours));
        submit(nextBatch(0));
        uint256 batchAt = block.timestamp;
        vm.warp(block.timestamp + within(nowGap, 0, 30 hours));
        bool overdue = block.timestamp >= enqueuedAt + INCLUSION_DELAY;
        bool idle = block.timestamp >= batchAt + IDLE_DELAY;
        vm.assertEq(rollup.isSubmissionOpen(), overdue || idle, "open");
    }

    function _expectClosed() private {
        vm.assertTrue(!rollup.isSubmissionOpen(), "closed");
        Model.Batch memory batch = nextBatch(0);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.SubmissionNotOpen.selector, operator, stranger);
        expectRefused(stranger, batch, proof(stranger, batch), reason);
    }

    function _notPlain(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRollupErrors.CallerNotPlainAccount.selector, account);
    }
}
