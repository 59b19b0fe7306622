// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// Balances without approvals; derived contracts decide what `transfer` and `transferFrom` return.
abstract contract BareToken {
    mapping(address => uint256) public balances;

    function mint(address account, uint256 amount) external {
        balances[account] += amount;
    }

    function balanceOf(address account) external view virtual returns (uint256) {
        return balances[account];
    }

    function _move(address from, address to, uint256 amount) internal {
        balances[from] -= amount;
        balances[to] += amount;
    }
}

/// Returns nothing, like some old tokens.
contract NoReturnToken is BareToken {
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        _move(from, to, amount);
    }
}

/// A token that changes its behaviour after the deposits.
contract MoodyToken is BareToken {
    enum Mood {
        Good,
        ReturnsFalse,
        Reverts,
        BurnsGas,
        ReturnBomb,
        RevertBomb,
        ReturnsTwo,
        ReturnsOneByte,
        MovesNothing,
        MovesTooMuch,
        TakesFromRollup,
        BalanceReverts,
        BalanceBomb,
        BalanceShort,
        Thirsty
    }

    Mood public mood;

    function become(Mood mood_) external {
        mood = mood_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _act(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _act(from, to, amount);
    }

    function balanceOf(address account) external view override returns (uint256) {
        if (mood == Mood.BalanceReverts) revert("no balance for you");
        if (mood == Mood.BalanceBomb) _answer(false, 500_000);
        if (mood == Mood.BalanceShort) _answer(true, 31);
        return balances[account];
    }

    function _act(address from, address to, uint256 amount) private returns (bool) {
        if (mood == Mood.ReturnsFalse) return false;
        if (mood == Mood.Reverts) revert("no");
        if (mood == Mood.BurnsGas) while (true) {}
        if (mood == Mood.ReturnBomb) _answer(true, 150_000);
        if (mood == Mood.RevertBomb) _answer(false, 150_000);
        if (mood == Mood.Thirsty) {
            // Reverts at once with less.
            uint256 until = gasleft() - 150_000;
            while (gasleft() > until) {}
        }
        if (mood == Mood.MovesNothing) return true;
        if (mood == Mood.MovesTooMuch) balances[to] += 1;
        if (mood == Mood.TakesFromRollup) {
            balances[to] -= 1;
            return true;
        }
        _move(from, to, amount);
        if (mood == Mood.ReturnsOneByte) _answer(true, 1);
        if (mood == Mood.ReturnsTwo) {
            assembly {
                mstore(0, 2)
                return(0, 32)
            }
        }
        return true;
    }

    function _answer(bool ok, uint256 length) private pure {
        assembly {
            if ok { return(0x40, length) }
            revert(0x40, length)
        }
    }
}

/// Keeps a hundredth of every transfer.
contract FeeOnTransferToken is BareToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount - amount / 100);
        balances[msg.sender] -= amount / 100;
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _move(from, to, amount - amount / 100);
        balances[from] -= amount / 100;
        return true;
    }
}

interface Hook {
    function onTokens() external;
}

/// Calls sender and receiver around each transfer, like ERC-777.
contract HookedToken is BareToken {
    function transfer(address to, uint256 amount) external returns (bool) {
        _moveWithHooks(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _moveWithHooks(from, to, amount);
        return true;
    }

    function _moveWithHooks(address from, address to, uint256 amount) private {
        _call(from);
        _move(from, to, amount);
        _call(to);
    }

    function _call(address account) private {
        if (account.code.length != 0) try Hook(account).onTokens() {} catch {}
    }
}
