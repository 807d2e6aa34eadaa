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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever pins a key does not pay for Sigstore: a launch is measured in milliseconds. */
class LoadedClassesIT {
  @TempDir Path dir;

  private final CommandRun run = new CommandRun();

  @Test
  void nothingOfSigstoreIsLoadedForAnEnvelope() throws Exception {
    Path statement = signed();
    String loaded = loaded("check", "statement", statement, "--signer", dir.resolve("ci.pub.pem"));
    assertThat(loaded)
        .contains("dev.signet.measurements.StatementVerifier ")
        .doesNotContain("dev.sigstore.", "com.google.", "org.bouncycastle.");
    Path root =
        Files.writeString(
            dir.resolve("root.json"),
            new TestSigstore(CommandRun.NOW).trustedRootJson().toString());
    assertThat(
            loaded(
                "check",
                "statement",
                statement,
                "--signer",
                dir.resolve("ci.pub.pem"),
                "--identity",
                TestSigstore.IDENTITY,
                "--issuer",
                TestSigstore.ISSUER,
                "--trusted-root",
                root))
        .contains("dev.sigstore.");
  }

  private Path signed() throws IOException {
    Path jar = dir.resolve("agent.jar");
    var manifest = new java.util.jar.Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    manifest.getMainAttributes().putValue("Main-Class", "acme.Agent");
    new java.util.jar.JarOutputStream(Files.newOutputStream(jar), manifest).close();
    run.now = java.time.Instant.now();
    run.good("keys", "new", "--out", dir.resolve("ci"));
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
    Path envelope = dir.resolve("statement.dsse");
    run.good("sign", "--key", dir.resolve("ci.pem"), statement, "--out", envelope);
    return envelope;
  }

  private static String loaded(Object... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.signet.cli.Signet"));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process signet = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(signet.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(signet.waitFor()).as(output).isZero();
    return output;
  }
}
