// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../../src/Rollup.sol";
import {IRollup} from "../../src/interfaces/IRollup.sol";
import {AccountLeaf, BatchHeader, Permit, QueueRecord} from "../../src/interfaces/RollupTypes.sol";
import {Hook} from "./Tokens.sol";

/// Re-enters the rollup through one of its functions when it receives ETH or tokens, and remembers why that failed.
contract ReentrantRecipient is Hook {
    /// Functions that take the lock; `prepare` chooses one by its number from 0 on.
    uint256 public constant ENTRANCES = 14;
    uint256 private constant PAYABLE_ENTRANCES = 5;

    Rollup private immutable ROLLUP;
    uint8 private _entrance;
    bytes4 public reason = 0xffffffff;

    constructor(Rollup rollup) {
        ROLLUP = rollup;
    }

    /// Chooses the function for re-entry.
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
        bytes memory call =
            entrance < PAYABLE_ENTRANCES ? _queue(entrance) : entrance < 9 ? _other(entrance) : _escape(entrance);
        (bool ok, bytes memory answer) = address(ROLLUP).call{value: entrance < PAYABLE_ENTRANCES ? 1 wei : 0}(call);
        reason = ok ? bytes4(0) : bytes4(answer);
    }

    function _queue(uint256 entrance) private view returns (bytes memory) {
        if (entrance == 0) return abi.encodeCall(IRollup.depositETH, (1, address(this), 0, 0));
        if (entrance == 1) return abi.encodeCall(IRollup.deposit, (1, 1, address(this), 0, 0));
        Permit memory permit;
        if (entrance == 2) return abi.encodeCall(IRollup.depositWithPermit, (1, 1, address(this), 0, 0, permit));
        if (entrance == 3) return abi.encodeCall(IRollup.requestWithdraw, (64));
        return abi.encodeCall(IRollup.requestSetKey, (64, 1));
    }

    function _other(uint256 entrance) private view returns (bytes memory) {
        BatchHeader memory header;
        if (entrance == 5) return abi.encodeCall(IRollup.pay, (1, header, 0, "", 0, new uint256[](1)));
        if (entrance == 6) return abi.encodeCall(IRollup.claim, (0, address(this)));
        if (entrance == 7) return abi.encodeCall(IRollup.claimFor, (0, address(this)));
        return abi.encodeCall(IRollup.submitBatch, (header, "", "", new uint256[](1), "", ""));
    }

    function _escape(uint256 entrance) private view returns (bytes memory) {
        AccountLeaf memory account;
        if (entrance == 9) return abi.encodeCall(IRollup.exit, (account, new bytes32[](36)));
        if (entrance == 10) return abi.encodeCall(IRollup.exitMany, (new AccountLeaf[](1), new bytes32[](36)));
        QueueRecord memory record;
        if (entrance == 11) return abi.encodeCall(IRollup.reclaim, (0, record));
        if (entrance == 12) return abi.encodeCall(IRollup.registerToken, (address(this)));
        return abi.encodeCall(IRollup.freeze, ());
    }
}
