// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../../src/Rollup.sol";
import {BatchHeader, Permit} from "../../src/interfaces/RollupTypes.sol";
import {Hook} from "./Tokens.sol";

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

/// Uses as much gas to receive ETH as the bounded call allows a wallet, and then a little more if told so.
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

/// Re-enters the rollup by one of its functions when it receives ETH or tokens, and remembers why that failed.
contract ReentrantRecipient is Hook {
    Rollup private immutable ROLLUP;
    uint8 private _entrance;
    bytes4 public reason = 0xffffffff;

    constructor(Rollup rollup) {
        ROLLUP = rollup;
    }

    /// Chooses the function to re-enter by, 0 … 8.
    function prepare(uint256 entrance) external {
        reason = 0xffffffff;
        _entrance = uint8(entrance);
    }

    /// The rollup's own function `call`, as this account.
    function run(bytes calldata call, uint256 value) external {
        (bool ok, bytes memory answer) = address(ROLLUP).call{value: value}(call);
        require(ok, string(answer));
    }

    function onTokens() external {
        _attack();
    }

    receive() external payable {
        _attack();
    }

    function _attack() private {
        uint256 entrance = _entrance;
        bytes memory call = entrance < 5 ? _money(entrance) : _other(entrance);
        (bool ok, bytes memory answer) = address(ROLLUP).call{value: entrance < 5 ? 1 wei : 0}(call);
        reason = ok ? bytes4(0) : bytes4(answer);
    }

    function _money(uint256 entrance) private view returns (bytes memory) {
        if (entrance == 0) return abi.encodeCall(Rollup.depositETH, (1, address(this), 0, 0));
        if (entrance == 1) return abi.encodeCall(Rollup.deposit, (1, 1, address(this), 0, 0));
        Permit memory permit;
        if (entrance == 2) return abi.encodeCall(Rollup.depositWithPermit, (1, 1, address(this), 0, 0, permit));
        if (entrance == 3) return abi.encodeCall(Rollup.requestWithdraw, (64));
        return abi.encodeCall(Rollup.requestSetKey, (64, 1));
    }

    function _other(uint256 entrance) private view returns (bytes memory) {
        BatchHeader memory header;
        if (entrance == 5) return abi.encodeCall(Rollup.pay, (1, header, 0, "", 0, 1));
        if (entrance == 6) return abi.encodeCall(Rollup.claim, (0, address(this)));
        if (entrance == 7) return abi.encodeCall(Rollup.claimFor, (0, address(this)));
        return abi.encodeCall(Rollup.submitBatch, (header, "", ""));
    }
}
