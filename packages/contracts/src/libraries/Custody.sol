// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../interfaces/IRollupEvents.sol";
import {TokenTransfer} from "./TokenTransfer.sol";

/// @title Registered tokens and what is owed in each (spec 7.2)
/// @dev `owed[tokenId]` is everything the rollup owes in that token: L2 balances, unprocessed deposits, unpaid payouts,
///      claimable payments and, for ETH, queue fees that no submitter has earned yet. It rises before a debt is
///      recorded and falls when money leaves, so the rollup's balance is never below it.
library Custody {
    /// @dev Balances of the state have 128 bits; a custody of that width cannot overflow one.
    uint256 internal constant MAX_OWED = type(uint128).max;

    /// @param count ERC-20 tokens registered; their ids are 1 … count.
    struct Data {
        uint32 count;
        mapping(uint32 tokenId => address) tokens;
        mapping(address token => uint32) tokenIds;
        mapping(uint32 tokenId => uint256) owed;
    }

    /// @notice Gives a token contract the next id.
    function register(Data storage self, address token) internal returns (uint32 tokenId) {
        if (token == address(this)) revert IRollupErrors.TokenIsRollup();
        if (token.code.length == 0) revert IRollupErrors.TokenWithoutCode(token);
        if (self.tokenIds[token] != 0) revert IRollupErrors.TokenAlreadyRegistered(self.tokenIds[token]);
        if (self.count == type(uint32).max) revert IRollupErrors.TooManyTokens();
        tokenId = ++self.count;
        self.tokens[tokenId] = token;
        self.tokenIds[token] = tokenId;
        emit IRollupEvents.TokenRegistered(tokenId, token);
    }

    /// @notice Contract of a registered ERC-20; reverts on any other id.
    function requireToken(Data storage self, uint32 tokenId) internal view returns (address token) {
        token = self.tokens[tokenId];
        if (token == address(0)) revert IRollupErrors.UnknownToken(tokenId);
    }

    /// @notice Reverts when there is no such token; ETH is one.
    function requireRegistered(Data storage self, uint32 tokenId) internal view {
        if (tokenId > self.count) revert IRollupErrors.UnknownToken(tokenId);
    }

    /// @notice Pulls at most `amount` units from `sender` and returns what arrived, which is then owed.
    function pull(Data storage self, uint32 tokenId, address sender, uint256 amount) internal returns (uint128) {
        address token = requireToken(self, tokenId);
        uint256 balanceBefore = TokenTransfer.balance(token);
        if (!TokenTransfer.pull(token, sender, amount)) revert IRollupErrors.TokenPullFailed(token);
        uint256 balanceAfter = TokenTransfer.balance(token);
        if (balanceAfter < balanceBefore || balanceAfter - balanceBefore > amount) {
            revert IRollupErrors.ReceivedUnexpectedAmount(amount, balanceBefore, balanceAfter);
        }
        uint256 received = balanceAfter - balanceBefore;
        increase(self, tokenId, received);
        return uint128(received);
    }

    /// @notice Records that `amount` more is owed.
    function increase(Data storage self, uint32 tokenId, uint256 amount) internal {
        uint256 owed = self.owed[tokenId] + amount;
        if (owed > MAX_OWED) revert IRollupErrors.CustodyTooLarge(MAX_OWED, owed);
        self.owed[tokenId] = owed;
    }

    /// @notice Records that `amount` left the rollup.
    function decrease(Data storage self, uint32 tokenId, uint256 amount) internal {
        self.owed[tokenId] -= amount;
    }
}
