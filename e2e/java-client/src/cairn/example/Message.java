package cairn.example;

import cairn.model.Account;
import cairn.model.Rollup;
import cairn.model.SignedTransfer;
import java.math.BigInteger;

/** What a transfer signs, from docs/spec/2-transactions.md, sections 2.2 and 2.3, alone. */
final class Message {
  private static final long TAG_MESSAGE = 1;
  private static final long KIND_TRANSFER = 1;
  private static final long NO_LINK = 256;

  private Message() {}

  /** Hash that is signed, and the id of the transaction. */
  static BigInteger of(Rollup rollup, SignedTransfer transfer) {
    BigInteger where =
        new Words().add(TAG_MESSAGE, 8).add(rollup.getChainId(), 64).add(hex(rollup.getRollup()), 160).value;
    BigInteger who =
        new Words()
            .add(KIND_TRANSFER, 8)
            .add(transfer.getFrom(), 24)
            .add(transfer.getTo(), 24)
            .add(transfer.getNonce(), 40)
            .add(transfer.getTokenId(), 32)
            .value;
    BigInteger what =
        new Words()
            .add(transfer.getAmount(), 40)
            .add(transfer.getFee(), 16)
            .add(transfer.getValidFrom(), 32)
            .add(transfer.getValidUntil(), 32)
            .add(NO_LINK, 16)
            .value;
    BigInteger content =
        Poseidon2.compress(
            hex(transfer.getToOwner()), hex(transfer.getToKey()), BigInteger.ZERO, hex(transfer.getReference()));
    return Poseidon2.compress(where, who, what, content);
  }

  /** A number as exponent (5 bits) and mantissa. Throws where it has none exactly. */
  static long encodeFloat(BigInteger value, int mantissaBits) {
    BigInteger mantissa = value;
    long exponent = 0;
    for (; mantissa.bitLength() > mantissaBits; exponent++) {
      BigInteger[] parts = mantissa.divideAndRemainder(BigInteger.TEN);
      if (parts[1].signum() != 0) throw new ArithmeticException(value + " has too many digits");
      mantissa = parts[0];
    }
    return exponent << mantissaBits | mantissa.longValueExact();
  }

  /** The receiver as it is signed: owner and key, so that a reorganised index cannot redirect the payment. */
  static SignedTransfer to(SignedTransfer transfer, Account receiver) {
    return transfer.to(receiver.getIndex()).toOwner(receiver.getOwner()).toKey(receiver.getKey());
  }

  static BigInteger hex(String text) {
    return new BigInteger(text.substring(2), 16);
  }

  /** Concatenates numbers of fixed width, the first one highest. */
  private static final class Words {
    private BigInteger value = BigInteger.ZERO;

    Words add(long number, int bits) {
      return add(BigInteger.valueOf(number), bits);
    }

    Words add(BigInteger number, int bits) {
      if (number.signum() < 0 || number.bitLength() > bits) throw new ArithmeticException(number + " is too large");
      value = value.shiftLeft(bits).or(number);
      return this;
    }
  }
}
