// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.attestor.AgentSecrets.Opened;
import dev.signet.attestor.AgentSecrets.Put;
import dev.signet.attestor.ReleaseOutcome.Released;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An agent's secrets on a host with a TPM: who can put them, and who gets them out. */
class AgentSecretsIT extends WithSealedKey {
  private static final AgentId OTHER = new AgentId("spiffe://example.org/agent/other");
  private static final SecretName LLM = new SecretName("llm");
  private static final String VALUE = "sk-live-0123456789abcdef";
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00.987654321Z");

  private AgentSecrets secrets() throws IOException {
    return host.attestor().secrets(TestHost.AGENT);
  }

  private Put put(SecretName name, String value) throws IOException {
    return put(key, name, value);
  }

  private Put put(SealedKey to, SecretName name, String value) throws IOException {
    try (SecretValue secret = SecretValue.of(value.getBytes(StandardCharsets.US_ASCII))) {
      return host.attestor().secrets(to.agent()).put(to, name, secret, NOW, TestHost.RANDOM);
    }
  }

  /** The value, or why not. */
  private String opened(AgentSecrets from, SecretName name) throws IOException {
    try (RequestKey released = ((Released) release(terms -> terms)).key()) {
      return switch (from.open(name, released.secretsKey())) {
        case Opened.Value(SecretValue value) -> {
          try (value) {
            yield new String(value.copy(), StandardCharsets.US_ASCII);
          }
        }
        case Opened.Missing() -> "missing";
        case Opened.Refused(String detail) -> detail;
      };
    }
  }

  private Path file(AgentId agent, SecretName name) {
    String directory = Digest.hash(agent.value().getBytes(StandardCharsets.UTF_8)).toHex();
    return host.state().resolve("secrets").resolve(directory).resolve(name + ".json");
  }

  private SealedSecret read(AgentId agent, SecretName name) throws Exception {
    return StrictJson.decode(Files.readAllBytes(file(agent, name)), SealedSecret.class, 1 << 16);
  }

  @Test
  void isPutWithoutAReleaseAndOpenedAfterOneInTheApprovedState() throws Exception {
    assertThat(put(LLM, VALUE)).isEqualTo(Put.ADDED);
    assertThat(opened(secrets(), LLM)).isEqualTo(VALUE);

    assertThat(put(LLM, "sk-live-rotated")).isEqualTo(Put.REPLACED);
    assertThat(opened(secrets(), LLM)).isEqualTo("sk-live-rotated");
    secrets().used(LLM, NOW.plusSeconds(90));
    assertThat(secrets().list())
        .containsExactly(
            new AgentSecrets.Listed(
                LLM,
                Instant.parse("2026-11-28T12:00:00Z"),
                Optional.of(Instant.parse("2026-11-28T12:01:30Z")),
                15,
                key.secretsKey().thumbprint()));

    assertThat(secrets().remove(LLM)).isTrue();
    assertThat(secrets().remove(LLM)).isFalse();
    secrets().used(LLM, NOW);
    assertThat(opened(secrets(), LLM)).isEqualTo("missing");
    assertThat(secrets().list()).isEmpty();
  }

  @Test
  void tpmKeepsTheKeyToSecretsInAnotherState() throws Exception {
    put(LLM, VALUE);
    ReleaseOutcome outcome =
        release(
            terms -> {
              var other = new TreeMap<>(terms.pcrs());
              other.put(15, Digest.hash(new byte[1]));
              return terms.withPcrs(other);
            });
    assertThat(reason(outcome)).isEqualTo(ReleaseOutcome.Reason.STATE_NOT_APPROVED);
  }

  @Test
  void diskHoldsNoSecretAndOnlyTheOwnerReadsIt() throws Exception {
    put(LLM, VALUE);
    secrets().used(LLM, NOW);
    try (Stream<Path> files = Files.walk(host.state())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] content = Files.readAllBytes(file);
        assertThat(new String(content, StandardCharsets.ISO_8859_1)).doesNotContain(VALUE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void isNotOpenedUnderAnotherName() throws Exception {
    SecretName cheap = new SecretName("cheap");
    put(LLM, VALUE);
    put(cheap, "sk-test-worthless");
    SealedSecret s = read(TestHost.AGENT, LLM);
    Files.write(file(TestHost.AGENT, cheap), StrictJson.encode(s));
    assertThat(opened(secrets(), cheap)).contains("that of another name");
    SealedSecret renamed =
        new SealedSecret(
            s.version(),
            s.agent(),
            cheap,
            s.put(),
            s.bytes(),
            s.key(),
            s.encapsulated(),
            s.ciphertext());
    Files.write(file(TestHost.AGENT, cheap), StrictJson.encode(renamed));
    assertThat(opened(secrets(), cheap)).contains("that of another name");
  }

  @Test
  void isNotOpenedAsOfAnotherTime() throws Exception {
    put(LLM, VALUE);
    SealedSecret s = read(TestHost.AGENT, LLM);
    SealedSecret later =
        new SealedSecret(
            s.version(),
            s.agent(),
            s.name(),
            NOW.plusSeconds(60),
            s.bytes(),
            s.key(),
            s.encapsulated(),
            s.ciphertext());
    Files.write(file(TestHost.AGENT, LLM), StrictJson.encode(later));
    assertThat(opened(secrets(), LLM)).contains("was changed");
  }

  @Test
  void isNotOpenedByAnotherAgentOfTheHost() throws Exception {
    SealedKey others = host.attestor().createSealedKey(OTHER, verifier.approvalKey());
    put(others, LLM, VALUE);
    put(LLM, "sk-of-the-first");
    Files.copy(
        file(OTHER, LLM),
        file(TestHost.AGENT, LLM),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(opened(secrets(), LLM)).contains("an earlier key of this agent");
    assertThat(opened(host.attestor().secrets(OTHER), LLM)).contains("an earlier key");
  }

  /** Even one key for two agents would not do: the agent is part of what is encrypted for. */
  @Test
  void isNotOpenedForAnotherAgentWithTheSameKey() throws Exception {
    put(LLM, VALUE);
    Files.createDirectories(file(OTHER, LLM).getParent());
    Files.copy(file(TestHost.AGENT, LLM), file(OTHER, LLM));
    Files.setPosixFilePermissions(
        file(OTHER, LLM).getParent(), PosixFilePermissions.fromString("rwx------"));
    assertThat(opened(host.attestor().secrets(OTHER), LLM)).contains("another name, agent or host");
  }

  @Test
  void isNotOpenedOnAnotherHost() throws Exception {
    put(LLM, VALUE);
    try (TestHost twin = TestHost.provisioned(directory.resolve("b"))) {
      AgentSecrets there = twin.attestor().secrets(TestHost.AGENT);
      Files.copy(
          file(TestHost.AGENT, LLM),
          twin.state().resolve(host.state().relativize(file(TestHost.AGENT, LLM))));
      // Not even with the first host's key in hand: the AK's Name is bound in.
      assertThat(opened(there, LLM)).contains("another name, agent or host");
    }
  }

  @Test
  void keyMadeAnewDoesNotOpenWhatWasPutBefore() throws Exception {
    put(LLM, VALUE);
    key = host.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
    assertThat(opened(secrets(), LLM)).contains("an earlier key");
    assertThat(secrets().list().getFirst().key()).isNotEqualTo(key.secretsKey().thumbprint());
  }

  /**
   * Whoever writes to the disk, but cannot use the TPM, would have secrets encrypted to himself.
   */
  @Test
  void encryptsToNoKeyThatTheTpmDidNotSeal() throws Exception {
    SealedKeyState state = key.state();
    PublicJwk strangers = PublicJwk.of((ECPublicKey) TestVerifier.keyPair().getPublic());
    SealedKey swapped = withSecretsKey(strangers, state.publicArea());
    assertThatThrownBy(() -> put(swapped, LLM, VALUE))
        .isInstanceOf(AttestorException.class)
        .hasMessageContaining("not what this TPM sealed");

    byte[] area = state.publicArea().toArray();
    byte[] policy =
        PolicyDigest.sealedKey(
            PolicyDigest.approvalKey(key.approvalKey()).name(),
            key.policyRef().toArray(),
            key.host().keys().srk().name(),
            SecretsKey.ref(strangers));
    System.arraycopy(policy, 0, area, 10, 32);
    SealedKey consistent = withSecretsKey(strangers, Bytes.of(area));
    assertThatThrownBy(() -> put(consistent, LLM, VALUE))
        .isInstanceOf(AttestorException.class)
        .hasMessageContaining("not what this TPM sealed");
    assertThat(secrets().list()).isEmpty();
  }

  @Test
  void swappedSecretsKeyIsNotReleasedEither() throws Exception {
    PublicJwk strangers = PublicJwk.of((ECPublicKey) TestVerifier.keyPair().getPublic());
    key = withSecretsKey(strangers, key.state().publicArea());
    assertThat(reason(release(terms -> terms))).isEqualTo(ReleaseOutcome.Reason.OTHER_KEY);
  }

  private SealedKey withSecretsKey(PublicJwk secretsKey, Bytes publicArea) {
    SealedKeyState state = key.state();
    return new SealedKey(
        key.host(),
        new SealedKeyState(
            state.version(),
            state.agent(),
            state.point(),
            Bytes.of(secretsKey.point()),
            state.approvalPoint(),
            state.auth(),
            publicArea,
            state.privatePart()));
  }

  @Test
  void keepsTheKeyUnlessAnotherApprovalKeyIsToReleaseIt() throws Exception {
    SealedKey kept = host.attestor().keepOrCreateSealedKey(TestHost.AGENT, verifier.approvalKey());
    assertThat(kept.publicKey()).isEqualTo(key.publicKey());
    PublicJwk another = new TestVerifier().approvalKey();
    SealedKey made = host.attestor().keepOrCreateSealedKey(TestHost.AGENT, another);
    assertThat(made.publicKey()).isNotEqualTo(key.publicKey());
    assertThat(made.approvalKey().thumbprint()).isEqualTo(another.thumbprint());
  }

  @Test
  void keyOfTheVersionWithoutSecretsCountsAsNone() throws Exception {
    SealedKeyState state = key.state();
    SealedKeyState old =
        new SealedKeyState(
            1,
            state.agent(),
            state.point(),
            null,
            state.approvalPoint(),
            state.auth(),
            state.publicArea(),
            state.privatePart());
    Files.write(
        host.state().resolve("keys").resolve(SealedKeyState.file(TestHost.AGENT)),
        StrictJson.encode(old));
    assertThat(host.attestor().sealedKey(TestHost.AGENT)).isEmpty();
  }

  @Test
  void boundsTheNumberOfSecretsButNotTheirRotation() throws Exception {
    put(LLM, VALUE);
    byte[] one = Files.readAllBytes(file(TestHost.AGENT, LLM));
    for (int i = 1; i < AgentSecrets.MOST; i++) {
      Files.write(file(TestHost.AGENT, new SecretName("s" + i)), one);
    }
    assertThat(put(new SecretName("one-more"), VALUE)).isEqualTo(Put.FULL);
    assertThat(put(LLM, "sk-live-rotated")).isEqualTo(Put.REPLACED);
  }

  @Test
  void stampChangesWithEveryPutAndGoesWithARemoval() throws Exception {
    assertThat(secrets().stamp(LLM)).isEmpty();
    put(LLM, VALUE);
    List<Optional<AgentSecrets.Stamp>> seen = new java.util.ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Optional<AgentSecrets.Stamp> now = secrets().stamp(LLM);
      assertThat(now).isPresent().isEqualTo(secrets().stamp(LLM));
      assertThat(seen).doesNotContain(now);
      seen.add(now);
      put(LLM, VALUE);
    }
    secrets().remove(LLM);
    assertThat(secrets().stamp(LLM)).isEmpty();
  }
}
