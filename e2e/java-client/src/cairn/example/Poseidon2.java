package cairn.example;

import java.math.BigInteger;

/** The hash of the rollup, from docs/spec/11-poseidon2.md alone. */
final class Poseidon2 {
  /** Order of BN254's scalar field. */
  static final BigInteger R =
      new BigInteger("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001", 16);

  private static final int WIDTH = 4;
  private static final int HALF_OF_EXTERNAL_ROUNDS = 4;
  private static final int INTERNAL_ROUNDS = 56;
  private static final BigInteger FIVE = BigInteger.valueOf(5);
  private static final int[][] EXTERNAL = {{5, 7, 1, 3}, {4, 6, 1, 1}, {1, 3, 5, 7}, {1, 1, 4, 6}};
  private static final BigInteger[] DIAGONAL = {
    new BigInteger("10dc6e9c006ea38b04b1e03b4bd9490c0d03f98929ca1d7fb56821fd19d3b6e7", 16),
    new BigInteger("0c28145b6a44df3e0149b3d0a30b3bb599df9756d4dd9b84a86b38cfb45a740b", 16),
    new BigInteger("00544b8338791518b2c7645a50392798b21f75bb60e3596170067d00141cac15", 16),
    new BigInteger("222c01175718386f2e2e82eb122789e352e105a3b8fa852613bc534433ee428b", 16),
  };
  private static final BigInteger[] CONSTANTS = roundConstants();

  private Poseidon2() {}

  /** Four field elements into one. */
  static BigInteger compress(BigInteger a, BigInteger b, BigInteger c, BigInteger d) {
    return permute(a, b, c, d)[0].add(a).mod(R);
  }

  private static BigInteger[] permute(BigInteger... input) {
    BigInteger[] x = external(input);
    int next = 0;
    for (int round = 0; round < HALF_OF_EXTERNAL_ROUNDS; round++, next += WIDTH) x = externalRound(x, next);
    for (int round = 0; round < INTERNAL_ROUNDS; round++, next++) {
      x[0] = power(x[0].add(CONSTANTS[next]));
      x = internal(x);
    }
    for (int round = 0; round < HALF_OF_EXTERNAL_ROUNDS; round++, next += WIDTH) x = externalRound(x, next);
    return x;
  }

  private static BigInteger[] externalRound(BigInteger[] x, int firstConstant) {
    for (int i = 0; i < WIDTH; i++) x[i] = power(x[i].add(CONSTANTS[firstConstant + i]));
    return external(x);
  }

  private static BigInteger power(BigInteger x) {
    return x.modPow(FIVE, R);
  }

  private static BigInteger[] external(BigInteger[] x) {
    BigInteger[] result = new BigInteger[WIDTH];
    for (int row = 0; row < WIDTH; row++) {
      BigInteger sum = BigInteger.ZERO;
      for (int column = 0; column < WIDTH; column++)
        sum = sum.add(x[column].multiply(BigInteger.valueOf(EXTERNAL[row][column])));
      result[row] = sum.mod(R);
    }
    return result;
  }

  private static BigInteger[] internal(BigInteger[] x) {
    BigInteger sum = x[0].add(x[1]).add(x[2]).add(x[3]);
    BigInteger[] result = new BigInteger[WIDTH];
    for (int i = 0; i < WIDTH; i++) result[i] = DIAGONAL[i].multiply(x[i]).add(sum).mod(R);
    return result;
  }

  private static BigInteger[] roundConstants() {
    Grain bits = new Grain();
    BigInteger[] constants = new BigInteger[2 * HALF_OF_EXTERNAL_ROUNDS * WIDTH + INTERNAL_ROUNDS];
    for (int i = 0; i < constants.length; i++) {
      do constants[i] = bits.integer(254);
      while (constants[i].compareTo(R) >= 0);
    }
    return constants;
  }

  /** The Grain LFSR of section 11.1. */
  private static final class Grain {
    private static final int LENGTH = 80;
    private static final int[] TAPS = {62, 51, 38, 23, 13, 0};
    private final boolean[] state = new boolean[LENGTH];
    private int filled = 0;

    Grain() {
      fill(1, 2);
      fill(0, 4);
      fill(254, 12);
      fill(WIDTH, 12);
      fill(2 * HALF_OF_EXTERNAL_ROUNDS, 10);
      fill(INTERNAL_ROUNDS, 10);
      fill((1 << 30) - 1, 30);
      for (int i = 0; i < 2 * LENGTH; i++) step();
    }

    private void fill(int number, int bits) {
      for (int bit = bits - 1; bit >= 0; bit--) state[filled++] = (number >> bit & 1) == 1;
    }

    private boolean step() {
      boolean next = false;
      for (int tap : TAPS) next ^= state[tap];
      System.arraycopy(state, 1, state, 0, LENGTH - 1);
      state[LENGTH - 1] = next;
      return next;
    }

    BigInteger integer(int bits) {
      BigInteger result = BigInteger.ZERO;
      for (int i = 0; i < bits; i++) result = result.shiftLeft(1).or(output() ? BigInteger.ONE : BigInteger.ZERO);
      return result;
    }

    private boolean output() {
      while (true) {
        boolean isKept = step();
        boolean bit = step();
        if (isKept) return bit;
      }
    }
  }
}
