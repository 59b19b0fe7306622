// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {IBinding} from "./interfaces/IBinding.sol";
import {IRollupErrors} from "./interfaces/IRollupErrors.sol";
import {BatchHeader} from "./interfaces/RollupTypes.sol";
import {BlobOpening} from "./libraries/BlobOpening.sol";
import {Lists} from "./libraries/Lists.sol";

/// @title Ties the lists and data of a batch to its proof (spec 3.10)
/// @dev Without storage or money; a separate contract because the rollup's code has a size limit. The rollup of the
///      batch is the caller, so nobody gains anything by calling this themselves.
contract Binding is IBinding, IRollupErrors {
    uint256 private constant PUBLIC_INPUTS = 17;
    /// @dev Place of the point among the public inputs; what comes before it is hashed.
    uint256 private constant POINT = 12;

    /// @inheritdoc IBinding
    function bind(
        BatchHeader calldata header,
        Context calldata context,
        bytes calldata l1Records,
        bytes calldata payouts,
        bytes calldata data
    ) external view returns (Bound memory bound) {
        _requireRecords(context, l1Records);
        _requirePayoutList(payouts);
        bound.dataCommitment = _commitmentTo(header.dataSource, data);
        bound.payoutsHash = keccak256(payouts);
        bytes32[] memory inputs = _claimInputs(header, context);
        uint256 point = _point(inputs, header.dataSource, context, bound);
        uint256 evaluation = header.dataSource == Constants.DATA_SOURCE_BLOB
            ? BlobOpening.valueAt(bound.dataCommitment, point, data)
            : Lists.evaluateCells(data, point);
        inputs[POINT] = bytes32(point);
        inputs[13] = bytes32(uint256(uint128(evaluation)));
        inputs[14] = bytes32(evaluation >> 128);
        inputs[15] = bytes32(Lists.evaluateL1Records(l1Records, point));
        inputs[16] = bytes32(Lists.evaluatePayouts(payouts, point));
        bound.publicInputs = inputs;
    }

    function _requireRecords(Context calldata context, bytes calldata l1Records) private pure {
        bytes32 hash = Lists.rollingHash(context.queueHashBefore, l1Records);
        if (hash != context.queueHashAfter) revert L1RecordsMismatch(context.queueHashAfter, hash);
    }

    /// @dev A recipient in the last record: records of zeros behind it would leave the polynomial as it is.
    function _requirePayoutList(bytes calldata payouts) private pure {
        uint256 size = Constants.PAYOUT_BYTES;
        uint256 length = payouts.length;
        if (length % size != 0 || length > Constants.MAX_BATCH_PAYOUTS * size) revert PayoutListMalformed(length);
        if (length != 0 && bytes20(payouts[length - size:]) == 0) revert PayoutListMalformed(length);
    }

    /// @dev keccak256 of cells in calldata; the versioned hash of the transaction's first blob, whatever call depth.
    function _commitmentTo(uint8 dataSource, bytes calldata data) private view returns (bytes32 commitment) {
        uint256 length = data.length;
        if (dataSource == Constants.DATA_SOURCE_CALLDATA) {
            bool isWhole = length % Constants.CELL_BYTES == 0;
            if (!isWhole || length > Constants.MAX_BATCH_CELLS * Constants.CELL_BYTES) revert DataMalformed(length);
            return keccak256(data);
        }
        if (dataSource != Constants.DATA_SOURCE_BLOB) revert UnknownDataSource(dataSource);
        if (length != BlobOpening.OPENING_BYTES) revert DataMalformed(length);
        commitment = blobhash(0);
        if (commitment == 0) revert NoBlob();
    }

    /// @dev Public inputs 0 … 11; the others are still 0.
    function _claimInputs(BatchHeader calldata header, Context calldata context)
        private
        view
        returns (bytes32[] memory inputs)
    {
        inputs = new bytes32[](PUBLIC_INPUTS);
        inputs[0] = bytes32(uint256(uint64(block.chainid)) << 160 | uint160(msg.sender));
        inputs[1] = bytes32(uint256(header.firstBlock));
        inputs[2] = bytes32(uint256(header.lastBlock));
        inputs[3] = bytes32(uint256(header.firstTimestamp));
        inputs[4] = bytes32(uint256(header.lastTimestamp));
        inputs[5] = header.oldRoot;
        inputs[6] = bytes32(uint256(context.oldNextIndex));
        inputs[7] = context.oldHistory;
        inputs[8] = header.newRoot;
        inputs[9] = bytes32(uint256(header.newNextIndex));
        inputs[10] = header.newHistory;
        inputs[11] = header.blocksRoot;
    }

    /// @dev A hash of everything that could still be chosen, with its first byte cleared.
    function _point(bytes32[] memory inputs, uint8 dataSource, Context calldata context, Bound memory bound)
        private
        pure
        returns (uint256)
    {
        bytes32[] memory words = new bytes32[](PUBLIC_INPUTS);
        for (uint256 i = 0; i < POINT; i++) {
            words[i] = inputs[i];
        }
        words[12] = bytes32(uint256(uint160(context.submitter)));
        words[13] = bytes32(uint256(dataSource));
        words[14] = bound.dataCommitment;
        words[15] = context.queueHashAfter;
        words[16] = bound.payoutsHash;
        return uint248(uint256(keccak256(abi.encodePacked(words))));
    }
}
