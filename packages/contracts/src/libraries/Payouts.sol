// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {Custody} from "./Custody.sol";
import {TokenTransfer} from "./TokenTransfer.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../interfaces/IRollupEvents.sol";
import {BatchHeader} from "../interfaces/RollupTypes.sol";

/// @title Payments out of the rollup (spec 7.5)
/// @dev Every payment is recorded before its call; the lock keeps callees out of all functions that could observe it.
library Payouts {
    using Custody for Custody.Data;

    uint256 private constant WORD_BITS = 256;
    /// @dev Gas of a payment besides its call: books, event, what becomes claimable, and what `TokenTransfer` requires
    ///      to be left for the call's own cost (50,000).
    uint256 private constant PAYMENT_OVERHEAD = 60_000;
    /// @dev Above what setting the bits of a word costs.
    uint256 private constant WORD_GAS = 25_000;
    /// @dev For looking at the rest of the list once the last payout was found to be covered: three more words, and the
    ///      bits of the last of them up to the next payout.
    uint256 private constant SEARCH_GAS = 20_000;
    /// @dev For what follows the payments.
    uint256 private constant END_GAS = 10_000;

    /// @param commitments One hash per batch: of header, data commitment and payouts hash.
    /// @param settled Processed payouts of a batch, one bit each; written by `settle` only.
    /// @param claimable Units that a recipient refused when they were pushed.
    struct Data {
        mapping(uint64 batchNumber => bytes32) commitments;
        mapping(uint64 batchNumber => mapping(uint256 word => uint256)) settled;
        mapping(uint32 tokenId => mapping(address beneficiary => uint256)) claimable;
    }

    /// @notice What a call settles.
    /// @param positions The first `count` are those of the settled payouts, ascending.
    /// @param count Number of payouts settled.
    /// @param reservedGas Gas that they need at their worst; if `isFull`, with the first that it did not cover.
    /// @param found Whether any selected payout was unsettled.
    /// @param isFull Whether the gas did not cover a payout; it and all behind it are left.
    struct Plan {
        uint256[] positions;
        uint256 count;
        uint256 reservedGas;
        bool found;
        bool isFull;
    }

    /// @notice The stored hash of a batch.
    function commitment(BatchHeader calldata header, bytes32 dataCommitment, bytes32 payoutsHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(header, dataCommitment, payoutsHash));
    }

    /// @notice Reverts unless header, data commitment and payout list are those of the batch.
    function requireBatch(
        Data storage self,
        uint64 batchNumber,
        BatchHeader calldata header,
        bytes32 dataCommitment,
        bytes calldata list
    ) internal view {
        bytes32 expected = self.commitments[batchNumber];
        bytes32 actual = commitment(header, dataCommitment, keccak256(list));
        if (expected != actual) revert IRollupErrors.BatchCommitmentMismatch(expected, actual);
    }

    /// @notice Reverts when `mask` selects a payout at `count` or behind.
    function requireWithin(uint256[] calldata mask, uint256 count) internal pure {
        for (uint256 word = 0; word < mask.length; word++) {
            uint256 outside = mask[word] & ~_existing(count, word);
            if (outside == 0) continue;
            uint256 position = word * WORD_BITS;
            while (outside & 1 == 0) (outside, position) = (outside >> 1, position + 1);
            revert IRollupErrors.PayoutNotInBatch(count, position);
        }
    }

    /// @notice Pays the selected payouts that are not settled yet, in order, as far as the gas suffices with certainty
    ///         whatever recipients and tokens do. The caller checked `list`.
    /// @param firstWord Word i of `mask` selects among payouts 256 · (firstWord + i) … + 255; those that the batch
    ///        does not have are ignored.
    /// @return plan What was found and settled.
    function settle(
        Data storage self,
        Custody.Data storage custody,
        uint64 batchNumber,
        bytes calldata list,
        uint256 firstWord,
        uint256[] calldata mask
    ) internal returns (Plan memory plan) {
        // All are marked before the first call: a recipient that gains control finds nothing left to pay here.
        plan = _mark(self.settled[batchNumber], list, firstWord, mask);
        for (uint256 i = 0; i < plan.count; i++) {
            _payOne(self, custody, batchNumber, list, plan.positions[i]);
        }
    }

    /// @notice Pays what is owed, with a limit on the gas of the call, or makes it claimable; returns whether it was
    /// paid.
    function push(Data storage self, Custody.Data storage custody, uint32 tokenId, address recipient, uint256 amount)
        internal
        returns (bool paid)
    {
        // The debt is removed before the call, so that whatever the recipient does sees the books without it, and
        // restored only when the call failed, in which case no money has left.
        custody.decrease(tokenId, amount);
        paid = tokenId == Constants.ETH_TOKEN_ID
            ? TokenTransfer.pushETH(recipient, amount)
            : TokenTransfer.pushToken(custody.tokens[tokenId], recipient, amount);
        if (paid) return true;
        custody.increase(tokenId, amount);
        self.claimable[tokenId][recipient] += amount;
    }

    /// @notice Pays everything that `beneficiary` can claim to `recipient`; reverts if that is nothing or refused.
    function claim(
        Data storage self,
        Custody.Data storage custody,
        uint32 tokenId,
        address beneficiary,
        address recipient
    ) internal {
        if (recipient == address(0) || recipient == address(this)) {
            revert IRollupErrors.InvalidClaimRecipient(recipient);
        }
        uint256 amount = self.claimable[tokenId][beneficiary];
        if (amount == 0) revert IRollupErrors.NothingToClaim(tokenId, beneficiary);
        // Before the call, as in `push`; a failed call reverts all of it.
        self.claimable[tokenId][beneficiary] = 0;
        custody.decrease(tokenId, amount);
        bool paid = tokenId == Constants.ETH_TOKEN_ID
            ? TokenTransfer.sendETH(recipient, amount)
            : TokenTransfer.sendToken(custody.tokens[tokenId], recipient, amount);
        if (!paid) revert IRollupErrors.ClaimFailed(tokenId, recipient, amount);
        emit IRollupEvents.Claimed(tokenId, beneficiary, recipient, amount);
    }

    function _payOne(
        Data storage self,
        Custody.Data storage custody,
        uint64 batchNumber,
        bytes calldata list,
        uint256 position
    ) private {
        (address recipient, uint32 tokenId, uint256 amount) = _recordAt(list, position);
        if (amount == 0) return;
        if (push(self, custody, tokenId, recipient, amount)) {
            emit IRollupEvents.PayoutPaid(batchNumber, position, recipient, tokenId, amount);
        } else {
            emit IRollupEvents.PayoutDeferred(batchNumber, position, recipient, tokenId, amount);
        }
    }

    /// @dev Marks the selected, unsettled payouts in order until the gas left would not cover all of those marked and
    ///      one more. What the search itself costs is no longer left when it is asked for.
    function _mark(
        mapping(uint256 word => uint256) storage settled,
        bytes calldata list,
        uint256 firstWord,
        uint256[] calldata mask
    ) private returns (Plan memory plan) {
        uint256 count = list.length / Constants.PAYOUT_BYTES;
        uint256 words = (count + WORD_BITS - 1) / WORD_BITS;
        // Words behind the last payout select nothing. They are not even looked at: their number could overflow, and
        // the gas for it would be missing for the payments.
        if (mask.length == 0 || firstWord >= words) return plan;
        uint256 end = mask.length < words - firstWord ? firstWord + mask.length : words;
        plan.positions = new uint256[](count);
        plan.reservedGas = SEARCH_GAS + END_GAS;
        for (uint256 word = firstWord; word < end && !plan.isFull; word++) {
            uint256 chosen = mask[word - firstWord] & _existing(count, word);
            if (chosen != 0) _markWord(plan, settled, list, word, chosen);
        }
    }

    function _markWord(
        Plan memory plan,
        mapping(uint256 word => uint256) storage settled,
        bytes calldata list,
        uint256 word,
        uint256 chosen
    ) private {
        uint256 before = settled[word];
        chosen &= ~before;
        if (chosen == 0) return;
        plan.found = true;
        plan.reservedGas += WORD_GAS;
        uint256 marked = 0;
        uint256 bit = 0;
        while (chosen >> bit != 0 && !plan.isFull) {
            uint256 rest = chosen >> bit;
            if (rest & 1 == 1 && _reserve(plan, list, word * WORD_BITS + bit)) marked |= 1 << bit;
            // In longer steps where nothing is chosen: the search ends within `SEARCH_GAS`.
            bit += rest & 0xffff == 0 ? 16 : 1;
        }
        if (marked != 0) settled[word] = before | marked;
    }

    /// @dev Takes the payout at `position` into the plan if the gas left covers it too.
    function _reserve(Plan memory plan, bytes calldata list, uint256 position) private view returns (bool) {
        plan.reservedGas += _gasFor(_tokenAt(list, position));
        plan.isFull = gasleft() < plan.reservedGas;
        if (!plan.isFull) plan.positions[plan.count++] = position;
        return !plan.isFull;
    }

    /// @dev Gas of one payment at its worst: a call receives at most 63/64 of what is left.
    function _gasFor(uint32 tokenId) private pure returns (uint256) {
        uint256 allowance = tokenId == Constants.ETH_TOKEN_ID ? TokenTransfer.ETH_GAS : TokenTransfer.TOKEN_GAS;
        return allowance + allowance / 63 + PAYMENT_OVERHEAD;
    }

    /// @dev Bits of the payouts in a word that a batch of `count` has.
    function _existing(uint256 count, uint256 word) private pure returns (uint256) {
        uint256 whole = count / WORD_BITS;
        if (word < whole) return type(uint256).max;
        return word == whole ? (1 << count % WORD_BITS) - 1 : 0;
    }

    function _recordAt(bytes calldata list, uint256 position)
        private
        pure
        returns (address recipient, uint32 tokenId, uint256 amount)
    {
        uint256 offset = position * Constants.PAYOUT_BYTES;
        recipient = address(bytes20(list[offset:offset + 20]));
        tokenId = _tokenAt(list, position);
        amount = uint128(bytes16(list[offset + 24:offset + 40]));
    }

    function _tokenAt(bytes calldata list, uint256 position) private pure returns (uint32) {
        uint256 offset = position * Constants.PAYOUT_BYTES;
        return uint32(bytes4(list[offset + 20:offset + 24]));
    }
}
