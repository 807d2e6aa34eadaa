// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected digests came from TPM2_PolicyGetDigest of libtpms, but where a test says otherwise. */
class PolicyDigestTest {
  private static final byte[] ZERO = new byte[32];
  private static final Bytes KEY_NAME =
      Bytes.fromHex("000b282112d0f4cb2cb242594a501dd25ad08ff68be8a89a4c46dacdd3f2b93910e7");
  private static final Bytes POLICY_REF = Bytes.fromHex("07".repeat(32));

  private static PolicyDigest pcrs() {
    Digest pcr15 =
        Digest.parseHex("31b99a9f5e05fd1580aeb426ab783a6d47337896d597d012aa7ccfafa7c6a6c2");
    return PolicyDigest.start()
        .pcr(PcrSelection.of(List.of(15, 0, 7)), Digest.hash(ZERO, ZERO, pcr15.toArray()));
  }

  @Test
  void policyPcrAndClockAndAuthValueAreTheTpms() {
    assertThat(pcrs().value().toHex())
        .isEqualTo("de834025f431768166dd7596ccc25d84a5c044a0b8b7438fc7c4165d1cced62c");
    PolicyDigest clock = pcrs().clockAtMost(90_000_000);
    assertThat(clock.value().toHex())
        .isEqualTo("1e99668819263f5e4239ef1dbd9bf8794d990db6c92fda735a23072365507d26");
    assertThat(clock.authValue().value().toHex())
        .isEqualTo("bb88bf3c033202bcf3ec8c253e641605008b549b5ac15bdf0961683056c06b5a");
  }

  @Test
  void sealedKeysPolicyIsTheTpms() {
    PolicyDigest authorized = PolicyDigest.authorize(KEY_NAME, POLICY_REF);
    assertThat(authorized.value().toHex())
        .isEqualTo("e6aca810cc6bb67c1c6fcc2974f9efc9584e113a38560f32e81395b71ad2d2a5");
    PolicyDigest signed = authorized.signed(KEY_NAME, POLICY_REF);
    assertThat(signed.value().toHex())
        .isEqualTo("1ce2e50214462ff8c8487e00afe0fcbc3b06841f19f8d1160b6bf7d25ec1bfce");
    assertThat(signed.authValue().value().toHex())
        .isEqualTo("6302e8a3327c4ff5b0614baf276b335d6bd09b55ce0c16abbec2e7821dadebef");
  }

  /** From a separate script: the tool that captured the others compares four bytes only. */
  @Test
  void attack57SameBootCoversBothCounters() {
    assertThat(PolicyDigest.start().sameBoot(2, 1).value().toHex())
        .isEqualTo("9c2fed6177a56fabd601311f225f61916f3b56bd07ac3900cec7396af7ff42bc");
    assertThat(PolicyDigest.start().sameBoot(2, 1).value())
        .isNotEqualTo(PolicyDigest.start().sameBoot(2, 0).value());
  }

  /** From a separate script. */
  @Test
  void namesApprovalKey() {
    PublicJwk key =
        PublicJwk.ofPoint(
            Bytes.fromHex(
                    "54870819a38f2eccf907b8d136ab98a6bb7dfa51ade9b63cd4790d3dc923638f"
                        + "c93c2e6374d91ea45bb1a8493fa3259650e29f077343f14c6ae3067897f1bb1c")
                .toArray());
    assertThat(TpmNames.ofApprovalKey(key).toHex())
        .isEqualTo("000b55a34726c9ebdba63519fb477bb4b9c1aa63b69f8f9b40fcd2467a583eb5ef61");
  }
}
