// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Purpose;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents whose reference statements CI signs with Sigstore. */
class KeylessStatementsIT {
  private static final TestSigstore SIGSTORE =
      new TestSigstore(Instant.now().truncatedTo(ChronoUnit.SECONDS));

  @TempDir Path directory;
  private TestVerifier verifier;
  private TestHost host;
  private byte[] payload;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(
        directory.resolve("trusted_root.json"), SIGSTORE.trustedRootJson().toString());
    verifier = new TestVerifier(directory);
    verifier.extraConfig = "sigstore: {trustedRoot: trusted_root.json}";
    verifier.start();
    host = new TestHost(verifier, "host-1").ready();
    payload = DsseEnvelope.parse(host.statement.toArray()).payload().toArray();
    register(identity(""));
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  @Test
  void keylessStatementIsGood() throws Exception {
    host.statement = Bytes.of(SIGSTORE.bundle().statement(payload).encode());
    host.attest();
    host.attest(); // the second time it is remembered
    host.statement = Bytes.of(SIGSTORE.bundle().inRekor2().statement(payload).encode());
    host.attest();
  }

  @Test
  void attack52KeylessStatementBySomebodyElse() throws Exception {
    host.statement =
        Bytes.of(
            SIGSTORE
                .bundle()
                .by(TestSigstore.ISSUER, "https://ci.test.invalid/evil")
                .statement(payload)
                .encode());
    refused();
    host.statement =
        Bytes.of(
            new TestSigstore(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                .bundle()
                .statement(payload)
                .encode());
    refused();
  }

  @Test
  void attack52KeylessStatementByAnotherBuilder() throws Exception {
    register(identity(",\"claims\":{\"runnerEnvironment\":\"github-hosted\"}"));
    host.statement =
        Bytes.of(SIGSTORE.bundle().claiming(11, "self-hosted").statement(payload).encode());
    refused();
    host.statement =
        Bytes.of(SIGSTORE.bundle().claiming(11, "github-hosted").statement(payload).encode());
    host.attest();
  }

  @Test
  void attack52SameNameOfAnotherIssuer() throws Exception {
    host.statement =
        Bytes.of(
            SIGSTORE
                .bundle()
                .by("https://issuer.test.invalid/other", TestSigstore.IDENTITY)
                .statement(payload)
                .encode());
    refused();
  }

  /** What was good is remembered by its bytes, and with what was asked of its signer. */
  @Test
  void memoryOfAGoodStatementHelpsNoOther() throws Exception {
    Bytes good =
        Bytes.of(SIGSTORE.bundle().claiming(11, "self-hosted").statement(payload).encode());
    host.statement = good;
    host.attest();
    host.statement =
        Bytes.of(
            SIGSTORE
                .bundle()
                .by(TestSigstore.ISSUER, "https://ci.test.invalid/evil")
                .statement(payload)
                .encode());
    refused();
    host.statement = good;
    register(identity(",\"claims\":{\"runnerEnvironment\":\"github-hosted\"}"));
    refused();
  }

  /** What was good under one registration is not good under the next because it was remembered. */
  @Test
  void identityTakenBackIsNotRemembered() throws Exception {
    host.statement = Bytes.of(SIGSTORE.bundle().statement(payload).encode());
    host.attest();
    register(identity("").replace("release.yml", "other.yml"));
    refused();
  }

  @Test
  void registrationIsShownAsItWasGiven() throws Exception {
    var shown = verifier.operator("GET", "/v1/registrations?agent=" + TestHost.AGENT, null);
    var identity = shown.path("registration").path("identities").path(0);
    assertThat(identity.path("identity").asText()).isEqualTo(TestSigstore.IDENTITY);
    assertThat(identity.path("issuer").asText()).isEqualTo(TestSigstore.ISSUER);
    assertThat(identity.has("claims")).isFalse();
  }

  @Test
  void registrationWithoutAnySignerIsRefused() throws Exception {
    for (String signers :
        new String[] {
          "",
          "\"signers\":[],",
          "\"identities\":[],",
          "\"identities\":[{\"issuer\":\"https://i\"}],",
          "\"identities\":[{\"issuer\":\"https://i\",\"identity\":\"https://*\"}],",
          "\"identities\":[{\"issuer\":\"https://i\",\"identity\":\"x\",\"claims\":{\"a\":\"b\"}}],"
        }) {
      assertThat(
              verifier.reason(
                  "PUT",
                  "/v1/registrations?agent=" + TestHost.AGENT,
                  TestVerifier.OPERATOR,
                  body(signers).getBytes(StandardCharsets.UTF_8)))
          .as(signers)
          .isEqualTo("MALFORMED_MESSAGE");
    }
  }

  @Test
  void verifierWithoutATrustedRootTakesNoKeylessSigners() throws Exception {
    verifier.stop();
    verifier.extraConfig = "";
    verifier.start();
    assertThat(
            verifier.reason(
                "PUT",
                "/v1/registrations?agent=" + TestHost.AGENT,
                TestVerifier.OPERATOR,
                body(identity("")).getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("MALFORMED_MESSAGE");
    host.statement = Bytes.of(SIGSTORE.bundle().statement(payload).encode());
    refused();
  }

  @Test
  void verifierDoesNotStartWithATrustedRootThatItCannotUse() throws Exception {
    verifier.stop();
    Files.writeString(directory.resolve("trusted_root.json"), "{}");
    assertThatThrownBy(() -> verifier.start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("trusted_root.json", "mediaType");
  }

  private void refused() throws Exception {
    assertThat(host.refused(host.freshEvidence(Purpose.ATTEST))).isEqualTo("STATEMENT_UNTRUSTED");
  }

  private void register(String signers) throws Exception {
    verifier.operator("PUT", "/v1/registrations?agent=" + TestHost.AGENT, body(signers));
  }

  private static String identity(String more) {
    return "\"identities\":[{\"issuer\":\""
        + TestSigstore.ISSUER
        + "\",\"identity\":\""
        + TestSigstore.IDENTITY
        + "\""
        + more
        + "}],";
  }

  private static String body(String signers) {
    return "{\"hosts\":[\"host-1\"],"
        + signers
        + "\"boot\":{\"waived\":\"software TPM\"},\"launcher\":{\"waived\":\"test\"}}";
  }
}
