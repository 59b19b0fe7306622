// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "../generated/Constants.sol";
import {IRollupErrors} from "../interfaces/IRollupErrors.sol";
import {IRollupEvents} from "../interfaces/IRollupEvents.sol";
import {BatchHeader} from "../interfaces/RollupTypes.sol";
import {Custody} from "./Custody.sol";
import {TokenTransfer} from "./TokenTransfer.sol";

/// @title Payments out of the rollup (spec 7.5)
/// @dev Every payment is recorded before its call; the lock keeps callees out of all functions that could observe it.
library Payouts {
    using Custody for Custody.Data;

    /// @param commitments One hash per batch: keccak256 of header and data hash.
    /// @param settled Processed payout records of a batch, one bit each; written by `settle` only.
    /// @param claimable Units that a recipient refused when they were pushed.
    struct Data {
        mapping(uint64 batchNumber => bytes32) commitments;
        mapping(uint64 batchNumber => uint256) settled;
        mapping(uint32 tokenId => mapping(address beneficiary => uint256)) claimable;
    }

    /// @notice The stored hash of a batch.
    function commitment(BatchHeader calldata header, bytes32 dataHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(header, dataHash));
    }

    /// @notice Reverts unless `header` and `dataHash` are those of the batch.
    function requireBatch(Data storage self, uint64 batchNumber, BatchHeader calldata header, bytes32 dataHash)
        internal
        view
    {
        bytes32 expected = self.commitments[batchNumber];
        bytes32 actual = commitment(header, dataHash);
        if (expected != actual) revert IRollupErrors.BatchCommitmentMismatch(expected, actual);
    }

    /// @notice Number of records in `list`. Reverts unless it is the list that `payoutsHash` commits to, unpadded.
    function requireList(bytes calldata list, uint256 capacity, bytes32 payoutsHash) internal pure returns (uint256) {
        uint256 size = Constants.PAYOUT_BYTES;
        uint256 padded = capacity * size;
        if (list.length % size != 0 || list.length > padded) revert IRollupErrors.PayoutListMalformed(list.length);
        uint256 count = list.length / size;
        if (count != 0 && _recipientAt(list, count - 1) == address(0)) {
            revert IRollupErrors.PayoutListMalformed(list.length);
        }
        bytes32 actual = sha256(bytes.concat(list, new bytes(padded - list.length)));
        if (actual != payoutsHash) revert IRollupErrors.PayoutsHashMismatch(payoutsHash, actual);
        return count;
    }

    /// @notice Pays the unsettled ones among up to `maxCount` records from `first` on. The caller checked `list` and
    ///         its `count` of records, at most 256.
    function settle(
        Data storage self,
        Custody.Data storage custody,
        uint64 batchNumber,
        bytes calldata list,
        uint256 count,
        uint256 first,
        uint256 maxCount
    ) internal {
        // All are marked before the first call: a recipient that gains control finds nothing left to pay here.
        uint256 unsettled = ~self.settled[batchNumber] & _range(count, first, maxCount);
        if (unsettled == 0) revert IRollupErrors.NothingToPay(batchNumber);
        self.settled[batchNumber] |= unsettled;
        for (uint256 position = first; unsettled >> position != 0; position++) {
            if (unsettled >> position & 1 == 0) continue;
            (address recipient, uint32 tokenId, uint256 amount) = _recordAt(list, position);
            if (amount == 0) continue;
            if (push(self, custody, tokenId, recipient, amount)) {
                emit IRollupEvents.PayoutPaid(batchNumber, position, recipient, tokenId, amount);
            } else {
                emit IRollupEvents.PayoutDeferred(batchNumber, position, recipient, tokenId, amount);
            }
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

    /// @dev Bits of at most `maxCount` positions from `first` on, below `count` (at most 256).
    function _range(uint256 count, uint256 first, uint256 maxCount) private pure returns (uint256) {
        if (first >= count) return 0;
        uint256 length = maxCount < count - first ? maxCount : count - first;
        return length == 256 ? type(uint256).max : (2 ** length - 1) << first;
    }

    function _recordAt(bytes calldata list, uint256 position)
        private
        pure
        returns (address recipient, uint32 tokenId, uint256 amount)
    {
        uint256 offset = position * Constants.PAYOUT_BYTES;
        recipient = address(bytes20(list[offset:offset + 20]));
        tokenId = uint32(bytes4(list[offset + 20:offset + 24]));
        amount = uint128(bytes16(list[offset + 24:offset + 40]));
    }

    function _recipientAt(bytes calldata list, uint256 position) private pure returns (address recipient) {
        (recipient,,) = _recordAt(list, position);
    }
}
