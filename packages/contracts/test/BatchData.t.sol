// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupErrors} from "../src/interfaces/IRollupErrors.sol";
import {BatchHeader} from "../src/interfaces/RollupTypes.sol";
import {Model} from "./support/Model.sol";
import {RollupTest} from "./support/RollupTest.sol";
import {vm} from "./support/Vm.sol";

/// Cells in calldata.
contract BatchDataTest is RollupTest {
    uint256 private constant CELL = 26;

    /// One byte altered under a proof for the other data: another commitment, point and value.
    function testFuzz_otherData(uint256 at, bytes1 flip) public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        batch.data = bytes.concat(DATA);
        batch.data[at % DATA.length] ^= flip == 0 ? bytes1(0x01) : flip;
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
    }

    /// What cells mean is the circuit's matter: any are accepted with their proof.
    function testFuzz_anyCells(bytes memory data) public {
        Model.Batch memory batch = nextBatch(0);
        batch.data = Model.slice(data, 0, data.length / CELL * CELL);
        submit(batch);
    }

    function test_otherLists() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        bytes memory first = Model.slice(DATA, 0, CELL);
        bytes memory second = Model.slice(DATA, CELL, CELL);
        bytes memory zero = new bytes(CELL);
        bytes[6] memory others = [
            bytes.concat(second, first), // exchanged
            bytes.concat(zero, DATA), // shifted
            first, // cut
            bytes.concat(DATA, first), // a cell behind the end
            bytes(""),
            bytes.concat(first, first)
        ];
        for (uint256 i = 0; i < others.length; i++) {
            batch.data = others[i];
            expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        }
    }

    /// The commitment alone does not suffice: the circuit's cells give another value at the very same point.
    function test_otherCellsThanProven() public {
        Model.Batch memory batch = nextBatch(0);
        bytes32[] memory inputs = publicInputs(operator, batch);
        uint256 other = Model.cells(bytes.concat(DATA, Model.slice(DATA, 0, CELL)), uint256(inputs[12]));
        inputs[13] = bytes32(other % 2 ** 128);
        inputs[14] = bytes32(other / 2 ** 128);
        bytes memory proof_ = abi.encodePacked(keccak256(abi.encode(verifiers[SMALL], inputs)));
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
    }

    function test_dataLength() public {
        Model.Batch memory batch = nextBatch(0);
        for (uint256 i = 0; i < 4; i++) {
            uint256 length = [uint256(1), CELL - 1, CELL + 1, 2 * CELL - 1][i];
            batch.data = Model.slice(DATA, 0, length);
            expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.DataMalformed.selector, length));
        }
        batch.data = "";
        submit(batch);
    }

    function test_tooManyCells() public {
        Model.Batch memory batch = nextBatch(0);
        batch.data = new bytes(4096 * CELL);
        bytes memory reason = abi.encodeWithSelector(IRollupErrors.DataMalformed.selector, 4096 * CELL);
        expectRefused(operator, batch, "", reason);
        batch.data = new bytes(4095 * CELL);
        batch.data[4095 * CELL - 1] = 0x01;
        submit(batch);
    }

    function test_zeroCellsAtTheEnd() public {
        Model.Batch memory batch = nextBatch(0);
        bytes memory proof_ = proof(operator, batch);
        batch.data = bytes.concat(DATA, new bytes(2 * CELL));
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
        bytes32[] memory longer = publicInputs(operator, batch);
        batch.data = DATA;
        bytes32[] memory shorter = publicInputs(operator, batch);
        vm.assertTrue(longer[12] != shorter[12], "another point");
        batch.data = bytes.concat(DATA, new bytes(2 * CELL));
        submit(batch);
        submit(nextBatch(0));
    }

    /// The same cells, evaluated alike at a point, travel the other way than the proof says.
    /// forge-config: default.isolate = false
    function test_sourceExchanged() public {
        setBlob(keccak256(DATA));
        acceptOpenings();
        Model.Batch memory calldata_ = nextBatch(0);
        bytes memory forCalldata = proof(operator, calldata_);
        Model.Batch memory blob = nextBlobBatch(0);
        blob.header = abi.decode(abi.encode(calldata_.header), (BatchHeader));
        blob.header.dataSource = 1;
        uint256 point = uint256(publicInputs(operator, blob)[12]);
        blob.data = bytes.concat(bytes32(Model.cells(DATA, point)), new bytes(96));
        bytes memory forBlob = proof(operator, blob);
        expectRefused(operator, blob, forCalldata, invalidProof(operator, blob));
        expectRefused(operator, calldata_, forBlob, invalidProof(operator, calldata_));
        submitAs(operator, blob, forBlob);
    }

    function test_unknownDataSource() public {
        Model.Batch memory batch = nextBatch(0);
        batch.header.dataSource = 2;
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.UnknownDataSource.selector, 2));
        batch.header.dataSource = 255;
        expectRefused(operator, batch, "", abi.encodeWithSelector(IRollupErrors.UnknownDataSource.selector, 255));
    }

    /// A key x of an extra as x + r, cut into the two cells: other cells, so another polynomial modulo B.
    function test_keyPublishedAsXPlusR() public {
        uint256 owner = 0xc0ffee;
        Model.Batch memory batch = nextBatch(0);
        batch.data = _extra(owner, 5);
        bytes memory proof_ = proof(operator, batch);
        batch.data = _extra(owner, 5 + Model.R);
        expectRefused(operator, batch, proof_, invalidProof(operator, batch));
    }

    function _extra(uint256 owner, uint256 key) private pure returns (bytes memory) {
        return bytes.concat(bytes26(uint208(owner << 48 | key >> 208)), bytes26(uint208(key)));
    }
}
