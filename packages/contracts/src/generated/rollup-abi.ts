/** ABI of Rollup. Generated from src/Rollup.sol; do not edit. */
export const rollupAbi = [
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "policy",
            "type": "address"
          },
          {
            "internalType": "bytes32",
            "name": "policyCodeHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "inclusionDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "operatorIdleDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "returnDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "freezeDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint128",
            "name": "queueBaseFee",
            "type": "uint128"
          },
          {
            "components": [
              {
                "internalType": "uint8",
                "name": "circuitType",
                "type": "uint8"
              },
              {
                "internalType": "uint32",
                "name": "l1Capacity",
                "type": "uint32"
              },
              {
                "internalType": "address",
                "name": "verifier",
                "type": "address"
              },
              {
                "internalType": "bytes32",
                "name": "verifierCodeHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Circuit[]",
            "name": "circuits",
            "type": "tuple[]"
          }
        ],
        "internalType": "struct Parameters",
        "name": "given",
        "type": "tuple"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "constructor"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "previous",
        "type": "uint32"
      },
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      }
    ],
    "name": "AccountsNotAscending",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      }
    ],
    "name": "AlreadyExited",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      }
    ],
    "name": "AlreadyReclaimed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "BalanceUnreadable",
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
    "name": "BatchCommitmentMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "CallerNotPlainAccount",
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
    "name": "ChainIdTooLarge",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "ClaimFailed",
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
    "name": "CustodyTooLarge",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "DataMalformed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "circuitType",
        "type": "uint8"
      }
    ],
    "name": "DuplicateCircuitType",
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
    "name": "FieldOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "expected",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "FirstBlockMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "minimum",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "FreezeTooEarly",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "internalType": "uint32",
        "name": "nextIndex",
        "type": "uint32"
      }
    ],
    "name": "IndexNotAssigned",
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
    "name": "IndexOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "required",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "actual",
        "type": "uint256"
      }
    ],
    "name": "InsufficientGas",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      }
    ],
    "name": "InvalidClaimRecipient",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "name",
        "type": "bytes32"
      }
    ],
    "name": "InvalidParameter",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "point",
        "type": "bytes32"
      }
    ],
    "name": "InvalidProof",
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
    "name": "KeyOutOfRange",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "KeyWithoutOwner",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "L1RecordsMalformed",
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
    "name": "L1RecordsMismatch",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NoAccounts",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NoBlob",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "firstBlock",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "lastBlock",
        "type": "uint64"
      }
    ],
    "name": "NoBlocks",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "NotFrozen",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "head",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "tail",
        "type": "uint64"
      }
    ],
    "name": "NotReclaimable",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "address",
        "name": "beneficiary",
        "type": "address"
      }
    ],
    "name": "NothingToClaim",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      }
    ],
    "name": "NothingToPay",
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
    "name": "OldRootMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "bytes32",
        "name": "versionedHash",
        "type": "bytes32"
      }
    ],
    "name": "OpeningRefused",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "minimum",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "OverdueL1OperationsLeft",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "length",
        "type": "uint256"
      }
    ],
    "name": "PayoutListMalformed",
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
    "name": "PayoutNotInBatch",
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
    "name": "PolicyCodeMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "policy",
        "type": "address"
      }
    ],
    "name": "PolicyWithoutCode",
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
    "name": "ProofLengthMismatch",
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
    "name": "QueueRecordMismatch",
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
        "name": "balanceBefore",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "balanceAfter",
        "type": "uint256"
      }
    ],
    "name": "ReceivedUnexpectedAmount",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "Reentrancy",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "RefundFailed",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "RollupFrozen",
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
    "name": "RootMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "leader",
        "type": "address"
      },
      {
        "internalType": "address",
        "name": "caller",
        "type": "address"
      }
    ],
    "name": "SubmissionNotOpen",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "maximum",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "TimestampInFuture",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "minimum",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "TimestampTooOld",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "firstTimestamp",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "lastTimestamp",
        "type": "uint64"
      }
    ],
    "name": "TimestampsDescending",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      }
    ],
    "name": "TokenAlreadyRegistered",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "TokenIsRollup",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "TokenPullFailed",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "TokenWithoutCode",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "maximum",
        "type": "uint64"
      },
      {
        "internalType": "uint64",
        "name": "actual",
        "type": "uint64"
      }
    ],
    "name": "TooManyL1Operations",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "TooManyTokens",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "circuitType",
        "type": "uint8"
      }
    ],
    "name": "UnknownCircuitType",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "dataSource",
        "type": "uint8"
      }
    ],
    "name": "UnknownDataSource",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      }
    ],
    "name": "UnknownToken",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "required",
        "type": "uint256"
      },
      {
        "internalType": "uint256",
        "name": "actual",
        "type": "uint256"
      }
    ],
    "name": "ValueTooLow",
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
    "name": "VerifierCodeMismatch",
    "type": "error"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "verifier",
        "type": "address"
      }
    ],
    "name": "VerifierWithoutCode",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ZeroDeposit",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ZeroKey",
    "type": "error"
  },
  {
    "inputs": [],
    "name": "ZeroOwner",
    "type": "error"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "submitter",
        "type": "address"
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
        "indexed": false,
        "internalType": "struct BatchHeader",
        "name": "header",
        "type": "tuple"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "dataCommitment",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "payoutsHash",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint64",
        "name": "queueHead",
        "type": "uint64"
      }
    ],
    "name": "BatchSubmitted",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "beneficiary",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "Claimed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint128",
        "name": "amount",
        "type": "uint128"
      },
      {
        "indexed": false,
        "internalType": "bool",
        "name": "paid",
        "type": "bool"
      }
    ],
    "name": "Exited",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "address",
        "name": "caller",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "root",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "nextIndex",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint64",
        "name": "queueHead",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "uint64",
        "name": "queueTail",
        "type": "uint64"
      }
    ],
    "name": "Frozen",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint8",
        "name": "kind",
        "type": "uint8"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint128",
        "name": "amount",
        "type": "uint128"
      },
      {
        "indexed": false,
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "key",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "bytes32",
        "name": "queueHash",
        "type": "bytes32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "submitterFee",
        "type": "uint256"
      }
    ],
    "name": "L1OperationQueued",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "position",
        "type": "uint256"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "PayoutDeferred",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "position",
        "type": "uint256"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      }
    ],
    "name": "PayoutPaid",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": false,
        "internalType": "uint128",
        "name": "amount",
        "type": "uint128"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "fee",
        "type": "uint256"
      }
    ],
    "name": "Reclaimed",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "submitter",
        "type": "address"
      },
      {
        "indexed": false,
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "indexed": false,
        "internalType": "bool",
        "name": "paid",
        "type": "bool"
      }
    ],
    "name": "SubmitterRewarded",
    "type": "event"
  },
  {
    "anonymous": false,
    "inputs": [
      {
        "indexed": true,
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "indexed": true,
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "TokenRegistered",
    "type": "event"
  },
  {
    "inputs": [],
    "name": "accountTree",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "backlog",
    "outputs": [
      {
        "internalType": "uint64",
        "name": "",
        "type": "uint64"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      }
    ],
    "name": "batchCommitment",
    "outputs": [
      {
        "internalType": "bytes32",
        "name": "",
        "type": "bytes32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "binding",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "canFreeze",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint8",
        "name": "circuitType",
        "type": "uint8"
      }
    ],
    "name": "circuit",
    "outputs": [
      {
        "components": [
          {
            "internalType": "uint8",
            "name": "circuitType",
            "type": "uint8"
          },
          {
            "internalType": "uint32",
            "name": "l1Capacity",
            "type": "uint32"
          },
          {
            "internalType": "address",
            "name": "verifier",
            "type": "address"
          },
          {
            "internalType": "bytes32",
            "name": "verifierCodeHash",
            "type": "bytes32"
          }
        ],
        "internalType": "struct Circuit",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "address",
        "name": "recipient",
        "type": "address"
      }
    ],
    "name": "claim",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "address",
        "name": "beneficiary",
        "type": "address"
      }
    ],
    "name": "claimFor",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "address",
        "name": "beneficiary",
        "type": "address"
      }
    ],
    "name": "claimable",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      }
    ],
    "name": "custody",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "key",
        "type": "uint256"
      }
    ],
    "name": "deposit",
    "outputs": [],
    "stateMutability": "payable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "key",
        "type": "uint256"
      }
    ],
    "name": "depositETH",
    "outputs": [],
    "stateMutability": "payable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "amount",
        "type": "uint256"
      },
      {
        "internalType": "address",
        "name": "owner",
        "type": "address"
      },
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "key",
        "type": "uint256"
      },
      {
        "components": [
          {
            "internalType": "uint256",
            "name": "deadline",
            "type": "uint256"
          },
          {
            "internalType": "uint8",
            "name": "v",
            "type": "uint8"
          },
          {
            "internalType": "bytes32",
            "name": "r",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "s",
            "type": "bytes32"
          }
        ],
        "internalType": "struct Permit",
        "name": "permit",
        "type": "tuple"
      }
    ],
    "name": "depositWithPermit",
    "outputs": [],
    "stateMutability": "payable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "uint32",
            "name": "index",
            "type": "uint32"
          },
          {
            "internalType": "address",
            "name": "owner",
            "type": "address"
          },
          {
            "internalType": "uint32",
            "name": "tokenId",
            "type": "uint32"
          },
          {
            "internalType": "uint40",
            "name": "nonce",
            "type": "uint40"
          },
          {
            "internalType": "uint8",
            "name": "flags",
            "type": "uint8"
          },
          {
            "internalType": "uint128",
            "name": "balance",
            "type": "uint128"
          },
          {
            "internalType": "uint256",
            "name": "key",
            "type": "uint256"
          }
        ],
        "internalType": "struct AccountLeaf",
        "name": "account",
        "type": "tuple"
      },
      {
        "internalType": "bytes32[]",
        "name": "siblings",
        "type": "bytes32[]"
      }
    ],
    "name": "exit",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "components": [
          {
            "internalType": "uint32",
            "name": "index",
            "type": "uint32"
          },
          {
            "internalType": "address",
            "name": "owner",
            "type": "address"
          },
          {
            "internalType": "uint32",
            "name": "tokenId",
            "type": "uint32"
          },
          {
            "internalType": "uint40",
            "name": "nonce",
            "type": "uint40"
          },
          {
            "internalType": "uint8",
            "name": "flags",
            "type": "uint8"
          },
          {
            "internalType": "uint128",
            "name": "balance",
            "type": "uint128"
          },
          {
            "internalType": "uint256",
            "name": "key",
            "type": "uint256"
          }
        ],
        "internalType": "struct AccountLeaf[]",
        "name": "accounts",
        "type": "tuple[]"
      },
      {
        "internalType": "bytes32[]",
        "name": "siblings",
        "type": "bytes32[]"
      }
    ],
    "name": "exitMany",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "freeze",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      }
    ],
    "name": "isExited",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "isFrozen",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      }
    ],
    "name": "isReclaimed",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "isSubmissionOpen",
    "outputs": [
      {
        "internalType": "bool",
        "name": "",
        "type": "bool"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "leader",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "timestamp",
        "type": "uint64"
      }
    ],
    "name": "overdueCount",
    "outputs": [
      {
        "internalType": "uint64",
        "name": "",
        "type": "uint64"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "parameters",
    "outputs": [
      {
        "components": [
          {
            "internalType": "address",
            "name": "policy",
            "type": "address"
          },
          {
            "internalType": "bytes32",
            "name": "policyCodeHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "inclusionDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "operatorIdleDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "returnDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "freezeDelay",
            "type": "uint64"
          },
          {
            "internalType": "uint128",
            "name": "queueBaseFee",
            "type": "uint128"
          },
          {
            "components": [
              {
                "internalType": "uint8",
                "name": "circuitType",
                "type": "uint8"
              },
              {
                "internalType": "uint32",
                "name": "l1Capacity",
                "type": "uint32"
              },
              {
                "internalType": "address",
                "name": "verifier",
                "type": "address"
              },
              {
                "internalType": "bytes32",
                "name": "verifierCodeHash",
                "type": "bytes32"
              }
            ],
            "internalType": "struct Circuit[]",
            "name": "circuits",
            "type": "tuple[]"
          }
        ],
        "internalType": "struct Parameters",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
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
        "internalType": "bytes",
        "name": "payouts",
        "type": "bytes"
      },
      {
        "internalType": "uint256",
        "name": "firstWord",
        "type": "uint256"
      },
      {
        "internalType": "uint256[]",
        "name": "mask",
        "type": "uint256[]"
      }
    ],
    "name": "pay",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "batchNumber",
        "type": "uint64"
      },
      {
        "internalType": "uint256",
        "name": "word",
        "type": "uint256"
      }
    ],
    "name": "payoutsSettled",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      }
    ],
    "name": "queueEntry",
    "outputs": [
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "queueHash",
            "type": "bytes32"
          },
          {
            "internalType": "uint64",
            "name": "enqueuedAt",
            "type": "uint64"
          },
          {
            "internalType": "uint128",
            "name": "submitterFee",
            "type": "uint128"
          },
          {
            "internalType": "bool",
            "name": "consumed",
            "type": "bool"
          }
        ],
        "internalType": "struct QueueEntry",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "queueFee",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint64",
        "name": "position",
        "type": "uint64"
      },
      {
        "components": [
          {
            "internalType": "uint8",
            "name": "kind",
            "type": "uint8"
          },
          {
            "internalType": "address",
            "name": "owner",
            "type": "address"
          },
          {
            "internalType": "uint32",
            "name": "tokenId",
            "type": "uint32"
          },
          {
            "internalType": "uint128",
            "name": "amount",
            "type": "uint128"
          },
          {
            "internalType": "uint32",
            "name": "index",
            "type": "uint32"
          },
          {
            "internalType": "uint256",
            "name": "key",
            "type": "uint256"
          }
        ],
        "internalType": "struct QueueRecord",
        "name": "record",
        "type": "tuple"
      }
    ],
    "name": "reclaim",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "registerToken",
    "outputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      }
    ],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      },
      {
        "internalType": "uint256",
        "name": "key",
        "type": "uint256"
      }
    ],
    "name": "requestSetKey",
    "outputs": [],
    "stateMutability": "payable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "index",
        "type": "uint32"
      }
    ],
    "name": "requestWithdraw",
    "outputs": [],
    "stateMutability": "payable",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "state",
    "outputs": [
      {
        "components": [
          {
            "internalType": "bytes32",
            "name": "root",
            "type": "bytes32"
          },
          {
            "internalType": "bytes32",
            "name": "history",
            "type": "bytes32"
          },
          {
            "internalType": "uint32",
            "name": "nextIndex",
            "type": "uint32"
          },
          {
            "internalType": "uint64",
            "name": "batchCount",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "lastBlock",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "lastTimestamp",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "lastBatchAt",
            "type": "uint64"
          },
          {
            "internalType": "bool",
            "name": "lastByStranger",
            "type": "bool"
          },
          {
            "internalType": "uint64",
            "name": "queueHead",
            "type": "uint64"
          },
          {
            "internalType": "uint64",
            "name": "queueTail",
            "type": "uint64"
          }
        ],
        "internalType": "struct RollupState",
        "name": "",
        "type": "tuple"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
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
        "internalType": "bytes",
        "name": "l1Records",
        "type": "bytes"
      },
      {
        "internalType": "bytes",
        "name": "payouts",
        "type": "bytes"
      },
      {
        "internalType": "uint256[]",
        "name": "payNow",
        "type": "uint256[]"
      },
      {
        "internalType": "bytes",
        "name": "data",
        "type": "bytes"
      },
      {
        "internalType": "bytes",
        "name": "proof",
        "type": "bytes"
      }
    ],
    "name": "submitBatch",
    "outputs": [],
    "stateMutability": "nonpayable",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "uint32",
        "name": "tokenId",
        "type": "uint32"
      }
    ],
    "name": "tokenAddress",
    "outputs": [
      {
        "internalType": "address",
        "name": "",
        "type": "address"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "tokenCount",
    "outputs": [
      {
        "internalType": "uint32",
        "name": "",
        "type": "uint32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [
      {
        "internalType": "address",
        "name": "token",
        "type": "address"
      }
    ],
    "name": "tokenIdOf",
    "outputs": [
      {
        "internalType": "uint32",
        "name": "",
        "type": "uint32"
      }
    ],
    "stateMutability": "view",
    "type": "function"
  },
  {
    "inputs": [],
    "name": "version",
    "outputs": [
      {
        "internalType": "uint256",
        "name": "",
        "type": "uint256"
      }
    ],
    "stateMutability": "pure",
    "type": "function"
  }
] as const;
