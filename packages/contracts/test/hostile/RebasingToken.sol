// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BareToken} from "./Tokens.sol";

/// Takes balances away by itself, like rebasing tokens and clawbacks.
contract RebasingToken is BareToken {
    function confiscate(address account, uint256 amount) external {
        balances[account] -= amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _move(from, to, amount);
        return true;
    }
}
