// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.measurements.sigstore.TestServices;
import dev.signet.measurements.sigstore.TestSigstore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sign --keyless} as a CI job runs it, and {@code check statement} on what it made. */
class KeylessCommandsIT {
  private static final TestSigstore SIGSTORE = new TestSigstore(CommandRun.NOW);

  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private TestServices services;
  private Path root;
  private Path config;
  private Path statement;

  @BeforeEach
  void start() throws IOException {
    services = new TestServices(SIGSTORE);
    root = Files.writeString(dir.resolve("root.json"), SIGSTORE.trustedRootJson().toString());
    config = Files.write(dir.resolve("config.json"), services.signingConfig(2));
    statement = dir.resolve("statement.json");
    Path jar = dir.resolve("agent.jar");
    var manifest = new java.util.jar.Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "acme.Agent");
    new java.util.jar.JarOutputStream(Files.newOutputStream(jar), manifest).close();
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
  }

  @AfterEach
  void stop() {
    services.close();
  }

  @Test
  void jobSignsAndTheResultIsGood() throws Exception {
    run.environment.put(
        "SIGSTORE_ID_TOKEN", TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY));
    Path bundle = dir.resolve("statement.sigstore.json");
    var json = sign("--out", bundle, "--json").json();
    assertThat(json.path("outcome").asText()).isEqualTo("good");
    assertThat(json.path("identity").path("identity").asText()).isEqualTo(TestSigstore.IDENTITY);
    assertThat(json.path("identity").path("issuer").asText()).isEqualTo(TestSigstore.ISSUER);
    assertThat(
            run.good(
                    "check",
                    "statement",
                    bundle,
                    "--jar",
                    dir.resolve("agent.jar"),
                    "--identity",
                    TestSigstore.IDENTITY,
                    "--issuer",
                    TestSigstore.ISSUER,
                    "--trusted-root",
                    root)
                .out())
        .contains(TestSigstore.IDENTITY, "good ");
  }

  @Test
  void tokenMayComeFromAFile() throws Exception {
    Path token =
        Files.writeString(
            dir.resolve("token"),
            TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY) + "\n");
    CommandRun.Ended ended = sign("--identity-token", token);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("application/vnd.dev.sigstore.bundle.v0.3+json");
  }

  @Test
  void jobWithoutATokenIsToldWhereItComesFrom() {
    CommandRun.Ended ended = sign();
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains("id-token: write", "SIGSTORE_ID_TOKEN");
  }

  @Test
  void outageIsNoRefusal() {
    run.environment.put(
        "SIGSTORE_ID_TOKEN", TestServices.token(TestSigstore.ISSUER, TestSigstore.IDENTITY));
    services.close();
    CommandRun.Ended ended = sign();
    assertThat(ended.code()).isEqualTo(69);
    assertThat(ended.err()).contains("signing failed");
  }

  @Test
  void keyAndKeylessExcludeEachOther() {
    assertThat(sign("--key", dir.resolve("ci.pem")).code()).isEqualTo(64);
    assertThat(run.signet("sign", statement).code()).isEqualTo(64);
    assertThat(run.signet("sign", "--keyless", statement).code()).isEqualTo(64);
  }

  private CommandRun.Ended sign(Object... more) {
    java.util.List<Object> arguments =
        new java.util.ArrayList<>(
            java.util.List.of(
                "sign",
                "--keyless",
                "--signing-config",
                config,
                "--trusted-root",
                root,
                statement));
    arguments.addAll(java.util.List.of(more));
    return run.signet(arguments.toArray());
  }
}
