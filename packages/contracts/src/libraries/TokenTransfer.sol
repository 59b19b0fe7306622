// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {Permit} from "../interfaces/RollupTypes.sol";

interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address recipient, uint256 amount) external returns (bool);
    function transferFrom(address sender, address recipient, uint256 amount) external returns (bool);
    function permit(address owner, address spender, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

/// @title Calls to untrusted recipients and tokens
/// @dev The only library that calls through assembly. At most 32 bytes of what the callee returns are copied. Callers
/// hold the lock.
library TokenTransfer {
    /// @dev Gas for a recipient of ETH: enough for a multi-signature wallet's receive function.
    uint256 internal constant ETH_GAS = 50_000;
    /// @dev Gas for one token transfer.
    uint256 internal constant TOKEN_GAS = 200_000;
    /// @dev Above what a call with value to a cold, new, delegating account costs its caller (39,200).
    uint256 private constant CALL_OVERHEAD = 50_000;

    /// @notice Sends `amount` wei with a bounded allowance; returns whether the recipient accepted it.
    /// @dev Reverts rather than give the recipient less than `ETH_GAS`, so a caller cannot make it fail by a low gas
    /// limit.
    function pushETH(address recipient, uint256 amount) internal returns (bool) {
        _requireGasFor(ETH_GAS);
        (bool ok,,) = _call(recipient, amount, ETH_GAS, "");
        return ok;
    }

    /// @notice Transfers tokens with a bounded allowance; returns whether the token did it. Reverts like `pushETH`.
    function pushToken(address token, address recipient, uint256 amount) internal returns (bool) {
        _requireGasFor(TOKEN_GAS);
        return _callToken(token, TOKEN_GAS, abi.encodeCall(IERC20.transfer, (recipient, amount)));
    }

    /// @notice Sends `amount` wei with all the gas of the transaction's sender.
    function sendETH(address recipient, uint256 amount) internal returns (bool ok) {
        (ok,,) = _call(recipient, amount, gasleft(), "");
    }

    /// @notice Transfers tokens with all the gas of the transaction's sender.
    function sendToken(address token, address recipient, uint256 amount) internal returns (bool) {
        return _callToken(token, gasleft(), abi.encodeCall(IERC20.transfer, (recipient, amount)));
    }

    /// @notice Transfers tokens from a sender that approved it to the rollup; returns whether the token did it.
    function pull(address token, address sender, uint256 amount) internal returns (bool) {
        return _callToken(token, gasleft(), abi.encodeCall(IERC20.transferFrom, (sender, address(this), amount)));
    }

    /// @notice Submits an EIP-2612 approval. A refusal is ignored: someone may have submitted it before.
    function tryPermit(address token, address owner, uint256 amount, Permit calldata permit) internal {
        bytes memory payload = abi.encodeCall(
            IERC20.permit, (owner, address(this), amount, permit.deadline, permit.v, permit.r, permit.s)
        );
        _call(token, 0, gasleft(), payload);
    }

    /// @notice Destroys `amount` wei by sending it to address 0, which has no code and so cannot refuse.
    function burnETH(uint256 amount) internal {
        _call(address(0), amount, 0, "");
    }

    /// @notice The rollup's balance. Reverts with `BalanceUnreadable`.
    function balance(address token) internal view returns (uint256) {
        bytes memory payload = abi.encodeCall(IERC20.balanceOf, (address(this)));
        bool ok;
        uint256 returned;
        uint256 word;
        assembly ("memory-safe") {
            ok := staticcall(gas(), token, add(payload, 0x20), mload(payload), 0x00, 0x20)
            returned := returndatasize()
            word := mload(0x00)
        }
        if (!ok || returned < 32) revert IRollupErrors.BalanceUnreadable(token);
        return word;
    }

    /// @dev A token counts as having done it when the call succeeded, there is code, and the answer is empty or true.
    function _callToken(address token, uint256 gasLimit, bytes memory payload) private returns (bool) {
        if (token.code.length == 0) return false;
        (bool ok, uint256 returned, uint256 word) = _call(token, 0, gasLimit, payload);
        return ok && (returned == 0 || (returned >= 32 && word == 1));
    }

    function _call(address target, uint256 value, uint256 gasLimit, bytes memory payload)
        private
        returns (bool ok, uint256 returned, uint256 word)
    {
        assembly ("memory-safe") {
            ok := call(gasLimit, target, value, add(payload, 0x20), mload(payload), 0x00, 0x20)
            returned := returndatasize()
            word := mload(0x00)
        }
    }

    /// @dev A call receives at most 63/64 of what is left after its own cost.
    function _requireGasFor(uint256 gasLimit) private view {
        uint256 required = gasLimit + gasLimit / 63 + CALL_OVERHEAD;
        if (gasleft() < required) revert IRollupErrors.InsufficientGas(required, gasleft());
    }
}
