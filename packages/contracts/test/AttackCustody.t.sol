// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Rollup} from "../src/Rollup.sol";
import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {EscapeTest} from "./support/EscapeTest.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";

/// One ledger behind two token contracts. It calls senders with code before it moves anything.
contract TwinLedger {
    mapping(address account => uint256) public balances;

    function mint(address account, uint256 amount) external {
        balances[account] += amount;
    }

    function move(address from, address to, uint256 amount) external {
        if (from.code.length != 0) try TwinDepositor(payable(from)).beforeSending() {} catch {}
        balances[from] -= amount;
        balances[to] += amount;
    }
}

contract TwinToken {
    TwinLedger private immutable LEDGER;

    constructor(TwinLedger ledger) {
        LEDGER = ledger;
    }

    /// Like wrapped ETH, it credits whoever sends ETH.
    receive() external payable {
        LEDGER.mint(msg.sender, msg.value);
    }

    function balanceOf(address account) external view returns (uint256) {
        return LEDGER.balances(account);
    }

    function transfer(address to, uint256 amount) external {
        LEDGER.move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        LEDGER.move(from, to, amount);
    }
}

/// While one twin is on its way into the rollup, it tries to deposit the other, or sends some of it along.
contract TwinDepositor {
    Rollup private immutable ROLLUP;
    TwinToken private immutable OTHER;
    uint32 private immutable OTHER_ID;
    uint256 public alongside;
    bytes4 public refusal;
    bool private _isInside;

    constructor(Rollup rollup, TwinToken other, uint32 otherId) payable {
        (ROLLUP, OTHER, OTHER_ID) = (rollup, other, otherId);
    }

    receive() external payable {}

    function deposit(uint32 tokenId, uint256 amount, uint256 alongside_) external {
        alongside = alongside_;
        ROLLUP.deposit{value: ROLLUP.queueFee()}(tokenId, amount, address(this), 0, 0);
    }

    function beforeSending() external {
        if (_isInside) return;
        _isInside = true;
        try ROLLUP.deposit{value: 1 ether}(OTHER_ID, 10, address(this), 0, 0) {}
        catch (bytes memory reason) {
            refusal = bytes4(reason);
        }
        if (alongside != 0) OTHER.transfer(address(ROLLUP), alongside);
        _isInside = false;
    }
}

/// Tokens that are tied to each other, or to ETH, as some real ones are: nothing is credited twice, and the debts are
/// covered.
contract AttackCustodyTest is EscapeTest {
    uint32 private constant FIRST_TWIN = 2;
    uint32 private constant SECOND_TWIN = 3;

    TwinLedger private _ledger;
    TwinToken private _first;
    TwinToken private _second;
    TwinDepositor private _depositor;

    function setUp() public override {
        super.setUp();
        _ledger = new TwinLedger();
        (_first, _second) = (new TwinToken(_ledger), new TwinToken(_ledger));
        rollup.registerToken(address(_first));
        rollup.registerToken(address(_second));
        _ledger.mint(alice, 1000);
        _depositor = new TwinDepositor{value: 10 ether}(rollup, _second, SECOND_TWIN);
        _ledger.mint(address(_depositor), 1000);
    }

    function test_attack_oneLedgerCreditedTwice() public {
        depositFor(alice, FIRST_TWIN, 40);
        depositFor(alice, SECOND_TWIN, 60);
        _depositor.deposit(FIRST_TWIN, 10, 0);
        vm.assertEq(
            bytes32(_depositor.refusal()), bytes32(IRollupErrors.Reentrancy.selector), "the other is locked out"
        );
        vm.assertEq(rollup.custody(FIRST_TWIN), 50, "first");
        vm.assertEq(rollup.custody(SECOND_TWIN), 60, "second");
        vm.assertEq(_ledger.balances(address(rollup)), 110, "held");
        vm.expectRevert(abi.encodeWithSelector(IRollupErrors.ReceivedUnexpectedAmount.selector, 10, 110, 123));
        _depositor.deposit(FIRST_TWIN, 10, 3);
    }

    function test_attack_oneLedgerLeavesTwice() public {
        addAccount(bob, FIRST_TWIN, 40);
        addAccount(bob, SECOND_TWIN, 60);
        prove();
        _depositor.deposit(FIRST_TWIN, 10, 0);
        freeze();
        exitMany(subset(3));
        vm.assertEq(_ledger.balances(bob), 100, "both accounts");
        rollup.reclaim(2, depositRecord(address(_depositor), FIRST_TWIN, 10));
        vm.assertEq(_ledger.balances(address(_depositor)), 1000, "the deposit");
        vm.assertEq(rollup.custody(FIRST_TWIN) + rollup.custody(SECOND_TWIN), 0, "owed");
        vm.assertEq(_ledger.balances(address(rollup)), 0, "held");
    }

    function test_attack_payoutThatMintsForTheRollup() public {
        depositETH(alice, 1 ether);
        depositFor(alice, FIRST_TWIN, 40);
        submit(nextBatch(2));
        Model.Batch memory batch = submitWithPayouts(one(address(_first), 0, 1 ether));
        pay(2, batch, 0, words(1));
        vm.assertEq(_ledger.balances(address(rollup)), 1 ether + 40, "held");
        vm.assertEq(rollup.custody(FIRST_TWIN), 40, "owed: what came without a deposit belongs to nobody");
        depositFor(alice, FIRST_TWIN, 5);
        vm.assertEq(rollup.custody(FIRST_TWIN), 45, "a later deposit is not credited with it");
    }
}
