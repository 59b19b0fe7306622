package cairn.example;

import java.math.BigInteger;
import java.security.SecureRandom;

/**
 * Signatures of the rollup, from docs/spec/2-transactions.md, section 2.4, alone. An example: its running time depends on
 * the key, so do not sign with it where others can measure that.
 */
final class Schnorr {
  /** A signature in the form of the API: rx and s, 32 bytes each. */
  record Signature(BigInteger rx, BigInteger s) {
    String hex() {
      return String.format("0x%064x%064x", rx, s);
    }
  }

  /** A point of Grumpkin; null stands for the point at infinity. */
  private record Point(BigInteger x, BigInteger y) {}

  /** Coordinates are modulo r. */
  private static final BigInteger R = Poseidon2.R;
  /** Order of the group. */
  private static final BigInteger Q =
      new BigInteger("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47", 16);
  private static final Point GENERATOR =
      new Point(BigInteger.ONE, new BigInteger("17631683881184975370165255887551781615748388533673675138860"));
  private static final BigInteger TAG_SIGNATURE = BigInteger.TWO;
  private static final BigInteger THREE = BigInteger.valueOf(3);

  private Schnorr() {}

  /** The public key: the x of secret · G. */
  static BigInteger publicKey(BigInteger secret) {
    return multiply(GENERATOR, secret).x();
  }

  static Signature sign(BigInteger message, BigInteger secret) {
    BigInteger nonce;
    do nonce = new BigInteger(Q.bitLength(), new SecureRandom());
    while (nonce.signum() == 0 || nonce.compareTo(Q) >= 0);
    BigInteger rx = multiply(GENERATOR, nonce).x();
    BigInteger challenge = Poseidon2.compress(message, rx, publicKey(secret), TAG_SIGNATURE);
    return new Signature(rx, nonce.subtract(challenge.multiply(secret)).mod(Q));
  }

  private static Point multiply(Point point, BigInteger scalar) {
    Point result = null;
    for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
      result = add(result, result);
      if (scalar.testBit(bit)) result = add(result, point);
    }
    return result;
  }

  private static Point add(Point a, Point b) {
    if (a == null) return b;
    if (b == null) return a;
    if (a.x().equals(b.x()) && !a.y().equals(b.y())) return null;
    BigInteger slope =
        a.equals(b)
            ? THREE.multiply(a.x().pow(2)).multiply(a.y().shiftLeft(1).modInverse(R)).mod(R)
            : b.y().subtract(a.y()).multiply(b.x().subtract(a.x()).modInverse(R)).mod(R);
    BigInteger x = slope.pow(2).subtract(a.x()).subtract(b.x()).mod(R);
    return new Point(x, slope.multiply(a.x().subtract(x)).subtract(a.y()).mod(R));
  }
}
