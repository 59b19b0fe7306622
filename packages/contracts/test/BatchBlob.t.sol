// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {vm} from "./support/Vm.sol";
import {Model} from "./support/Model.sol";
import {RollupTest} from "./support/RollupTest.sol";

/// Cells in a blob. The precompile is a stand-in here; `Binding.t.sol` and `e2e` use the real one.
/// A call of its own transaction could not have a blob here.
/// forge-config: default.isolate = false
contract BatchBlobTest is RollupTest {
    bytes32 private constant HASH = bytes32(uint256(1) << 248 | 77);
    address private constant PRECOMPILE = address(0x0a);

    function test_acceptsABlob() public {
        setBlob(HASH);
        Model.Batch memory batch = nextBlobBatch(Model.B - 1);
        bytes32[] memory inputs = publicInputs(operator, batch);
        vm.assertEq(inputs[14], bytes32((Model.B - 1) >> 128), "high half");
        acceptOpenings();
        vm.expectCall(PRECOMPILE, bytes.concat(HASH, inputs[12], batch.data));
        submit(batch);
        bytes32 commitment = keccak256(abi.encode(batch.header, HASH, keccak256("")));
        vm.assertEq(rollup.batchCommitment(1), commitment, "commitment");
    }

    function test_noBlob() public {
        acceptOpenings();
        Model.Batch memory batch = nextBlobBatch(5);
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.NoBlob.selector));
    }

    /// Nothing in the calldata names a blob: the transaction's own one is taken, whatever the proof is about.
    function test_hashComesFromTheTransaction() public {
        acceptOpenings();
        setBlob(HASH);
        Model.Batch memory batch = nextBlobBatch(5);
        bytes memory proof_ = proof(operator, batch);
        setBlob(bytes32(uint256(HASH) + 1));
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        setBlob(HASH);
        submitAs(operator, batch, proof_);
    }

    function test_onlyTheFirstBlobCounts() public {
        acceptOpenings();
        setBlob(HASH);
        Model.Batch memory batch = nextBlobBatch(5);
        bytes memory proof_ = proof(operator, batch);
        bytes32[] memory hashes = new bytes32[](2);
        (hashes[0], hashes[1]) = (bytes32(uint256(HASH) + 1), HASH);
        vm.blobhashes(hashes);
        blobHash = hashes[0];
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        (hashes[0], hashes[1]) = (hashes[1], hashes[0]);
        vm.blobhashes(hashes);
        submitAs(operator, batch, proof_);
    }

    function test_openingOfAnotherLength() public {
        acceptOpenings();
        setBlob(HASH);
        Model.Batch memory batch = nextBlobBatch(5);
        for (uint256 i = 0; i < 4; i++) {
            batch.data = new bytes([uint256(0), 127, 129, 160][i]);
            bytes memory reason = abi.encodeWithSelector(IRollupErrors.DataMalformed.selector, batch.data.length);
            expectRefused(operator, batch, "", reason);
        }
    }

    /// The real precompile of this chain refuses an opening of nothing.
    function test_precompileRefuses() public {
        setBlob(HASH);
        _expectOpeningRefused(nextBlobBatch(5));
    }

    /// A call to an address without code succeeds and returns nothing.
    function test_noPrecompile() public {
        setBlob(HASH);
        vm.mockCall(PRECOMPILE, "", "");
        _expectOpeningRefused(nextBlobBatch(5));
    }

    function test_precompileReturnsLess() public {
        setBlob(HASH);
        bytes[5] memory answers = [
            abi.encode(uint256(4096)),
            abi.encode(uint256(4096), Model.B, uint256(0)),
            abi.encode(uint256(4095), Model.B),
            abi.encode(uint256(4096), Model.R),
            Model.slice(abi.encode(uint256(4096), Model.B), 0, 63)
        ];
        for (uint256 i = 0; i < answers.length; i++) {
            vm.clearMockedCalls();
            vm.mockCall(PRECOMPILE, "", answers[i]);
            _expectOpeningRefused(nextBlobBatch(5));
        }
        vm.clearMockedCalls();
        vm.mockCallRevert(PRECOMPILE, "", abi.encode(uint256(4096), Model.B));
        _expectOpeningRefused(nextBlobBatch(5));
    }

    /// Where a precompile accepted a value plus the order, the circuit would too: its halves have 255 bits.
    function test_refusesAnOpeningOfBOrMore() public {
        setBlob(HASH);
        acceptOpenings();
        _expectOpeningRefused(nextBlobBatch(Model.B));
        _expectOpeningRefused(nextBlobBatch(Model.B + 5));
        _expectOpeningRefused(nextBlobBatch(type(uint256).max));
        submit(nextBlobBatch(Model.B - 1));
    }

    function _expectOpeningRefused(Model.Batch memory batch) private {
        expectRefused(batch, abi.encodeWithSelector(IRollupErrors.OpeningRefused.selector, HASH));
    }
}
