// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DevToken} from "../src/dev/DevToken.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {Custody} from "../src/libraries/Custody.sol";
import {vm} from "./support/Vm.sol";

contract CustodyTest {
    using Custody for Custody.Data;

    Custody.Data private _custody;

    function test_attack_wrapAroundTokenIds() public {
        _custody.count = type(uint32).max - 1;
        address last = address(new DevToken("Last", "L", 0));
        address late = address(new DevToken("Late", "L", 0));
        vm.assertEq(uint256(_custody.register(last)), type(uint32).max, "last id");
        vm.expectRevert(IRollupErrors.TooManyTokens.selector);
        this.register(late);
    }

    function test_attack_payMoreThanIsOwed() public {
        _custody.increase(1, 5);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        this.decrease(1, 6);
    }

    function testFuzz_custodyStaysWithin128Bits(uint256 first, uint256 second) public {
        first %= 2 ** 128;
        _custody.increase(7, first);
        second %= 2 ** 129;
        bool fits = first + second < 2 ** 128;
        if (!fits) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IRollupErrors.CustodyTooLarge.selector, uint256(type(uint128).max), first + second
                )
            );
        }
        this.increase(7, second);
        vm.assertEq(_custody.owed[7], fits ? first + second : first, "owed");
    }

    function register(address token) external {
        _custody.register(token);
    }

    function increase(uint32 tokenId, uint256 amount) external {
        _custody.increase(tokenId, amount);
    }

    function decrease(uint32 tokenId, uint256 amount) external {
        _custody.decrease(tokenId, amount);
    }
}
