// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOperatorPolicy} from "../interfaces/IOperatorPolicy.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";

/// @title The question to the policy, an untrusted contract (spec 7.7)
library Policy {
    /// @dev Gas for the policy's answer.
    uint256 internal constant POLICY_GAS = 100_000;
    /// @dev Above what the call itself costs: 2,600 for an account not used before, as much for the one that its code
    ///      may be delegated to (EIP-7702), and its memory.
    uint256 private constant CALL_OVERHEAD = 10_000;

    /// @notice Who has precedence at `time`; 0 without a policy, or when it answers anything but one word with an
    ///         address. Reverts with `InsufficientGas` rather than give it less than its gas, so that a caller cannot
    ///         make it fail.
    function leaderAt(address policy, uint64 time) internal view returns (address) {
        if (policy == address(0)) return address(0);
        bytes memory question = abi.encodeCall(IOperatorPolicy.operatorAt, (time));
        // A call receives at most 63/64 of what is left after its own cost.
        uint256 required = POLICY_GAS + POLICY_GAS / 63 + CALL_OVERHEAD;
        if (gasleft() < required) revert IRollupErrors.InsufficientGas(required, gasleft());
        bool ok;
        uint256 length;
        uint256 word;
        assembly ("memory-safe") {
            ok := staticcall(POLICY_GAS, policy, add(question, 0x20), mload(question), 0x00, 0x20)
            length := returndatasize()
            word := mload(0x00)
        }
        return ok && length == 32 && word <= type(uint160).max ? address(uint160(word)) : address(0);
    }
}
