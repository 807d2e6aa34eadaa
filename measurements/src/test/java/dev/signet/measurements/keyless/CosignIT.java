// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SignerPolicy;
import dev.signet.measurements.StatementDraft;
import dev.signet.measurements.StatementVerification;
import dev.signet.measurements.StatementVerifier;
import dev.signet.measurements.sigstore.TestServices;
import dev.signet.measurements.sigstore.TestSigstore;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The other implementation: cosign 3 takes what is signed here, and what it signs is taken here.
 * Where somebody has it: {@code -Dsignet.cosign=/path/to/cosign}.
 */
@EnabledIfSystemProperty(named = "signet.cosign", matches = ".+")
class CosignIT {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final TestSigstore SIGSTORE = new TestSigstore(NOW);
  private static final String TOKEN =
      TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY);

  @TempDir Path dir;

  private TestServices services;
  private Path jar;
  private Path root;
  private byte[] statement;

  @BeforeEach
  void start() throws IOException {
    services = new TestServices(SIGSTORE);
    root = Files.writeString(dir.resolve("root.json"), SIGSTORE.trustedRootJson().toString());
    jar = Files.writeString(dir.resolve("agent.jar"), "agent jar bytes");
    byte[] bytes = Files.readAllBytes(jar);
    statement =
        StatementDraft.write(
            new StatementDraft(
                    new AgentId("spiffe://example.org/agent/billing"),
                    "1.2.3",
                    3,
                    NOW.minusSeconds(60),
                    NOW.plusSeconds(3600),
                    null,
                    List.of())
                .about(
                    "agent.jar",
                    new JarMeasurement.Measured(Digest.hash(bytes), bytes.length, "acme.Agent")));
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void cosignVerifiesWhatIsSignedHere(int rekor) throws Exception {
    KeylessSigner signer =
        new KeylessSigner(
            SigningConfig.parse(services.signingConfig(rekor)),
            SIGSTORE.trustedRoot(),
            InstantSource.fixed(NOW),
            new SecureRandom());
    Path bundle =
        Files.write(
            dir.resolve("bundle.json"),
            signer.sign(statement, IdentityToken.parse(TOKEN)).bundle());
    assertThat(verify(bundle, TestSigstore.IDENTITY)).contains("Verified OK");
    assertThat(verify(bundle, TestSigstore.IDENTITY + "-evil")).doesNotContain("Verified OK");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatCosignSignsIsVerifiedHere(int rekor) throws Exception {
    Path bundle = dir.resolve("bundle.json");
    cosign(
        "attest-blob",
        "--yes",
        "--statement",
        Files.write(dir.resolve("statement.json"), statement).toString(),
        "--signing-config",
        Files.write(dir.resolve("config.json"), services.signingConfig(rekor)).toString(),
        "--trusted-root",
        root.toString(),
        "--identity-token",
        Files.writeString(dir.resolve("token"), TOKEN).toString(),
        "--bundle",
        bundle.toString());
    SignerPolicy policy =
        SignerPolicy.keyless(List.of(), List.of(TestSigstore.SIGNER), SIGSTORE.trustedRoot());
    assertThat(StatementVerifier.verify(Files.readAllBytes(bundle), policy, NOW))
        .isInstanceOfSatisfying(
            StatementVerification.Verified.class,
            v -> assertThat(v.statement().payloadDigest()).isEqualTo(Digest.hash(statement)));
  }

  /** A bundle that names its signer by a key, as a pinned signer's envelope does. */
  @Test
  void whatCosignSignsWithAKeyIsVerifiedHere() throws Exception {
    cosign("generate-key-pair", "--output-key-prefix", dir.resolve("ci").toString());
    Path bundle = dir.resolve("bundle.json");
    cosign(
        "attest-blob",
        "--yes",
        "--key",
        dir.resolve("ci.key").toString(),
        "--statement",
        Files.write(dir.resolve("statement.json"), statement).toString(),
        "--signing-config",
        Files.write(dir.resolve("config.json"), services.signingConfig(2)).toString(),
        "--trusted-root",
        root.toString(),
        "--bundle",
        bundle.toString());
    SignerPolicy policy = SignerPolicy.pinned(List.of(KeyFiles.readPublic(dir.resolve("ci.pub"))));
    assertThat(StatementVerifier.verify(Files.readAllBytes(bundle), policy, NOW))
        .isInstanceOf(StatementVerification.Verified.class);
  }

  private String verify(Path bundle, String identity) throws IOException, InterruptedException {
    return cosign(
        "verify-blob-attestation",
        "--bundle",
        bundle.toString(),
        "--trusted-root",
        root.toString(),
        "--certificate-identity",
        identity,
        "--certificate-oidc-issuer",
        TestSigstore.ISSUER,
        "--type",
        ReferenceStatement.PREDICATE_TYPE,
        jar.toString());
  }

  private String cosign(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("signet.cosign")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(dir.toFile());
    builder.environment().put("HOME", dir.toString());
    builder.environment().put("COSIGN_PASSWORD", "");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
