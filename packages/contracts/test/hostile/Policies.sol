// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollup} from "../../src/interfaces/IRollup.sol";
import {IOperatorPolicy} from "../../src/interfaces/IOperatorPolicy.sol";

/// Fails in one of the ways in which a policy can.
contract FailingPolicy is IOperatorPolicy {
    enum Way {
        Reverts,
        BurnsGas,
        ReturnsNothing,
        ReturnsLess,
        ReturnsTwoWords,
        DirtyHighBits,
        ReturnBomb,
        RevertBomb
    }

    Way private immutable WAY;
    address private immutable LEADER;

    constructor(Way way, address leader) {
        WAY = way;
        LEADER = leader;
    }

    function operatorAt(uint64) external view returns (address) {
        if (WAY == Way.BurnsGas) while (true) {}
        uint256 length = 32;
        if (WAY == Way.ReturnsNothing) length = 0;
        if (WAY == Way.ReturnsLess) length = 31;
        if (WAY == Way.ReturnsTwoWords) length = 64;
        if (WAY == Way.ReturnBomb || WAY == Way.RevertBomb) length = 50_000;
        uint256 word = uint160(LEADER);
        if (WAY == Way.DirtyHighBits) word |= 1 << 160;
        bool reverts = WAY == Way.Reverts || WAY == Way.RevertBomb;
        assembly {
            mstore(0x00, word)
            if reverts { revert(0, length) }
            return(0, length)
        }
    }
}

/// Names whoever it was told to; what an auction, a rotation, or a proxy with another implementation amounts to.
contract MovingPolicy is IOperatorPolicy {
    address public leader;
    bool public fails;

    function become(address leader_) external {
        become(leader_, false);
    }

    function become(address leader_, bool fails_) public {
        (leader, fails) = (leader_, fails_);
    }

    function operatorAt(uint64) external view returns (address) {
        require(!fails, "no answer");
        return leader;
    }
}

/// Names the leader of the second asked about.
contract RotatingPolicy is IOperatorPolicy {
    address private immutable EVEN;
    address private immutable ODD;

    constructor(address even, address odd) {
        EVEN = even;
        ODD = odd;
    }

    function operatorAt(uint64 time) external view returns (address) {
        return time / 1 hours % 2 == 0 ? EVEN : ODD;
    }
}

/// Uses as much gas as it is told, then names a leader.
contract ThirstyPolicy is IOperatorPolicy {
    uint256 private immutable GAS;
    address private immutable LEADER;

    constructor(uint256 gas, address leader) {
        GAS = gas;
        LEADER = leader;
    }

    function operatorAt(uint64) external view returns (address) {
        uint256 until = gasleft() - GAS;
        while (gasleft() > until) {}
        return LEADER;
    }
}

/// Names nobody when it has less gas than it may count on.
contract ImpatientPolicy is IOperatorPolicy {
    uint256 private constant GAS = 99_000;
    address private immutable LEADER;

    constructor(address leader) {
        LEADER = leader;
    }

    function operatorAt(uint64) external view returns (address) {
        return gasleft() < GAS ? address(0) : LEADER;
    }
}

/// Calls the rollup, then names a leader only if nothing there succeeded that changes state.
contract ReentrantPolicy is IOperatorPolicy {
    address private immutable LEADER;

    constructor(address leader) {
        LEADER = leader;
    }

    function operatorAt(uint64) external view returns (address) {
        bytes[3] memory calls = [
            abi.encodeCall(IRollup.freeze, ()),
            abi.encodeCall(IRollup.claimFor, (0, LEADER)),
            abi.encodeCall(IRollup.registerToken, (address(this)))
        ];
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok,) = msg.sender.staticcall{gas: 20_000}(calls[i]);
            if (ok) return address(0);
        }
        // Views are open to everyone, also now.
        return IRollup(msg.sender).isFrozen() ? address(0) : LEADER;
    }
}
