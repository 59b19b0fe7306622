// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Names who has precedence in submitting batches (spec 7.7)
/// @notice A policy gives precedence and nothing else: state, money and the escape ladder do not depend on it.
interface IOperatorPolicy {
    /// @notice The account that may submit at any time, while others have to wait until it leaves work undone.
    /// @dev Called with 100,000 gas. A revert, and any answer but one word with an address, count as 0.
    /// @param time L1 time in seconds; the rollup asks for the present one.
    /// @return operator The account; 0 when there is none, so that everyone may submit.
    function operatorAt(uint64 time) external view returns (address operator);
}
