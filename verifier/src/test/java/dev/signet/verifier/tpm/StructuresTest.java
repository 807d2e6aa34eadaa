// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.Vectors;
import java.util.List;
import org.junit.jupiter.api.Test;

class StructuresTest {
  private static final String N =
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
  private static final String N_LESS_1 =
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
  private static final String ONE = "00".repeat(31) + "01";
  private static final String ZERO = "00".repeat(32);

  @Test
  void readsCapturedQuote() throws Exception {
    QuoteAttest attest = QuoteAttest.parse(Vectors.hex("swtpm/quote.attest.hex").toArray());
    assertThat(attest.qualifiedSigner()).isEqualTo(Vectors.hex("swtpm/ak.qualified-name.hex"));
    assertThat(attest.clockInfo()).isEqualTo(new ClockInfo(57_496, 2, 0, true));
    assertThat(attest.firmwareVersion()).isEqualTo(0x2019102300163636L);
    assertThat(attest.selections())
        .containsExactly(new QuoteAttest.Selection(0x0B, Bytes.fromHex("818400")));
    assertThat(attest.selections().get(0).is(PcrSelection.of(List.of(0, 7, 10, 15)))).isTrue();
    assertThat(attest.selections().get(0).is(PcrSelection.of(List.of(0, 7, 15)))).isFalse();
  }

  @Test
  void readsCapturedPublicAreas() throws Exception {
    EccPublic ak = EccPublic.parse(Vectors.hex("swtpm/ak.public.hex").toArray());
    assertThat(ak.attributes()).isEqualTo(0x00050472);
    assertThat(ak.name()).isEqualTo(Vectors.hex("swtpm/ak.name.hex"));
    EccPublic parent = EccPublic.parse(Vectors.hex("swtpm/ak-parent.public.hex").toArray());
    assertThat(parent.symmetric()).isEqualTo(EccPublic.Symmetric.AES_128_CFB);
    assertThat(TpmNames.inEndorsementHierarchy(parent.name(), ak.name()))
        .isEqualTo(Vectors.hex("swtpm/ak.qualified-name.hex"));
  }

  /** The tail of a TPMT_PUBLIC with coordinates of these many bytes. */
  private static byte[] point(int x, int y) {
    String sizes = "0023000b000504720000" + "0010" + "0018000b" + "0003" + "0010";
    return Bytes.fromHex(
            sizes + "%04x".formatted(x) + "01".repeat(x) + "%04x".formatted(y) + "01".repeat(y))
        .toArray();
  }

  @Test
  void aCoordinateLacksFewLeadingZeros() throws Exception {
    assertThat(EccPublic.parse(point(24, 31)).x().toHex())
        .isEqualTo("00".repeat(8) + "01".repeat(24));
    assertThat(((SigningPublic.Ecc) SigningPublic.parse(point(24, 32)).material()).x().bitLength())
        .isEqualTo(185);
    assertThatThrownBy(() -> EccPublic.parse(point(23, 32)))
        .hasMessageContaining("x of at least 24 bytes");
    assertThatThrownBy(() -> SigningPublic.parse(point(32, 23)))
        .hasMessageContaining("y of at least 24 bytes");
    // Its type is the size of what follows: taken for a TPM2B_PUBLIC by one parser only.
    assertThatThrownBy(() -> EccPublic.parse(point(13, 0)))
        .hasMessageContaining("x of at least 24 bytes");
  }

  @Test
  void padsCoordinatesAndSignaturesThatLackLeadingZeros() throws Exception {
    Bytes signature = EcdsaSignature.parse(Bytes.fromHex("0018000b000101000102").toArray());
    assertThat(signature.toHex()).isEqualTo(ONE + "00".repeat(31) + "02");
  }

  @Test
  void attack16RefusesOtherAlgorithmsAndNumbersOutOfRange() throws Exception {
    assertThat(signature("0018", "000b", ONE, N_LESS_1).size()).isEqualTo(64);
    for (String[] wrong :
        new String[][] {
          {"0014", "000b", ONE, ONE}, // RSASSA
          {"0016", "000b", ONE, ONE}, // RSAPSS
          {"001a", "000b", ONE, ONE}, // ECDAA
          {"0010", "000b", ONE, ONE}, // NULL
          {"0018", "0004", ONE, ONE}, // SHA-1
          {"0018", "000c", ONE, ONE}, // SHA-384
          {"0018", "000b", ZERO, ONE},
          {"0018", "000b", ONE, ZERO},
          {"0018", "000b", N, ONE},
          {"0018", "000b", ONE, N},
          {"0018", "000b", "ff".repeat(32), ONE}
        }) {
      assertThatThrownBy(() -> signature(wrong[0], wrong[1], wrong[2], wrong[3]))
          .as(String.join(" ", wrong))
          .isInstanceOf(MalformedTpmStructureException.class);
    }
    assertThat(EcdsaSignature.inRange(Bytes.of(new byte[63]))).isFalse();
  }

  private static Bytes signature(String algorithm, String hash, String r, String s)
      throws MalformedTpmStructureException {
    return EcdsaSignature.parse(
        Bytes.fromHex(algorithm + hash + "0020" + r + "0020" + s).toArray());
  }

  @Test
  void attack08And09RefuseOtherMagicAndType() {
    SoftwareTpm.Quote quote = new SoftwareTpm().quote(new byte[1], java.util.Map.of());
    quote.magic = 0xFF544348;
    refuses(quote.attest(), "magic");
    quote.magic = 0xFF544347;
    for (int type : new int[] {0x8014, 0x8015, 0x8016, 0x8017, 0x8019, 0x801A, 0x801C, 0x0018}) {
      quote.type = type;
      refuses(quote.attest(), "type 8018");
    }
    refuses(Vectors.hex("swtpm/time.attest.hex"), "type 8018");
    refuses(Vectors.hex("swtpm/certify.attest.hex"), "type 8018");
  }

  @Test
  void refusesSafeThatIsNeitherYesNorNo() {
    SoftwareTpm.Quote quote = new SoftwareTpm().quote(new byte[1], java.util.Map.of());
    quote.safe = 2;
    refuses(quote.attest(), "safe 0 or 1");
  }

  private static void refuses(Bytes attest, String message) {
    assertThatThrownBy(() -> QuoteAttest.parse(attest.toArray()))
        .isInstanceOf(MalformedTpmStructureException.class)
        .hasMessageContaining(message);
  }
}
