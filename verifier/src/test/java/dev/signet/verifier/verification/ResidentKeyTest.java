// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.Lease;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Refusal;
import dev.signet.verifier.Expect;
import dev.signet.verifier.Sample;
import dev.signet.verifier.SoftwareTpm;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TPM2_Certify of a request key, written here from the specification, and leases. */
class ResidentKeyTest {
  private static final int ATTRIBUTES = 0x00040472;
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

  private final Sample sample = new Sample();
  private final VerifiedQuote quote = sample.quote(Sample.INPUT, Sample.pcrs(sample.start()));
  private final KeyPair parent = SoftwareTpm.p256();

  // What the certification says; tests change single members.
  private KeyPair key = sample.requestKeyPair;
  private int attributes = ATTRIBUTES;
  private int parentAttributes = SoftwareTpm.PARENT_ATTRIBUTES;
  private int magic = 0xff544347;
  private int type = 0x8017;
  private int hierarchy = 0x40000007;
  private byte[] input = Sample.INPUT;
  private Bytes signer = sample.tpm.qualifiedSigner(0x4000000b);
  private int resetCount = 7;
  private int restartCount = 2;
  private long firmware = 0x2019_1023_0016_3636L;
  private SoftwareTpm signing = sample.tpm;
  private byte[] tail = {};
  private byte[] policy = {};

  private static byte[] area(int attributes, KeyPair pair, boolean storage, byte[] policy) {
    PublicJwk jwk = PublicJwk.of((ECPublicKey) pair.getPublic());
    ByteBuffer out = ByteBuffer.allocate(200);
    out.putShort((short) 0x23).putShort((short) 0x0b).putInt(attributes);
    out.putShort((short) policy.length).put(policy);
    if (storage) {
      out.putShort((short) 6).putShort((short) 128).putShort((short) 0x43).putShort((short) 0x10);
    } else {
      out.putShort((short) 0x10).putShort((short) 0x18).putShort((short) 0x0b);
    }
    out.putShort((short) 3).putShort((short) 0x10);
    out.putShort((short) 32).put(jwk.x().toArray()).putShort((short) 32).put(jwk.y().toArray());
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] name(byte[]... parts) {
    return Bytes.fromHex("000b" + Digest.hash(parts).toHex()).toArray();
  }

  private KeyCertification certification() {
    byte[] area = area(attributes, key, false, policy);
    byte[] parentArea = area(parentAttributes, parent, true, new byte[0]);
    byte[] root = ByteBuffer.allocate(4).putInt(hierarchy).array();
    byte[] qualified = name(name(root, name(parentArea)), name(area));
    ByteBuffer out = ByteBuffer.allocate(500);
    out.putInt(magic).putShort((short) type);
    out.putShort((short) signer.size()).put(signer.toArray());
    out.putShort((short) 32).put(Digest.hash(input).toArray());
    out.putLong(1_000_005).putInt(resetCount).putInt(restartCount).put((byte) 1);
    out.putLong(firmware);
    out.putShort((short) 34).put(name(area)).putShort((short) 34).put(qualified).put(tail);
    byte[] attest = Arrays.copyOf(out.array(), out.position());
    return new KeyCertification(
        Bytes.of(area),
        Bytes.of(parentArea),
        Bytes.of(attest),
        SoftwareTpm.tpmtSignature(signing.sign(attest)));
  }

  private Verification<ResidentKey> verify() {
    return verify(certification());
  }

  private Verification<ResidentKey> verify(KeyCertification certification) {
    return ResidentKey.verify(
        sample.requestKey, certification, quote, Sample.INPUT, Sample.PROVIDER);
  }

  private void assertRefused(String detail) {
    assertThat(verify())
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Refusal.BAD_KEY_CERTIFICATION);
              assertThat(refused.detail()).contains(detail);
            });
  }

  @Test
  void genuineCertificationIsBelieved() {
    assertThat(Expect.authentic(verify()).key()).isEqualTo(sample.requestKey);
  }

  @Test
  void attack61CertificationOfAnotherKeyIsRefused() {
    key = SoftwareTpm.p256();
    assertRefused("got one of another key");
  }

  @Test
  void attack61PublicAreaPutInTheCertifiedOnesPlaceIsRefused() {
    KeyPair own = key;
    key = SoftwareTpm.p256();
    KeyCertification genuine = certification();
    KeyCertification swapped =
        new KeyCertification(
            Bytes.of(area(ATTRIBUTES, own, false, policy)),
            genuine.parentPublic(),
            genuine.attest(),
            genuine.signature());
    assertThat(verify(swapped))
        .isInstanceOfSatisfying(
            Verification.Refused.class, r -> assertThat(r.detail()).startsWith("name: "));
  }

  @Test
  void attack07CertificationByAnotherKeyIsRefused() {
    signing = new SoftwareTpm();
    assertRefused("expected a certification by AK");
  }

  @Test
  void attack07CertificationByTheSameKeyElsewhereIsRefused() {
    signer = sample.tpm.qualifiedSigner(0x40000001);
    assertRefused("qualifiedSigner");
  }

  @Test
  void attack07CertificationOverAnotherNonceIsRefused() {
    input = new byte[] {1};
    assertRefused("extraData");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x00040470, // not fixedTPM
        0x00040462, // not fixedParent
        0x00040452, // not sensitiveDataOrigin: made elsewhere and imported
        0x00040432, // not userWithAuth
        0x00040072, // not noDA
        0x00050472, // restricted: it could sign what looks like an attest
        0x00060472, // decrypts too
        0x00000472, // does not sign
        0x00040476, // stClear
        0x000404f2, // adminWithPolicy
        0x00040c72 // encryptedDuplication
      })
  void attack07KeyWithOtherAttributesIsRefused(int other) {
    attributes = other;
    assertRefused("request key: expected attributes");
  }

  @Test
  void attack07KeyWithAPolicyIsRefused() {
    policy = new byte[32];
    assertRefused("authPolicy");
  }

  @Test
  void attack07KeyBelowAnotherKindOfParentIsRefused() {
    parentAttributes = 0x00030470;
    assertRefused("request key's parent: expected attributes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40000001, 0x4000000b, 0x4000000c})
  void attack07KeyThatOutlivesTheBootIsRefused(int other) {
    hierarchy = other;
    assertRefused("NULL hierarchy");
  }

  @Test
  void attack07CertificationOfAnotherBootIsRefused() {
    resetCount = 8;
    assertRefused("boot");
    resetCount = 7;
    restartCount = 1;
    assertRefused("boot");
    restartCount = 2;
    firmware++;
    assertRefused("boot");
  }

  @Test
  void whatIsNoCertificationIsRefused() {
    type = 0x8018;
    assertRefused("type 8017");
    type = 0x8017;
    magic = 0;
    assertRefused("magic");
    magic = 0xff544347;
    tail = new byte[1];
    assertRefused("nothing after the last field");
  }

  @Test
  void truncatedCertificationIsRefusedWhereverItEnds() {
    KeyCertification good = certification();
    byte[] attest = good.attest().toArray();
    for (int length = 1; length < attest.length; length++) {
      Bytes shorter = Bytes.of(Arrays.copyOf(attest, length));
      KeyCertification cut =
          new KeyCertification(
              good.publicArea(),
              good.parentPublic(),
              shorter,
              SoftwareTpm.tpmtSignature(signing.sign(shorter.toArray())));
      assertThat(verify(cut)).isInstanceOf(Verification.Refused.class);
    }
  }

  @Test
  void inputThatTheQuoteDoesNotBindIsAWrongCall() {
    assertThatThrownBy(
            () ->
                ResidentKey.verify(
                    sample.requestKey, certification(), quote, new byte[1], Sample.PROVIDER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private final KeyPair leased = SoftwareTpm.p256();

  private ProvenKey proven() {
    return Expect.authentic(
        ProvenKey.verify(
            sample.requestKey,
            quote,
            Sample.INPUT,
            Bytes.of(SoftwareTpm.sign(sample.requestKeyPair, Sample.INPUT)),
            Sample.PROVIDER));
  }

  private Verification<LeasedKey> lease(Instant notAfter, KeyPair signer, KeyPair named) {
    Lease lease =
        new Lease(
            PublicJwk.of((ECPublicKey) named.getPublic()),
            notAfter,
            Bytes.of(SoftwareTpm.sign(signer, Sample.INPUT)));
    return LeasedKey.verify(proven(), lease, Sample.INPUT, NOW, Sample.PROVIDER);
  }

  private static Refusal reason(Verification<?> verification) {
    return verification instanceof Verification.Refused<?>(Refusal reason, String detail)
        ? reason
        : null;
  }

  @Test
  void leaseLastsUntilItsEndAndNotLongerThanLeasesMay() {
    Instant longest = NOW.plus(Limits.LEASE_LIFE_MAX);
    assertThat(Expect.authentic(lease(longest, leased, leased)).notAfter()).isEqualTo(longest);
    assertThat(reason(lease(NOW.plusSeconds(1), leased, leased))).isNull();
  }

  @Test
  void attack42ExpiredOrEndlessLeaseIsRefused() {
    assertThat(reason(lease(NOW, leased, leased))).isEqualTo(Refusal.BAD_LEASE);
    assertThat(reason(lease(NOW.plus(Limits.LEASE_LIFE_MAX).plusSeconds(1), leased, leased)))
        .isEqualTo(Refusal.BAD_LEASE);
  }

  @Test
  void attack61LeaseOfAKeyThatIsNotThereIsRefused() {
    assertThat(reason(lease(NOW.plusSeconds(60), SoftwareTpm.p256(), leased)))
        .isEqualTo(Refusal.BAD_LEASE);
  }

  @Test
  void leaseOfTheRequestKeyToItselfIsRefused() {
    assertThat(reason(lease(NOW.plusSeconds(60), sample.requestKeyPair, sample.requestKeyPair)))
        .isEqualTo(Refusal.BAD_LEASE);
  }

  @Test
  void leaseInOtherEvidenceIsAWrongCall() {
    Lease lease =
        new Lease(
            PublicJwk.of((ECPublicKey) leased.getPublic()),
            NOW.plusSeconds(60),
            Bytes.of(new byte[64]));
    assertThatThrownBy(() -> LeasedKey.verify(proven(), lease, new byte[1], NOW, Sample.PROVIDER))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
