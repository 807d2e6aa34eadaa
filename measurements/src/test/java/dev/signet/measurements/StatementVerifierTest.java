// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static dev.signet.measurements.Statements.NOW;
import static dev.signet.measurements.Statements.RANDOM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.StatementVerification.Refused;
import dev.signet.measurements.StatementVerification.Verified;
import dev.signet.measurements.dsse.PreAuthenticationEncoding;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.Refusal;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatementVerifierTest {
  private static final SigningKey CI = SigningKey.generate(RANDOM);
  private static final SigningKey STRANGER = SigningKey.generate(RANDOM);
  private static final SignerPolicy POLICY = SignerPolicy.pinned(List.of(CI.publicKey()));
  private static final byte[] PAYLOAD = Statements.payload(3);

  @TempDir Path dir;

  @Test
  void verifiesWhatThePinnedSignerSigned() throws Exception {
    VerifiedStatement verified = verified(CI.sign(PAYLOAD, RANDOM).encode());
    assertThat(verified.statement()).isEqualTo(ReferenceStatement.parse(PAYLOAD));
    assertThat(verified.payloadDigest()).isEqualTo(Digest.hash(PAYLOAD));
    assertThat(verified.signer()).isEqualTo(CI.publicKey().thumbprint());
    assertThat(verified.signers()).containsExactly(CI.publicKey().thumbprint());
  }

  @Test
  void refusesAStrangersSignature() throws Exception {
    assertRefused(STRANGER.sign(PAYLOAD, RANDOM).encode(), Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void refusesAStrangerWhoUsesOurKeyId() throws Exception {
    DsseEnvelope foreign = STRANGER.sign(PAYLOAD, RANDOM);
    Bytes sig = foreign.signatures().getFirst().sig();
    assertRefused(
        with(foreign, new DsseEnvelope.Signature(CI.publicKey().thumbprint(), sig)),
        Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void keyIdIsOnlyAHint() throws Exception {
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    Bytes sig = ours.signatures().getFirst().sig();
    for (String keyid : List.of("", "somebody-else", STRANGER.publicKey().thumbprint())) {
      assertThat(verified(with(ours, new DsseEnvelope.Signature(keyid, sig)))).isNotNull();
    }
  }

  @Test
  void aStrangersSignatureBesideOursDoesNoHarm() throws Exception {
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    VerifiedStatement verified =
        verified(
            with(
                ours,
                STRANGER.sign(PAYLOAD, RANDOM).signatures().getFirst(),
                new DsseEnvelope.Signature("", Bytes.utf8("not DER at all")),
                ours.signatures().getFirst()));
    assertThat(verified.signers()).containsExactly(CI.publicKey().thumbprint());
  }

  @Test
  void namesEveryPinnedSignerOnce() throws Exception {
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    byte[] both =
        with(
            ours,
            STRANGER.sign(PAYLOAD, RANDOM).signatures().getFirst(),
            ours.signatures().getFirst(),
            CI.sign(PAYLOAD, RANDOM).signatures().getFirst());
    SignerPolicy policy =
        SignerPolicy.pinned(
            List.of(CI.publicKey(), STRANGER.publicKey(), CI.publicKey().withKid()));
    assertThat(StatementVerifier.verify(both, policy, NOW))
        .isInstanceOfSatisfying(
            Verified.class,
            v ->
                assertThat(v.statement().signers())
                    .containsExactly(
                        CI.publicKey().thumbprint(), STRANGER.publicKey().thumbprint()));
  }

  @Test
  void silenceAboutSignersRefuses() throws Exception {
    byte[] envelope = CI.sign(PAYLOAD, RANDOM).encode();
    assertThat(StatementVerifier.verify(envelope, SignerPolicy.pinned(List.of()), NOW))
        .isEqualTo(
            new Refused(
                Refusal.STATEMENT_UNTRUSTED, "expected a pinned signer, but none is configured"));
  }

  @Test
  void refusesAChangedPayload() throws Exception {
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    String changed = new String(PAYLOAD, StandardCharsets.UTF_8).replace("\"--serve\"", "\"-s\"");
    DsseEnvelope forged =
        new DsseEnvelope(ours.payloadType(), Bytes.utf8(changed), ours.signatures());
    assertRefused(forged.encode(), Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void refusesASignatureOverThePayloadAlone() throws Exception {
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(CI.secret());
    ecdsa.update(PAYLOAD);
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    assertRefused(
        with(ours, new DsseEnvelope.Signature("", Bytes.of(ecdsa.sign()))),
        Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void refusesAnotherPayloadTypeEvenIfSigned() throws Exception {
    DsseEnvelope other = signedAs("application/json", PAYLOAD);
    assertRefused(other.encode(), Refusal.STATEMENT_MALFORMED);
  }

  @Test
  void refusesToTakeAnotherTypesSignatureForOurs() throws Exception {
    DsseEnvelope other = signedAs("application/json", PAYLOAD);
    DsseEnvelope relabelled =
        new DsseEnvelope(ReferenceStatement.PAYLOAD_TYPE, other.payload(), other.signatures());
    assertRefused(relabelled.encode(), Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void refusesZeroSignature() throws Exception {
    DsseEnvelope ours = CI.sign(PAYLOAD, RANDOM);
    assertRefused(
        with(ours, new DsseEnvelope.Signature("", Bytes.fromHex("3006020100020100"))),
        Refusal.STATEMENT_UNTRUSTED);
  }

  @Test
  void refusesASignedPayloadThatIsNoStatement() throws Exception {
    for (String payload :
        List.of(
            "",
            "{}",
            text().replace("reference-values/v1", "reference-values/v2"),
            text().replace("Statement/v1", "Statement/v0.1"),
            text().replace("\"size\"", "\"unknown\" : 1, \"size\""),
            text().replace("\"securityVersion\" : 3", "\"securityVersion\" : -1"),
            text() + "{}")) {
      DsseEnvelope envelope =
          signedAs(ReferenceStatement.PAYLOAD_TYPE, payload.getBytes(StandardCharsets.UTF_8));
      assertRefused(envelope.encode(), Refusal.STATEMENT_MALFORMED);
    }
  }

  @Test
  void forgottenArgumentsDoNotAllowAny() throws Exception {
    String forgotten = text().replace("\"arguments\" : [ \"--serve\" ],", "");
    assertThat(forgotten).isNotEqualTo(text());
    byte[] payload = forgotten.getBytes(StandardCharsets.UTF_8);
    assertRefused(
        signedAs(ReferenceStatement.PAYLOAD_TYPE, payload).encode(), Refusal.STATEMENT_MALFORMED);
    assertThatThrownBy(() -> CI.sign(payload, RANDOM))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesWhatIsNoEnvelope() {
    assertRefused(PAYLOAD, Refusal.STATEMENT_MALFORMED);
    assertRefused(new byte[0], Refusal.STATEMENT_MALFORMED);
  }

  @Test
  void attack51ExpiredStatementIsRefused() throws Exception {
    byte[] envelope = CI.sign(PAYLOAD, RANDOM).encode();
    var validity = ReferenceStatement.parse(PAYLOAD).predicate().validity();
    assertThat(StatementVerifier.verify(envelope, POLICY, validity.notAfter().minusSeconds(1)))
        .isInstanceOf(Verified.class);
    assertThat(StatementVerifier.verify(envelope, POLICY, validity.notBefore()))
        .isInstanceOf(Verified.class);
    for (var outside : List.of(validity.notAfter(), validity.notBefore().minusSeconds(1))) {
      assertThat(StatementVerifier.verify(envelope, POLICY, outside))
          .isInstanceOfSatisfying(
              Refused.class,
              r -> {
                assertThat(r.reason()).isEqualTo(Refusal.STATEMENT_EXPIRED);
                assertThat(r.detail()).contains(validity.notAfter().toString(), "now is");
              });
    }
  }

  @Test
  void attack51OlderBuildShowsItsSecurityVersion() throws Exception {
    VerifiedStatement older = verified(CI.sign(Statements.payload(2), RANDOM).encode());
    VerifiedStatement newer = verified(CI.sign(Statements.payload(3), RANDOM).encode());
    assertThat(older.securityVersion()).isEqualTo(2);
    assertThat(newer.securityVersion()).isEqualTo(3);
  }

  @Test
  void attack52StatementIsAboutTheFileThatWouldBeOpened() throws Exception {
    Path jar = TestJars.withManifest(dir.resolve("agent.jar"), TestJars.GOOD);
    var measured = (JarMeasurement.Measured) JarRuler.measure(jar);
    byte[] payload = StatementDraft.write(Statements.draft(3).about("agent.jar", measured));
    VerifiedStatement verified = verified(CI.sign(payload, RANDOM).encode());
    assertThat(verified.approves(measured)).isTrue();

    // The build's output is exchanged after it was signed.
    Files.delete(jar);
    TestJars.withManifest(jar, TestJars.GOOD + "X-Evil: yes\r\n");
    assertThat(verified.approves((JarMeasurement.Measured) JarRuler.measure(jar))).isFalse();
  }

  @Test
  void attack52AnotherFileOfTheSameSizeIsNotApproved() throws Exception {
    VerifiedStatement verified = verified(CI.sign(PAYLOAD, RANDOM).encode());
    Digest other = Digest.hash(new byte[] {1, 2, 3});
    assertThat(verified.approves(new JarMeasurement.Measured(other, 3, "acme.Agent"))).isFalse();
  }

  @Test
  void attack52SizeMustMatchToo() throws Exception {
    VerifiedStatement verified = verified(CI.sign(PAYLOAD, RANDOM).encode());
    assertThat(verified.approves(Statements.JAR)).isTrue();
    assertThat(
            verified.approves(
                new JarMeasurement.Measured(Statements.JAR.digest(), 4, "acme.Agent")))
        .isFalse();
  }

  @Test
  void nobodyElseCanMakeAVerifiedStatement() {
    for (Constructor<?> constructor : VerifiedStatement.class.getDeclaredConstructors()) {
      assertThat(Modifier.isPublic(constructor.getModifiers())).isFalse();
      assertThat(Modifier.isProtected(constructor.getModifiers())).isFalse();
    }
    assertThat(Modifier.isFinal(VerifiedStatement.class.getModifiers())).isTrue();
  }

  @Test
  void refusesToSignWhatIsNoStatement() {
    assertThatThrownBy(() -> CI.sign(new byte[] {'{', '}'}, RANDOM))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void refusesToSignWhatWouldBeTooLargeToVerify() {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      arguments.add("argument" + i);
    }
    StatementDraft draft =
        new StatementDraft(
            Statements.AGENT, null, 1, NOW, NOW.plusSeconds(9), arguments, List.of());
    byte[] payload = StatementDraft.write(draft.about("a.jar", Statements.JAR));
    assertThatThrownBy(() -> CI.sign(payload, RANDOM))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most");
  }

  @Test
  void refusesToSignWithHalvesOfTwoKeys() {
    SigningKey mixed = new SigningKey(CI.secret(), STRANGER.publicKey());
    assertThatThrownBy(() -> mixed.sign(PAYLOAD, RANDOM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belong together");
  }

  @Property(tries = 300)
  void anyChangedBitIsRefusedOrChangesNothing(
      @ForAll @IntRange(max = 1 << 20) int at, @ForAll @IntRange(max = 7) int bit)
      throws MalformedMessageException {
    byte[] envelope = ENVELOPE.clone();
    envelope[at % envelope.length] ^= (byte) (1 << bit);
    // A keyid is signed by nobody; everything else must hold.
    if (StatementVerifier.verify(envelope, POLICY, NOW) instanceof Verified v) {
      assertThat(v.statement().payloadDigest()).isEqualTo(Digest.hash(PAYLOAD));
    }
  }

  private static final byte[] ENVELOPE = signed();

  private static byte[] signed() {
    try {
      return CI.sign(PAYLOAD, RANDOM).encode();
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  private static String text() {
    return new String(PAYLOAD, StandardCharsets.UTF_8);
  }

  private static DsseEnvelope signedAs(String type, byte[] payload) throws Exception {
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(CI.secret());
    ecdsa.update(PreAuthenticationEncoding.of(type, payload));
    return new DsseEnvelope(
        type, Bytes.of(payload), List.of(new DsseEnvelope.Signature("", Bytes.of(ecdsa.sign()))));
  }

  private static byte[] with(DsseEnvelope envelope, DsseEnvelope.Signature... signatures) {
    return new DsseEnvelope(envelope.payloadType(), envelope.payload(), List.of(signatures))
        .encode();
  }

  private static VerifiedStatement verified(byte[] envelope) {
    StatementVerification result = StatementVerifier.verify(envelope, POLICY, NOW);
    assertThat(result).isInstanceOf(Verified.class);
    return ((Verified) result).statement();
  }

  private static void assertRefused(byte[] envelope, Refusal reason) {
    assertThat(StatementVerifier.verify(envelope, POLICY, NOW))
        .isInstanceOfSatisfying(
            Refused.class, r -> assertThat(r.reason()).as(r.detail()).isEqualTo(reason));
  }
}
