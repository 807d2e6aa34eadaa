// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.protocol.AttestationResult;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.Limits;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StateApproval;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.TrustSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host's way through the API over TLS, and what is left of it after a restart. */
class LifecycleIT {
  @TempDir Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  @Test
  void hostEnrolsReleasesAndAttests() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    StateApproval approval =
        verifier
            .good(
                "POST",
                "/v1/attestations",
                null,
                host.freshEvidence(Purpose.RELEASE),
                StateApproval.Granted.class)
            .approval();
    assertThat(approval.pcrs()).containsExactly(4, 7, 15);
    AttestationResult result = host.attest();
    CompactJws token = CompactJws.parse(result.token(), "wit+jwt", Limits.TOKEN_BYTES);
    JsonNode claims = TestVerifier.decode(token.payload(), JsonNode.class);
    assertThat(claims.get("sub").asText()).isEqualTo(TestHost.AGENT.value());
    assertThat(claims.at("/signet/host").asText()).isEqualTo("host-1");
    assertThat(result.renewAfter()).isBefore(result.notAfter());
  }

  @Test
  void joinTokenAdmitsOnce() throws Exception {
    JsonNode made =
        verifier.operator(
            "POST", "/v1/join-tokens", "{\"host\":\"host-2\",\"expiresInSeconds\":60}");
    String token = made.get("joinToken").asText();
    TestHost host = new TestHost(verifier, "host-2");
    host.activate(host.beginEnrollment(token));
    TestHost other = new TestHost(verifier, "host-2");
    assertThat(verifier.reason("POST", "/v1/enrollments", null, other.enrollmentRequest(token)))
        .isEqualTo("NOT_ADMITTED");
    assertThat(verifier.operator("GET", "/v1/hosts/host-2", null).get("admittedBy").asText())
        .isEqualTo("join token of root");
  }

  @Test
  void everythingSurvivesARestart() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    host.attest();
    verifier.operator(
        "POST", "/v1/revocations", "{\"scope\":\"host\",\"value\":\"host-9\",\"reason\":\"lost\"}");
    JsonNode keys = verifier.operator("GET", "/v1/keys", null);
    TrustSnapshot before = snapshot();
    verifier.stop();
    verifier.start();
    assertThat(verifier.operator("GET", "/v1/keys", null)).isEqualTo(keys);
    assertThat(snapshot().number()).isEqualTo(before.number());
    assertThat(snapshot().revocations()).hasSize(1);
    host.attest();
    assertThat(verifier.operator("GET", "/v1/audit", null).get("decisions"))
        .extracting(d -> d.get("act").asText())
        .containsExactly("admit", "register", "enrol", "attest", "revoke", "attest");
  }

  @Test
  void snapshotKeyLiesReadyForServices() throws Exception {
    byte[] file = Files.readAllBytes(directory.resolve("data/snapshot-key.jwk.json"));
    assertThat(StrictJson.decode(file, PublicJwk.class, 4096))
        .isEqualTo(verifier.server().snapshotKey());
    assertThat(verifier.server().snapshotKeyFile())
        .isEqualTo(directory.resolve("data/snapshot-key.jwk.json"));
  }

  private TrustSnapshot snapshot() throws Exception {
    String jws =
        new String(verifier.call("GET", "/v1/trust", null, null).body(), StandardCharsets.US_ASCII);
    CompactJws parsed = CompactJws.parse(jws, TrustSnapshot.TYP, Limits.SNAPSHOT_BYTES);
    return TestVerifier.decode(parsed.payload(), TrustSnapshot.class);
  }

  @Test
  void startsWithoutAnyMakerAndAdmitsNobody() throws Exception {
    verifier.stop();
    java.nio.file.Files.delete(directory.resolve("makers/maker.der"));
    verifier.start();
    TestHost host = new TestHost(verifier, "host-1").admitted();
    assertThat(verifier.reason("POST", "/v1/enrollments", null, host.enrollmentRequest(null)))
        .isEqualTo("UNTRUSTED_TPM");
  }
}
