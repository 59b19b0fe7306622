// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOperatorPolicy} from "../interfaces/IOperatorPolicy.sol";

/// @title Policy that gives precedence to one plain account (spec 7.7)
/// @notice The operator can hand its role over, or burn it, which leaves submission open to all for ever.
contract FixedOperator is IOperatorPolicy {
    /// @notice An account with code cannot submit, so it cannot be the operator.
    error OperatorNotPlainAccount(address account);
    /// @notice A role that nobody has could not be handed over; a rollup without a policy does as well.
    error ZeroOperator();
    /// @notice Only the operator may hand over or burn its role.
    error NotOperator(address operator, address caller);
    /// @notice Only the proposed operator may accept the role.
    error NotProposedOperator(address proposed, address caller);

    /// @notice The operator proposed a successor, who has to accept; 0 withdraws the proposal.
    event OperatorProposed(address indexed operator, address indexed proposed);
    /// @notice The role changed hands; to 0, for ever, when it was burnt.
    event OperatorChanged(address indexed previous, address indexed operator);

    /// @notice The operator; 0 once the role is burnt.
    address public operator;
    /// @notice Who may accept the role; 0 when nobody.
    address public proposedOperator;

    /// @param first Operator from the start, without code.
    constructor(address first) {
        if (first == address(0)) revert ZeroOperator();
        if (first.code.length != 0) revert OperatorNotPlainAccount(first);
        operator = first;
        emit OperatorChanged(address(0), first);
    }

    /// @inheritdoc IOperatorPolicy
    function operatorAt(uint64) external view returns (address) {
        return operator;
    }

    /// @notice The operator proposes a successor, who has to accept; 0 withdraws the proposal.
    function propose(address next) external {
        _requireOperator();
        proposedOperator = next;
        emit OperatorProposed(msg.sender, next);
    }

    /// @notice The proposed account, without code, takes over.
    function accept() external {
        if (msg.sender != proposedOperator) revert NotProposedOperator(proposedOperator, msg.sender);
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert OperatorNotPlainAccount(msg.sender);
        _change(msg.sender);
    }

    /// @notice The operator gives up its role: submission is open to all for ever.
    function burn() external {
        _requireOperator();
        _change(address(0));
    }

    function _requireOperator() private view {
        if (msg.sender != operator) revert NotOperator(operator, msg.sender);
    }

    function _change(address next) private {
        emit OperatorChanged(operator, next);
        operator = next;
        proposedOperator = address(0);
    }
}
