// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BatchHeader, RollupState} from "../../src/interfaces/RollupTypes.sol";

/// What the specification says about a batch, computed independently of the code under test: words are cut out byte by byte, and
/// polynomials summed from the lowest degree up.
library Model {
    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    uint256 internal constant B = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;

    /// A batch as it is submitted, without its proof.
    struct Batch {
        BatchHeader header;
        bytes l1Records;
        bytes payouts;
        uint256[] payNow;
        bytes data;
    }

    /// The 17 public inputs (5.1) of a batch of `rollup` in this state. `evaluation` is D(z) for blobs.
    function publicInputs(
        address rollup,
        RollupState memory state,
        bytes32 queueHashBefore,
        address submitter,
        Batch memory batch,
        bytes32 dataCommitment
    ) internal view returns (bytes32[] memory inputs) {
        BatchHeader memory header = batch.header;
        inputs = new bytes32[](17);
        inputs[0] = bytes32(abi.encodePacked(uint32(0), uint64(block.chainid), rollup));
        inputs[1] = bytes32(uint256(header.firstBlock));
        inputs[2] = bytes32(uint256(header.lastBlock));
        inputs[3] = bytes32(uint256(header.firstTimestamp));
        inputs[4] = bytes32(uint256(header.lastTimestamp));
        inputs[5] = state.root;
        inputs[6] = bytes32(uint256(state.nextIndex));
        inputs[7] = state.history;
        inputs[8] = header.newRoot;
        inputs[9] = bytes32(uint256(header.newNextIndex));
        inputs[10] = header.newHistory;
        inputs[11] = header.blocksRoot;
        bytes32 queueHash = rollingHash(queueHashBefore, batch.l1Records);
        uint256 z = pointOf(inputs, submitter, header.dataSource, dataCommitment, queueHash, keccak256(batch.payouts));
        inputs[12] = bytes32(z);
        uint256 evaluation = header.dataSource == 0 ? cells(batch.data, z) : uint256(bytes32(batch.data));
        inputs[13] = bytes32(evaluation % 2 ** 128);
        inputs[14] = bytes32(evaluation / 2 ** 128);
        inputs[15] = bytes32(l1Records(batch.l1Records, z));
        inputs[16] = bytes32(payouts(batch.payouts, z));
    }

    /// The point (3.10).
    function pointOf(
        bytes32[] memory inputs,
        address submitter,
        uint8 dataSource,
        bytes32 dataCommitment,
        bytes32 queueHash,
        bytes32 payoutsHash
    ) internal pure returns (uint256) {
        bytes memory preimage;
        for (uint256 i = 0; i < 12; i++) {
            preimage = bytes.concat(preimage, inputs[i]);
        }
        bytes memory rest = abi.encode(submitter, dataSource, dataCommitment, queueHash, payoutsHash);
        return uint256(keccak256(bytes.concat(preimage, rest))) % 2 ** 248;
    }

    function rollingHash(bytes32 hash, bytes memory records) internal pure returns (bytes32) {
        for (uint256 at = 0; at < records.length; at += 76) {
            hash = keccak256(bytes.concat(hash, slice(records, at, 76)));
        }
        return hash;
    }

    function cells(bytes memory data, uint256 z) internal pure returns (uint256) {
        return evaluate(words(data, [uint256(26), 0, 0], 1), z, B);
    }

    function l1Records(bytes memory records, uint256 z) internal pure returns (uint256) {
        return evaluate(words(records, [uint256(21), 23, 32], 3), z, R);
    }

    function payouts(bytes memory list, uint256 z) internal pure returns (uint256) {
        return evaluate(words(list, [uint256(24), 16, 0], 2), z, R);
    }

    function evaluate(uint256[] memory coefficients, uint256 z, uint256 modulus) internal pure returns (uint256 sum) {
        uint256 power = 1;
        for (uint256 i = 0; i < coefficients.length; i++) {
            sum = addmod(sum, mulmod(coefficients[i], power, modulus), modulus);
            power = mulmod(power, z, modulus);
        }
    }

    /// `data` cut into words of the first `kinds` widths in turn.
    function words(bytes memory data, uint256[3] memory widths, uint256 kinds)
        internal
        pure
        returns (uint256[] memory)
    {
        uint256 size = widths[0] + widths[1] + widths[2];
        uint256[] memory list = new uint256[](data.length / size * kinds);
        uint256 at = 0;
        for (uint256 i = 0; i < list.length; i++) {
            for (uint256 j = 0; j < widths[i % kinds]; j++) {
                list[i] = list[i] << 8 | uint8(data[at++]);
            }
        }
        return list;
    }

    function slice(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            part[i] = data[start + i];
        }
    }
}
