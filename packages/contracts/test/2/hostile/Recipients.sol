// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../../../src/2/Rollup.sol";

contract RevertingRecipient {
    bool public willing;

    function become(bool willing_) external {
        willing = willing_;
    }

    function claim(Rollup rollup, uint32 tokenId, address recipient) external {
        rollup.claim(tokenId, recipient);
    }

    receive() external payable {
        require(willing, "not now");
    }
}

contract GasBurningRecipient {
    function claim(Rollup rollup, uint32 tokenId, address recipient) external {
        rollup.claim(tokenId, recipient);
    }

    receive() external payable {
        while (true) {}
    }
}

contract ReturnBombRecipient {
    fallback() external payable {
        assembly {
            return(0, 60000)
        }
    }
}

contract RevertBombRecipient {
    fallback() external payable {
        assembly {
            revert(0, 60000)
        }
    }
}

/// Uses as much gas to receive ETH as the bounded call allows a wallet, and a little more on request.
contract ThirstyRecipient {
    uint256 public loops;

    constructor(uint256 loops_) {
        loops = loops_;
    }

    receive() external payable {
        uint256 until = gasleft() - loops;
        while (gasleft() > until) {}
    }
}
