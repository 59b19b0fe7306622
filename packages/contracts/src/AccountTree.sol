// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Constants} from "./generated/Constants.sol";
import {IAccountTree} from "./interfaces/IAccountTree.sol";
import {IRollupErrors} from "./interfaces/IRollupErrors.sol";
import {AccountLeaf} from "./interfaces/RollupTypes.sol";
import {MerkleTree} from "./libraries/MerkleTree.sol";
import {Poseidon2} from "./libraries/Poseidon2.sol";

/// @title Hashes accounts and Merkle proofs to the root of a state
/// @dev Without storage or money; a separate contract because the rollup's code has a size limit.
contract AccountTree is IAccountTree, IRollupErrors {
    /// @inheritdoc IAccountTree
    function computeRoot(AccountLeaf[] calldata accounts, bytes32[] calldata siblings) external pure returns (bytes32) {
        if (accounts.length == 0) revert NoAccounts();
        Poseidon2.Parameters parameters = Poseidon2.load();
        uint256[] memory indices = new uint256[](accounts.length);
        uint256[] memory leaves = new uint256[](accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            AccountLeaf calldata account = accounts[i];
            if (i != 0 && account.index <= indices[i - 1]) {
                revert AccountsNotAscending(uint32(indices[i - 1]), account.index);
            }
            if (account.index >= Constants.MAX_ACCOUNTS) {
                revert IndexOutOfRange(Constants.MAX_ACCOUNTS - 1, account.index);
            }
            indices[i] = account.index;
            leaves[i] = _hash(parameters, account);
        }
        return bytes32(MerkleTree.climb(parameters, indices, leaves, siblings));
    }

    /// @dev The leaf of spec 1.2, with `meta` packed from typed fields, so that no other account has the same words.
    function _hash(Poseidon2.Parameters parameters, AccountLeaf calldata account) private pure returns (uint256) {
        if (account.key >= Constants.FIELD_MODULUS) {
            revert FieldOutOfRange(Constants.FIELD_MODULUS - 1, account.key);
        }
        uint256 meta = uint256(uint160(account.owner)) | uint256(account.tokenId) << Constants.META_TOKEN_ID_SHIFT
            | uint256(account.nonce) << Constants.META_NONCE_SHIFT | uint256(account.flags) << Constants.META_FLAGS_SHIFT;
        uint256[4] memory words = [meta, account.balance, account.key, 0];
        return Poseidon2.compress(parameters, words);
    }
}
