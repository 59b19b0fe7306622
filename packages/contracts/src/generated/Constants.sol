// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// Generated from packages/protocol/src/constants.ts by scripts/generate-constants.ts; do not edit.
library Constants {
    uint256 internal constant FIELD_MODULUS =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant TREE_ARITY = 4;
    uint256 internal constant TREE_DEPTH = 12;
    uint256 internal constant MAX_ACCOUNTS = 16777216;
    uint256 internal constant FIRST_ACCOUNT_INDEX = 64;
    uint256 internal constant QUEUE_RECORD_BYTES = 76;
    uint256 internal constant PAYOUT_BYTES = 40;
    uint256 internal constant BLOB_MODULUS =
        52435875175126190479447740508185965837690552500527637822603658699938581184513;
    uint256 internal constant WORD_BITS = 104;
    uint256 internal constant CELL_BITS = 208;
    uint256 internal constant CELL_BYTES = 26;
    uint256 internal constant MAX_BATCH_CELLS = 4095;
    uint256 internal constant MAX_BATCH_L1_OPERATIONS = 512;
    uint256 internal constant MAX_BATCH_PAYOUTS = 1024;
    uint256 internal constant MAX_BATCH_BLOCKS = 64;
    uint256 internal constant META_TOKEN_ID_SHIFT = 160;
    uint256 internal constant META_NONCE_SHIFT = 192;
    uint256 internal constant META_FLAGS_SHIFT = 232;
    uint8 internal constant SLOT_KIND_NOOP = 0;
    uint8 internal constant SLOT_KIND_TRANSFER = 1;
    uint8 internal constant SLOT_KIND_TRANSFER_TO_NEW = 2;
    uint8 internal constant SLOT_KIND_WITHDRAW = 3;
    uint8 internal constant SLOT_KIND_DEPOSIT = 4;
    uint8 internal constant SLOT_KIND_FORCED_WITHDRAW = 5;
    uint8 internal constant SLOT_KIND_SET_KEY = 6;
    uint32 internal constant ETH_TOKEN_ID = 0;
    bytes32 internal constant GENESIS_ROOT = 0x127314dc4f13036ac6a4482435840186e511e872197943c814189493179ab475;
    uint32 internal constant GENESIS_NEXT_INDEX = 64;
    bytes32 internal constant GENESIS_HISTORY = 0x18dfb8dc9b82229cff974efefc8df78b1ce96d9d844236b496785c698bc6732e;
    uint8 internal constant DATA_SOURCE_CALLDATA = 0;
    uint8 internal constant DATA_SOURCE_BLOB = 1;
}
