// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    DIAGONAL_0,
    DIAGONAL_1,
    DIAGONAL_2,
    DIAGONAL_3,
    FIRST_EXTERNAL_END,
    INTERNAL_END,
    MODULUS,
    ROUND_CONSTANTS,
    TABLE_END
} from "../src/generated/Poseidon2Constants.sol";
import {Poseidon2} from "../src/libraries/Poseidon2.sol";
import {vm} from "./support/Vm.sol";

/// The permutation against a plain one that multiplies whole matrices and reduces every sum: words chosen so that sums
/// which are reduced late would leave 256 bits, and memory around the words, which the assembly must not touch.
contract AttackPoseidon2Test {
    uint256 private constant TOP = MODULUS - 1;

    function testFuzz_attack_lateReduction(uint256[4] memory seeds, uint8 extremes) public pure {
        uint256[4] memory words;
        for (uint256 i = 0; i < 4; i++) {
            uint256 choice = extremes >> 2 * i & 3;
            if (choice == 0) words[i] = seeds[i] % MODULUS;
            else if (choice == 1) words[i] = TOP - seeds[i] % 4;
            else if (choice == 2) words[i] = seeds[i] % 4;
            else words[i] = (MODULUS >> 1) + seeds[i] % 3;
        }
        _compare(words);
    }

    function test_attack_everyCornerOfTheField() public pure {
        for (uint256 bits = 0; bits < 16; bits++) {
            uint256[4] memory words;
            for (uint256 i = 0; i < 4; i++) words[i] = bits >> i & 1 == 1 ? TOP : 0;
            _compare(words);
        }
    }

    /// Words that make the first round's inputs the largest that a sum with a constant can be.
    function test_attack_largestSumsInTheFirstRound() public pure {
        uint256[4][4] memory inverse = _inverseOfTheExternalMatrix();
        for (uint256 bits = 0; bits < 16; bits++) {
            uint256[4] memory wanted;
            for (uint256 i = 0; i < 4; i++) wanted[i] = bits >> i & 1 == 1 ? TOP : MODULUS - _constant(32 * i);
            uint256[4] memory words = _multiply(inverse, wanted);
            uint256[4] memory check = _multiply(_externalMatrix(), words);
            for (uint256 i = 0; i < 4; i++) vm.assertEq(check[i], wanted[i], "inverse");
            _compare(words);
        }
    }

    function test_constantsAreFieldElementsAndComplete() public pure {
        vm.assertEq(ROUND_CONSTANTS.length, TABLE_END, "table");
        vm.assertEq(TABLE_END, 32 * (4 * 8 + 56), "8 external rounds, 56 internal ones");
        for (uint256 at = 0; at < TABLE_END; at += 32) vm.assertLe(_constant(at), TOP, "constant");
    }

    function test_attack_memoryBesideTheWords() public pure {
        Poseidon2.Parameters parameters = Poseidon2.load();
        uint256[4] memory before = [uint256(1), 2, 3, 4];
        uint256[4] memory words = [TOP, TOP, TOP, TOP];
        uint256[4] memory behind = [uint256(5), 6, 7, 8];
        Poseidon2.compress(parameters, words);
        for (uint256 i = 0; i < 4; i++) {
            vm.assertEq(before[i], 1 + i, "before");
            vm.assertEq(behind[i], 5 + i, "behind");
        }
        uint256[4] memory again = [TOP, TOP, TOP, TOP];
        vm.assertEq(Poseidon2.compress(parameters, again), _hash([TOP, TOP, TOP, TOP]), "constants stay");
    }

    function _compare(uint256[4] memory words) private pure {
        uint256 expected = _hash(words);
        vm.assertLe(expected, TOP, "reduced");
        vm.assertEq(Poseidon2.compress(Poseidon2.load(), words), expected, "hash");
    }

    function _hash(uint256[4] memory words) private pure returns (uint256) {
        uint256[4] memory state = _multiply(_externalMatrix(), words);
        for (uint256 at = 0; at < TABLE_END;) {
            bool isInternal = at >= FIRST_EXTERNAL_END && at < INTERNAL_END;
            for (uint256 i = 0; i < (isInternal ? 1 : 4); i++) {
                state[i] = _fifthPower(addmod(state[i], _constant(at), MODULUS));
                at += 32;
            }
            state = _multiply(isInternal ? _internalMatrix() : _externalMatrix(), state);
        }
        return addmod(state[0], words[0], MODULUS);
    }

    function _fifthPower(uint256 x) private pure returns (uint256) {
        uint256 square = mulmod(x, x, MODULUS);
        return mulmod(mulmod(square, square, MODULUS), x, MODULUS);
    }

    function _multiply(uint256[4][4] memory matrix, uint256[4] memory words)
        private
        pure
        returns (uint256[4] memory product)
    {
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < 4; j++) {
                product[i] = addmod(product[i], mulmod(matrix[i][j], words[j], MODULUS), MODULUS);
            }
        }
    }

    function _externalMatrix() private pure returns (uint256[4][4] memory) {
        return [[uint256(5), 7, 1, 3], [uint256(4), 6, 1, 1], [uint256(1), 3, 5, 7], [uint256(1), 1, 4, 6]];
    }

    function _internalMatrix() private pure returns (uint256[4][4] memory matrix) {
        uint256[4] memory diagonal = [DIAGONAL_0, DIAGONAL_1, DIAGONAL_2, DIAGONAL_3];
        for (uint256 i = 0; i < 4; i++) {
            for (uint256 j = 0; j < 4; j++) matrix[i][j] = i == j ? addmod(diagonal[i], 1, MODULUS) : 1;
        }
    }

    /// By Gauss-Jordan elimination, so that the test needs no table.
    function _inverseOfTheExternalMatrix() private pure returns (uint256[4][4] memory inverse) {
        uint256[4][4] memory left = _externalMatrix();
        for (uint256 i = 0; i < 4; i++) inverse[i][i] = 1;
        for (uint256 i = 0; i < 4; i++) {
            uint256 scale = _power(left[i][i], MODULUS - 2);
            for (uint256 j = 0; j < 4; j++) {
                left[i][j] = mulmod(left[i][j], scale, MODULUS);
                inverse[i][j] = mulmod(inverse[i][j], scale, MODULUS);
            }
            for (uint256 k = 0; k < 4; k++) {
                if (k == i) continue;
                uint256 factor = MODULUS - left[k][i];
                for (uint256 j = 0; j < 4; j++) {
                    left[k][j] = addmod(left[k][j], mulmod(factor, left[i][j], MODULUS), MODULUS);
                    inverse[k][j] = addmod(inverse[k][j], mulmod(factor, inverse[i][j], MODULUS), MODULUS);
                }
            }
        }
    }

    function _power(uint256 base, uint256 exponent) private pure returns (uint256 result) {
        result = 1;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, base, MODULUS);
            base = mulmod(base, base, MODULUS);
        }
    }

    function _constant(uint256 at) private pure returns (uint256 word) {
        bytes memory table = ROUND_CONSTANTS;
        assembly ("memory-safe") {
            word := mload(add(add(table, 0x20), at))
        }
    }
}
