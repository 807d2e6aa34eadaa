// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.sigstore.TestSigstore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check bundle}, and {@code check statement} with a bundle. */
class BundleCommandsTest {
  private static final TestSigstore SIGSTORE = new TestSigstore(CommandRun.NOW);

  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private Path artifact;
  private Path bundle;
  private Path root;

  @BeforeEach
  void files() throws IOException {
    artifact = Files.writeString(dir.resolve("agent.jar"), "agent jar bytes");
    root = Files.writeString(dir.resolve("root.json"), SIGSTORE.trustedRootJson().toString());
    bundle =
        Files.write(
            dir.resolve("bundle.json"),
            SIGSTORE
                .bundle()
                .claiming(15, "4711")
                .artifact("agent jar bytes".getBytes(StandardCharsets.UTF_8))
                .encode());
  }

  @Test
  void goodBundle() throws Exception {
    CommandRun.Ended ended = check(TestSigstore.IDENTITY);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("signed by", TestSigstore.IDENTITY, "sourceRepositoryId 4711");
    var json = check(TestSigstore.IDENTITY, "--claim", "sourceRepositoryId=4711", "--json").json();
    assertThat(json.path("outcome").asText()).isEqualTo("good");
    assertThat(json.path("signedAt").asText()).isEqualTo("2026-11-21T10:15:30Z");
    assertThat(json.path("claims").path("sourceRepositoryId").asText()).isEqualTo("4711");
  }

  @Test
  void otherSignerOrFileIsRefusedByPolicy() throws Exception {
    CommandRun.Ended ended = check("https://ci.test.invalid/other");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("refused: WRONG_SIGNER", TestSigstore.IDENTITY);
    ended = check(TestSigstore.IDENTITY, "--claim", "sourceRepositoryId=4712");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("expected 4712, the certificate has 4711");
    Files.writeString(artifact, "other bytes");
    ended = check(TestSigstore.IDENTITY, "--json");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.json().path("findings").path(0).path("reason").asText())
        .isEqualTo("WRONG_ARTIFACT");
  }

  @Test
  void whatIsNotAuthenticHasItsOwnCode() throws Exception {
    Files.writeString(root, new TestSigstore(CommandRun.NOW).trustedRootJson().toString());
    CommandRun.Ended ended = check(TestSigstore.IDENTITY);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("not authentic: CERTIFICATE_UNTRUSTED");
    Files.writeString(bundle, "{}");
    ended = check(TestSigstore.IDENTITY, "--json");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.json().path("findings").path(0).path("reason").asText())
        .isEqualTo("BUNDLE_MALFORMED");
  }

  @Test
  void nobodyIsAcceptedWhereNobodyIsNamed() {
    CommandRun.Ended ended =
        run.signet(
            "check", "bundle", "--bundle", bundle, "--artifact", artifact, "--trusted-root", root);
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("who may have signed?");
  }

  @Test
  void wrongCallsSayWhatWasExpected() throws IOException {
    assertThat(check("https://ci.test.invalid/*").err()).contains("without patterns");
    assertThat(check(TestSigstore.IDENTITY, "--claim", "colour=blue").err())
        .contains("runnerEnvironment", "colour");
    Files.writeString(root, "{}");
    CommandRun.Ended ended = check(TestSigstore.IDENTITY);
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("trusted root: mediaType");
  }

  @Test
  void keylessStatementIsCheckedAsAnEnvelopeIs() throws Exception {
    Path statement = statement();
    Path signed =
        Files.write(
            dir.resolve("statement.sigstore.json"),
            SIGSTORE.bundle().statement(Files.readAllBytes(statement)).encode());
    CommandRun.Ended ended =
        run.signet(
            "check",
            "statement",
            signed,
            "--identity",
            "https://ci.test.invalid/somebody-else",
            "--issuer",
            TestSigstore.ISSUER,
            "--identity",
            TestSigstore.IDENTITY,
            "--issuer",
            TestSigstore.ISSUER,
            "--trusted-root",
            root,
            "--floor",
            3);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("signed by", TestSigstore.IDENTITY);
    ended =
        run.signet(
            "check",
            "statement",
            signed,
            "--identity",
            TestSigstore.IDENTITY + "x",
            "--issuer",
            TestSigstore.ISSUER,
            "--trusted-root",
            root);
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("STATEMENT_UNTRUSTED", TestSigstore.IDENTITY + "x");
  }

  @Test
  void statementNeedsATrustedRootForKeylessSigners() throws Exception {
    Path statement = statement();
    CommandRun.Ended ended =
        run.signet(
            "check",
            "statement",
            statement,
            "--identity",
            TestSigstore.IDENTITY,
            "--issuer",
            TestSigstore.ISSUER);
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("--trusted-root");
  }

  private Path statement() throws IOException {
    Path jar = dir.resolve("real.jar");
    var manifest = new java.util.jar.Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "acme.Agent");
    new java.util.jar.JarOutputStream(Files.newOutputStream(jar), manifest).close();
    Path statement = dir.resolve("statement.json");
    run.good(
        "measure",
        "--jar",
        jar,
        "--agent",
        "spiffe://example.org/agent/billing",
        "--svn",
        3,
        "--out",
        statement);
    return statement;
  }

  private CommandRun.Ended check(String identity, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "check",
                "bundle",
                "--bundle",
                bundle,
                "--artifact",
                artifact,
                "--identity",
                identity,
                "--issuer",
                TestSigstore.ISSUER,
                "--trusted-root",
                root));
    arguments.addAll(List.of(more));
    return run.signet(arguments.toArray());
  }
}
