// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccountTree} from "../src/AccountTree.sol";
import {Constants} from "../src/generated/Constants.sol";
import {AccountLeaf} from "../src/interfaces/RollupTypes.sol";
import {MerkleTree} from "../src/libraries/MerkleTree.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {Json} from "./support/Json.sol";
import {vm} from "./support/Vm.sol";

/// Poseidon2 and the state tree against the golden vectors shared with TypeScript and the circuits.
contract StateTreeTest is Json {
    uint256 private constant MAX_PERMUTATION_GAS = 30_000;

    function test_compress() public view {
        string memory json = read("hash");
        uint256 count = 0;
        for (; has(json, item("compress", count, "hash")); count++) {
            string[4] memory names = ["a", "b", "c", "d"];
            uint256[4] memory words;
            for (uint256 i = 0; i < 4; i++) words[i] = word(json, item("compress", count, names[i]));
            vm.assertEq(hash(words), word(json, item("compress", count, "hash")), "compress");
        }
        vm.assertGe(count, 12, "cases");
    }

    function test_emptySubtrees() public view {
        string memory json = read("tree");
        uint256 node = 0;
        for (uint256 height = 0; height <= 12; height++) {
            vm.assertEq(node, word(json, string.concat(".emptySubtrees[", vm.toString(height), "]")), "empty subtree");
            node = hash([node, node, node, node]);
        }
    }

    function test_genesisRoot() public view {
        vm.assertEq(word(read("tree"), ".genesisRoot"), uint256(Constants.GENESIS_ROOT), "genesis");
    }

    function test_proofs() public view {
        string memory json = read("tree");
        uint256 count = 0;
        for (; has(json, item("proofs", count, "root")); count++) {
            uint256[] memory positions = new uint256[](1);
            uint256[] memory nodes = new uint256[](1);
            positions[0] = vm.parseJsonUint(json, item("proofs", count, "index"));
            nodes[0] = word(json, item("proofs", count, "leaf"));
            bytes32[] memory siblings = vm.parseJsonBytes32Array(json, item("proofs", count, "siblings"));
            vm.assertEq(siblings.length, 36, "siblings");
            vm.assertEq(this.climb(positions, nodes, siblings), word(json, item("proofs", count, "root")), "root");
        }
        vm.assertGe(count, 20, "cases");
    }

    function test_accountsThatLeaveTogether() public {
        AccountTree tree = new AccountTree();
        string memory json = read("exit");
        uint256 count = 0;
        for (; has(json, item("cases", count, "root")); count++) {
            AccountLeaf[] memory accounts = _accounts(json, count);
            bytes32[] memory siblings = vm.parseJsonBytes32Array(json, item("cases", count, "siblings"));
            bytes32 root = tree.computeRoot(accounts, siblings);
            vm.assertEq(uint256(root), word(json, item("cases", count, "root")), "root");
        }
        vm.assertGe(count, 9, "cases");
    }

    function test_gasOfAPermutation() public view {
        Poseidon2.Parameters parameters = Poseidon2.load();
        uint256 r1 = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000000;
        uint256[4] memory words = [r1, r1, r1, r1];
        uint256 before = gasleft();
        Poseidon2.compress(parameters, words);
        vm.assertLe(before - gasleft(), MAX_PERMUTATION_GAS, "gas");
    }

    function climb(uint256[] memory positions, uint256[] memory nodes, bytes32[] calldata siblings)
        external
        pure
        returns (uint256)
    {
        return MerkleTree.climb(Poseidon2.load(), positions, nodes, siblings);
    }

    function _accounts(string memory json, uint256 at) private pure returns (AccountLeaf[] memory accounts) {
        uint256[] memory indices = vm.parseJsonUintArray(json, item("cases", at, "indices"));
        address[] memory owners = vm.parseJsonAddressArray(json, item("cases", at, "owners"));
        uint256[] memory tokenIds = vm.parseJsonUintArray(json, item("cases", at, "tokenIds"));
        uint256[] memory nonces = vm.parseJsonUintArray(json, item("cases", at, "nonces"));
        uint256[] memory flags = vm.parseJsonUintArray(json, item("cases", at, "flags"));
        bytes32[] memory balances = vm.parseJsonBytes32Array(json, item("cases", at, "balances"));
        bytes32[] memory keys = vm.parseJsonBytes32Array(json, item("cases", at, "keys"));
        accounts = new AccountLeaf[](indices.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            accounts[i] = AccountLeaf({
                index: uint32(indices[i]),
                owner: owners[i],
                tokenId: uint32(tokenIds[i]),
                nonce: uint40(nonces[i]),
                flags: uint8(flags[i]),
                balance: uint128(uint256(balances[i])),
                key: uint256(keys[i])
            });
        }
    }

    function hash(uint256[4] memory words) private pure returns (uint256) {
        return Poseidon2.compress(Poseidon2.load(), words);
    }
}
