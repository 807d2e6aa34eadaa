// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.measurements.sigstore.SignerIdentity;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.FirmwareLogMaker;
import dev.signet.verifier.appraisal.FirmwareLogLearning;
import dev.signet.verifier.eventlog.FirmwareLog;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From the options of {@code agent register} to the registration. */
class RegisterOptionsTest {
  @Test
  void bootPolicyStandsInPlaceOfPinnedPcrs(@TempDir Path dir) throws Exception {
    FirmwareLogPolicy policy =
        FirmwareLogLearning.learn(
            List.of(FirmwareLog.parse(FirmwareLogMaker.boot(true, "kernel", "ro").log())),
            Map.of());
    String file = Files.write(dir.resolve("policy.json"), StrictJson.encode(policy)).toString();
    String[] signer = {"--identity", "https://ci.invalid/a", "--issuer", "https://one.invalid"};
    AgentRegistration registration = booted(signer, "--boot-policy", file);
    assertThat(registration.boot().firmwareLog()).isEqualTo(policy);
    assertThat(registration.boot().pinned()).isNull();
    assertThat(StrictJson.decode(StrictJson.encode(registration), AgentRegistration.class, 1 << 16))
        .isEqualTo(registration);
    assertThatThrownBy(() -> booted(signer, "--boot-policy", file, "--waive-boot", "simulator"))
        .hasMessageContaining("one of pinned, firmwareLog and waived");
    assertThatThrownBy(
            () -> booted(signer, "--boot-policy", file, "--boot-pcr", "7=sha256:" + "0".repeat(64)))
        .hasMessageContaining("one of pinned, firmwareLog and waived");
  }

  @Test
  void eachIdentityHasItsOwnIssuerAndClaims() throws Exception {
    AgentRegistration registration =
        registration(
            "--identity",
            "https://ci.invalid/a",
            "--issuer",
            "https://one.invalid",
            "--claim",
            "runnerEnvironment=github-hosted",
            "--claim",
            "sourceRepositoryId=4711",
            "--identity",
            "https://ci.invalid/b",
            "--issuer",
            "https://two.invalid");
    assertThat(registration.signers()).isEmpty();
    assertThat(registration.identities())
        .containsExactly(
            new SignerIdentity(
                "https://one.invalid",
                "https://ci.invalid/a",
                new TreeMap<>(
                    Map.of("runnerEnvironment", "github-hosted", "sourceRepositoryId", "4711"))),
            SignerIdentity.of("https://two.invalid", "https://ci.invalid/b"));
    assertThat(StrictJson.decode(StrictJson.encode(registration), AgentRegistration.class, 1 << 16))
        .isEqualTo(registration);
  }

  @Test
  void svidsArePermittedOnlyByName() throws Exception {
    String[] signer = {"--identity", "https://ci.invalid/a", "--issuer", "https://one.invalid"};
    assertThat(registration(signer).svids()).isNull();
    AgentRegistration registration =
        registration(
            "--identity",
            "https://ci.invalid/a",
            "--issuer",
            "https://one.invalid",
            "--x509-svid",
            "--jwt-audience",
            "orders",
            "--token-audience",
            "vault",
            "--token-seconds",
            "3540");
    assertThat(registration.svids())
        .isEqualTo(
            new AgentRegistration.Svids(true, null, List.of("orders"), List.of("vault"), 3540L));
    assertThat(registration.svids().permitsWit()).isFalse();
    assertThat(StrictJson.decode(StrictJson.encode(registration), AgentRegistration.class, 1 << 16))
        .isEqualTo(registration);
  }

  @Test
  void identityWithoutItsIssuerIsAWrongCall() {
    assertThatThrownBy(() -> registration("--identity", "https://ci.invalid/a"))
        .isInstanceOf(CommandLine.MissingParameterException.class)
        .hasMessageContaining("--issuer");
  }

  @Test
  void silenceAboutSignersIsAWrongCall() {
    assertThatThrownBy(this::registration)
        .isInstanceOfSatisfying(
            CommandFailure.class, e -> assertThat(e.code()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("--identity");
  }

  @Test
  void patternsAreAWrongCall() {
    assertThatThrownBy(
            () -> registration("--identity", "https://ci.invalid/.*", "--issuer", "https://i"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("patterns");
  }

  private AgentRegistration registration(String... signers) throws Exception {
    return booted(signers, "--waive-boot", "test");
  }

  private AgentRegistration booted(String[] signers, String... boot) throws Exception {
    CommandLine line =
        Signet.commandLine(
            new Invocation(
                InputStream.nullInputStream(),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                Map.of(),
                Clock.systemUTC(),
                SecureRandom::new));
    var words = new java.util.ArrayList<String>();
    words.addAll(
        java.util.List.of(
            "agent",
            "register",
            "spiffe://example.org/agent/billing",
            "--host",
            "build-7",
            "--any-launcher",
            "test",
            "--verifier",
            "https://127.0.0.1:1"));
    words.addAll(java.util.List.of(signers));
    words.addAll(java.util.List.of(boot));
    CommandLine.ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
    OperatorCommand register =
        parsed.subcommand().subcommand().commandSpec().userObject()
                instanceof OperatorCommand command
            ? command
            : null;
    return (AgentRegistration) register.request().body();
  }
}
