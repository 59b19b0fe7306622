/** ABI of Receipts. Generated from src/Receipts.sol; do not edit. */
export const receiptsAbi = [
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "expected",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "actual",
        "type": "bytes32"
      }
    ],
    "name": "BatchCommitmentMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "expected",
        "type": "bytes32"
      },
      {
        "internalType": "bytes32",
        "name": "actual",
        "type": "bytes32"
      }
    ],
    "name": "BlocksRootMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "count",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "position",
        "type": "uint256"
      }
    ],
    "name": "NoSuchPosition",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      }
    ],
    "name": "NoTransactionThere",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "position",
        "type": "uint256"
      }
    ],
    "name": "NotTheSlotsCell",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "expected",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "actual",
        "type": "uint256"
      }
    ],
    "name": "PathLengthMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "k",
        "type": "uint256"
      }
    ],
    "name": "UnknownBlockSize",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "maximum",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "actual",
        "type": "uint256"
      }
    ],
    "name": "ValueOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "rollup",
        "type": "address"
      },
      {
        "components": [
          {
            "internalType": "uint64",
            "name": "batchNumber",
            "type": "uint64"
          },
          {
            "components": [
              {
                "internalType": "uint8",
                "name": "circuitType",
                "type": "uint8"
              },
              {
                "internalType": "uint8",
                "name": "dataSource",
                "type": "uint8"
              },
              {
                "internalType": "uint64",
                "name": "firstBlock",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "lastBlock",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "firstTimestamp",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "lastTimestamp",
                "type": "uint64"
              },
              {
                "internalType": "uint32",
                "name": "newNextIndex",
                "type": "uint32"
              },
              {
                "internalType": "bytes32",
                "name": "oldRoot",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "newRoot",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "newHistory",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "blocksRoot",
                "type": "bytes32"
              }
            ],
            "internalType": "struct BatchHeader",
            "name": "header",
            "type": "tuple"
          },
          {
            "internalType": "bytes32",
            "name": "dataCommitment",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "payoutsHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint256",
            "name": "blockPosition",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "previousBlockHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint256",
            "name": "headerCell",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "position",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "cell",
            "type": "uint256"
          },
          {
            "internalType": "bytes32[]",
            "name": "cellSiblings",
            "type": "bytes32[]"
          },
          {
            "internalType": "bytes32[9]",
            "name": "blockSiblings",
            "type": "bytes32[9]"
          }
        ],
        "internalType": "struct Receipt",
        "name": "receipt",
        "type": "tuple"
      }
    ],
    "name": "cellAt",
    "outputs": [
      {
        "internalType": "uint64",
        "name": "blockNumber",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "timestamp",
        "type": "uint64"
      },
      {
        "internalType": "uint256",
        "name": "cell",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "rollup",
        "type": "address"
      },
      {
        "components": [
          {
            "internalType": "uint64",
            "name": "batchNumber",
            "type": "uint64"
          },
          {
            "components": [
              {
                "internalType": "uint8",
                "name": "circuitType",
                "type": "uint8"
              },
              {
                "internalType": "uint8",
                "name": "dataSource",
                "type": "uint8"
              },
              {
                "internalType": "uint64",
                "name": "firstBlock",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "lastBlock",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "firstTimestamp",
                "type": "uint64"
              },
              {
                "internalType": "uint64",
                "name": "lastTimestamp",
                "type": "uint64"
              },
              {
                "internalType": "uint32",
                "name": "newNextIndex",
                "type": "uint32"
              },
              {
                "internalType": "bytes32",
                "name": "oldRoot",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "newRoot",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "newHistory",
                "type": "bytes32"
              },
              {
                "internalType": "bytes32",
                "name": "blocksRoot",
                "type": "bytes32"
              }
            ],
            "internalType": "struct BatchHeader",
            "name": "header",
            "type": "tuple"
          },
          {
            "internalType": "bytes32",
            "name": "dataCommitment",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "payoutsHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint256",
            "name": "blockPosition",
            "type": "uint256"
          },
          {
            "internalType": "bytes32",
            "name": "previousBlockHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint256",
            "name": "headerCell",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "position",
            "type": "uint256"
          },
          {
            "internalType": "uint256",
            "name": "cell",
            "type": "uint256"
          },
          {
            "internalType": "bytes32[]",
            "name": "cellSiblings",
            "type": "bytes32[]"
          },
          {
            "internalType": "bytes32[9]",
            "name": "blockSiblings",
            "type": "bytes32[9]"
          }
        ],
        "internalType": "struct Receipt",
        "name": "receipt",
        "type": "tuple"
      },
      {
        "internalType": "uint256",
        "name": "slot",
        "type": "uint256"
      }
    ],
    "name": "slotAt",
    "outputs": [
      {
        "internalType": "uint64",
        "name": "blockNumber",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "timestamp",
        "type": "uint64"
      },
      {
        "internalType": "uint256",
        "name": "word",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  }
] as const;
