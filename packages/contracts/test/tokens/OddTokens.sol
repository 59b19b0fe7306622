// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// Balances and allowances; derived contracts decide how an approval is given.
abstract contract OddToken {
    string public name = "Odd";
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function _pull(address sender, address recipient, uint256 amount) internal {
        allowance[sender][msg.sender] -= amount;
        balanceOf[sender] -= amount;
        balanceOf[recipient] += amount;
    }
}

/// Like USDT: a new approval requires revoking the old one first, and nothing is returned.
contract UsdtLikeToken is OddToken {
    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0);
        allowance[msg.sender][spender] = amount;
    }

    function transferFrom(address sender, address recipient, uint256 amount) external {
        _pull(sender, recipient, amount);
    }
}

/// Reports an approval without making it.
contract DeafToken is OddToken {
    function approve(address, uint256) external pure returns (bool) {
        return true;
    }
}

/// EIP-2612 with a domain chosen by derived contracts.
abstract contract PermitToken is OddToken {
    mapping(address owner => uint256) public nonces;

    bytes32 internal constant TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 internal constant VERSIONED =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    function DOMAIN_SEPARATOR() public view virtual returns (bytes32);

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
    {
        bytes32 structHash = keccak256(abi.encode(TYPEHASH, owner, spender, value, nonces[owner]++, deadline));
        address signer = ecrecover(keccak256(abi.encodePacked("\x19\x01", DOMAIN_SEPARATOR(), structHash)), v, r, s);
        require(signer != address(0) && signer == owner && block.timestamp <= deadline);
        allowance[owner][spender] = value;
    }

    function _separator(string memory version) internal view returns (bytes32) {
        return keccak256(
            abi.encode(VERSIONED, keccak256(bytes(name)), keccak256(bytes(version)), block.chainid, address(this))
        );
    }
}

/// Like USDC: version 2, and a function that says so.
contract VersionTwoToken is PermitToken {
    string public version = "2";

    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        return _separator("2");
    }
}

/// Reveals its domain only by EIP-5267.
contract DomainTellingToken is PermitToken {
    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        return _separator("seven");
    }

    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return (hex"0f", name, "seven", block.chainid, address(this), 0, new uint256[](0));
    }
}

/// Like UNI: no version in the domain.
contract VersionlessToken is PermitToken {
    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        bytes32 typehash = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(typehash, keccak256(bytes(name)), block.chainid, address(this)));
    }
}

/// A domain that nobody can guess.
contract SecretDomainToken is PermitToken {
    function DOMAIN_SEPARATOR() public pure override returns (bytes32) {
        return keccak256("secret");
    }
}

/// Like DAI: its own kind of permit, for any amount.
contract DaiLikeToken is PermitToken {
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)");

    function DOMAIN_SEPARATOR() public view override returns (bytes32) {
        return _separator("1");
    }
}
