// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.RequestKey;
import dev.signet.attestor.ResidentKey;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.Digest;
import dev.signet.protocol.KeyCertification;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.Lease;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Signing;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code signet run} with a key that stays in the TPM, and with leases. */
class KeyUseSystemTest {
  private static final Pattern TOKEN =
      Pattern.compile("(?i)workload-identity-token: *[^.]+\\.([^.]+)\\.");
  private static Site site;

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofSeconds(10));
  }

  @AfterAll
  static void close() throws Exception {
    site.close();
  }

  private static JsonNode claims() throws Exception {
    Matcher token = TOKEN.matcher(site.tap().lastRequest());
    assertThat(token.find()).isTrue();
    return StrictJson.tree(Base64.getUrlDecoder().decode(token.group(1)), 10_000);
  }

  private static String thumbprint(JsonNode claims) throws Exception {
    return StrictJson.decode(StrictJson.encode(claims.at("/cnf/jwk")), PublicJwk.class, 1000)
        .thumbprint();
  }

  private static LaunchEvent.Start lastStart() throws Exception {
    return site.host().attestor().launchRegister(Site.REGISTER).events().stream()
        .filter(LaunchEvent.Start.class::isInstance)
        .map(LaunchEvent.Start.class::cast)
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({"RESIDENT,DIRECT", "RESIDENT,LEASE", "SEALED,LEASE"})
  void requestsAreAcceptedBeforeAndAfterRenewal(KeyProtection protection, Signing signing)
      throws Exception {
    String earlier;
    try (SignetProcess run =
        site.run("--key-protection=" + protection.wireName(), "--signing=" + signing.wireName())) {
      run.ready();
      assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
      JsonNode first = claims();
      assertThat(first.at("/signet/appraisal/key").asText()).isEqualTo(protection.wireName());
      assertThat(first.at("/signet/appraisal/signing").asText()).isEqualTo(signing.wireName());
      LaunchEvent.Start start = lastStart();
      assertThat(start.keyProtection()).isEqualTo(protection);
      assertThat(start.signing()).isEqualTo(signing);
      earlier = start.requestKey();

      JsonNode second =
          Awaitility.await("a renewed token")
              .atMost(Duration.ofMinutes(2))
              .until(
                  () -> {
                    assertThat(run.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
                    return claims();
                  },
                  claims -> claims.path("exp").asLong() > first.path("exp").asLong());
      if (signing == Signing.DIRECT) {
        assertThat(thumbprint(first)).isEqualTo(start.requestKey());
        assertThat(thumbprint(second)).isEqualTo(start.requestKey());
      } else {
        assertThat(thumbprint(first)).isNotEqualTo(start.requestKey());
        assertThat(thumbprint(second)).as("rotated").isNotEqualTo(thumbprint(first));
      }
      assertThat(site.audit().getLast().path("detail").asText() + site.audit())
          .contains("key: " + protection.wireName() + " " + start.requestKey())
          .contains("signing: " + signing.wireName());
      run.say("exit 0");
      assertThat(run.end()).isZero();
    }
    try (SignetProcess next = site.run("--key-protection=" + protection.wireName())) {
      next.ready();
      assertThat(lastStart().requestKey().equals(earlier))
          .as("made for one launch")
          .isEqualTo(protection == KeyProtection.SEALED);
    }
  }

  @Test
  void registrationMayDemandResidentKeysAndForbidLeases() throws Exception {
    site.register(
        Site.AGENT,
        new AgentRegistration.Keys(KeyProtection.RESIDENT, Signing.DIRECT),
        null,
        site.host());
    try (SignetProcess sealed = site.run()) {
      assertThat(sealed.end()).isEqualTo(1);
      assertThat(sealed.told()).anyMatch(line -> line.contains("KEY_NOT_PERMITTED"));
    }
    try (SignetProcess leased = site.run("--key-protection=resident", "--signing=lease")) {
      assertThat(leased.end()).isEqualTo(1);
      assertThat(leased.told()).anyMatch(line -> line.contains("KEY_NOT_PERMITTED"));
    }
    try (SignetProcess good = site.run("--key-protection=resident")) {
      good.ready();
      assertThat(good.ask("get " + site.toolUrl() + "/weather")).startsWith("200 ");
    }
    site.register(Site.AGENT, site.host());
  }

  /** Somebody with the launcher's rights and code, and a launch whose key is resident. */
  private record Recorded(ResidentKey key, RequestKey leased, LaunchId launch, Bytes statement)
      implements AutoCloseable {
    static Recorded start() throws Exception {
      Attestor attestor = site.host().attestor();
      ResidentKey key = attestor.createResidentKey();
      LaunchId launch = LaunchId.random(site.random());
      byte[] envelope = Files.readAllBytes(site.statement());
      attestor
          .launchRegister(Site.REGISTER)
          .append(
              new LaunchEvent.Start(
                  Site.AGENT,
                  launch,
                  Digest.hash(DsseEnvelope.parse(envelope).payload().toArray()),
                  List.of(
                      new LaunchEvent.Artifact(
                          "agent-jar", Digest.hash(Files.readAllBytes(site.jar())))),
                  "java",
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  key.publicKey().thumbprint(),
                  KeyProtection.RESIDENT,
                  Signing.LEASE,
                  Digest.hash()));
      return new Recorded(key, attestor.createLeaseKey(), launch, Bytes.of(envelope));
    }

    AttestationRequest evidence(VerifierClient client, Duration early) throws Exception {
      Attestor attestor = site.host().attestor();
      Challenge given =
          InProcessLaunch.granted(
              client.challenge(
                  new ChallengeRequest(attestor.akName(), Site.AGENT, Purpose.ATTEST)));
      Challenge challenge =
          new Challenge(
              given.nonce(),
              given.purpose(),
              given.verifier(),
              given.pcrs(),
              given.registerPcr(),
              given.expires(),
              given.serverTime().minus(early));
      return attestor.attestEvidence(
          challenge,
          Site.AGENT,
          launch,
          attestor.launchRegister(Site.REGISTER),
          statement,
          key,
          Optional.of(leased));
    }

    AttestationRequest release(VerifierClient client, PublicJwk sealed) throws Exception {
      Attestor attestor = site.host().attestor();
      Challenge challenge =
          InProcessLaunch.granted(
              client.challenge(
                  new ChallengeRequest(attestor.akName(), Site.AGENT, Purpose.RELEASE)));
      byte[] session = new byte[32];
      site.random().nextBytes(session);
      return attestor.releaseEvidence(
          challenge,
          Site.AGENT,
          launch,
          attestor.launchRegister(Site.REGISTER),
          statement,
          sealed,
          Bytes.of(session),
          Optional.of(key));
    }

    @Override
    public void close() {
      leased.close();
      key.close();
    }
  }

  private static AttestationRequest changed(
      AttestationRequest r, Bytes proof, KeyCertification certification, Lease lease) {
    return new AttestationRequest(
        r.purpose(),
        r.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        r.sessionNonce(),
        proof,
        r.logs(),
        certification,
        r.sealedKey(),
        lease);
  }

  @Test
  void attack61And42ForgedCertificationsAndLeasesGetNoToken() throws Exception {
    try (Recorded launch = Recorded.start();
        VerifierClient client = site.host().client()) {
      AttestationRequest good = launch.evidence(client, Duration.ZERO);
      assertThat(InProcessLaunch.reason(client.attest(good))).isEqualTo("granted");

      AttestationRequest next = launch.evidence(client, Duration.ZERO);
      assertThat(
              InProcessLaunch.reason(
                  client.attest(
                      changed(next, next.proofOfPossession(), good.certification(), next.lease()))))
          .as("a certification for an earlier nonce")
          .isEqualTo("BAD_KEY_CERTIFICATION");

      next = launch.evidence(client, Duration.ZERO);
      assertThat(
              InProcessLaunch.reason(
                  client.attest(
                      changed(next, next.lease().proof(), next.certification(), next.lease()))))
          .as("a lease that another key than the request key signed")
          .isEqualTo("BAD_PROOF_OF_POSSESSION");

      next = launch.evidence(client, Duration.ZERO);
      Lease notHeld =
          new Lease(next.lease().key(), next.lease().notAfter(), next.proofOfPossession());
      assertThat(
              InProcessLaunch.reason(
                  client.attest(
                      changed(next, next.proofOfPossession(), next.certification(), notHeld))))
          .as("a lease for a key that did not sign")
          .isEqualTo("BAD_LEASE");

      assertThat(InProcessLaunch.reason(client.attest(launch.evidence(client, Limits.LEASE_LIFE))))
          .as("a lease that ended")
          .isEqualTo("BAD_LEASE");
    }
  }

  /** A launch with a key of its own has the sealed one released, for the agent's secrets. */
  @Test
  void attack64RevokedSealedAndLeasedKeysAreWorthNothing() throws Exception {
    try (InProcessLaunch before = InProcessLaunch.of(site);
        Recorded launch = Recorded.start();
        VerifierClient client = site.host().client()) {
      PublicJwk sealed = before.sealedKey().publicKey();
      AttestationRequest release = launch.release(client, sealed);
      revoke("revoke", sealed);
      assertThat(InProcessLaunch.reason(client.release(release))).isEqualTo("REVOKED");
      revoke("reinstate", sealed);
      assertThat(InProcessLaunch.reason(client.release(launch.release(client, sealed))))
          .isEqualTo("granted");

      AttestationRequest leased = launch.evidence(client, Duration.ZERO);
      revoke("revoke", leased.lease().key());
      assertThat(InProcessLaunch.reason(client.attest(leased))).isEqualTo("REVOKED");
      revoke("reinstate", leased.lease().key());
    }
  }

  private static void revoke(String act, PublicJwk key) throws Exception {
    var done = site.signet(act, "key", key.thumbprint(), "--reason", "copied");
    assertThat(done.code()).as(done.err()).isZero();
  }
}
