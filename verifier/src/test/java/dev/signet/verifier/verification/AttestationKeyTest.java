// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static dev.signet.verifier.Expect.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.Vectors;
import org.junit.jupiter.api.Test;

class AttestationKeyTest {
  private final SoftwareTpm tpm = new SoftwareTpm();

  private void refuses(Bytes ak, Bytes parent, String detail) {
    refused(AttestationKey.check(ak, parent), Refusal.AK_REJECTED, detail);
  }

  private static Bytes replaced(Bytes area, String from, String to) {
    String changed = area.toHex().replaceFirst(from, to);
    assertThat(changed).isNotEqualTo(area.toHex());
    return Bytes.fromHex(changed);
  }

  @Test
  void acceptsKeyOfSoftwareAndOfRealTpm() {
    AttestationKey key = authentic(AttestationKey.check(tpm.akPublic(), tpm.parentPublic()));
    assertThat(key.qualifiedName()).isEqualTo(tpm.qualifiedSigner(0x4000000B));
    AttestationKey real =
        authentic(
            AttestationKey.check(
                Vectors.hex("swtpm/ak.public.hex"), Vectors.hex("swtpm/ak-parent.public.hex")));
    assertThat(real.name()).isEqualTo(Vectors.hex("swtpm/ak.name.hex"));
    assertThat(real.qualifiedName()).isEqualTo(Vectors.hex("swtpm/ak.qualified-name.hex"));
  }

  @Test
  void attack07UnrestrictedOrExportableAk() {
    for (int bit = 0; bit < 32; bit++) {
      // Each single attribute changed, of the key and of its parent.
      refuses(
          tpm.akPublic(SoftwareTpm.AK_ATTRIBUTES ^ (1 << bit)), tpm.parentPublic(), "AK: expected");
      refuses(
          tpm.akPublic(),
          tpm.parentPublic(SoftwareTpm.PARENT_ATTRIBUTES ^ (1 << bit)),
          "AK parent: expected");
    }
  }

  @Test
  void attack07StorageKeyAsAkAndSigningKeyAsParent() {
    refuses(tpm.parentPublic(), tpm.parentPublic(), "AK: expected");
    refuses(tpm.akPublic(), tpm.akPublic(), "AK parent: expected");
    refuses(tpm.parentPublic(SoftwareTpm.AK_ATTRIBUTES), tpm.parentPublic(), "AK: expected");
    refuses(tpm.akPublic(), tpm.akPublic(SoftwareTpm.PARENT_ATTRIBUTES), "AK parent: expected");
  }

  @Test
  void refusesOtherAlgorithms() {
    Bytes ak = tpm.akPublic();
    Bytes parent = tpm.parentPublic();
    refuses(replaced(ak, "^0023", "0001"), parent, "type 0023");
    refuses(replaced(ak, "^0023000b", "00230004"), parent, "nameAlg 000b");
    refuses(replaced(ak, "0018000b", "00180004"), parent, "scheme hash 000b");
    refuses(replaced(ak, "0018000b", "001a000b"), parent, "scheme NULL or ECDSA");
    refuses(replaced(ak, "0018000b0003", "00100003"), parent, "scheme ECDSA_SHA256");
    refuses(replaced(ak, "000b00030010", "000b00040010"), parent, "curveID 0003");
    refuses(replaced(ak, "000b00030010", "000b00030022"), parent, "kdf 0010");
    refuses(ak, replaced(parent, "000600800043", "000601000043"), "keyBits 0080");
    refuses(ak, replaced(parent, "000600800043", "000600800042"), "mode 0043");
  }

  @Test
  void refusesAuthPolicy() {
    String head = "0023000b000504720000";
    refuses(
        replaced(tpm.akPublic(), head, "0023000b000504720020" + "11".repeat(32)),
        tpm.parentPublic(),
        "no authPolicy");
    refuses(
        tpm.akPublic(),
        replaced(tpm.parentPublic(), "0023000b000304720000", "0023000b000304720001aa"),
        "no authPolicy");
  }

  @Test
  void refusesPointThatIsNotOnTheCurve() {
    String x = tpm.akKey().x().toHex();
    refuses(replaced(tpm.akPublic(), x, "11".repeat(32)), tpm.parentPublic(), "point on P-256");
    String zero = "0020" + "00".repeat(32);
    refuses(
        replaced(tpm.akPublic(), "0020" + x + ".*", zero + zero),
        tpm.parentPublic(),
        "point on P-256");
    refuses(
        replaced(tpm.akPublic(), "0020" + x + ".*", "00000000"),
        tpm.parentPublic(),
        "x of at least 24 bytes");
  }
}
