// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.signet.measurements.StatementVerification.Verified;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and signatures that OpenSSL makes and verifies: somebody else's code, not ours twice. */
class OpenSslIT {
  @TempDir Path dir;

  @BeforeEach
  void opensslIsInstalled() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "needs the Debian package openssl");
  }

  @Test
  void opensslVerifiesOurSignatureWithOurKeyFile() throws Exception {
    SigningKey key = SigningKey.generate(Statements.RANDOM);
    KeyFiles.create(key, dir.resolve("ci.pem"), dir.resolve("ci.pub.pem"));
    DsseEnvelope envelope = key.sign(Statements.payload(3), Statements.RANDOM);
    Files.write(dir.resolve("pae"), envelope.signedBytes());
    Files.write(dir.resolve("sig"), envelope.signatures().getFirst().sig().toArray());
    assertThat(openssl("dgst", "-sha256", "-verify", "ci.pub.pem", "-signature", "sig", "pae"))
        .contains("Verified OK");
    assertThat(openssl("pkey", "-in", "ci.pem", "-check", "-noout")).contains("valid");
    assertThat(openssl("pkey", "-in", "ci.pem", "-pubout"))
        .isEqualTo(Files.readString(dir.resolve("ci.pub.pem")));
  }

  @Test
  void weSignWithKeysThatOpensslMakes() throws Exception {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.pem");
    openssl("pkey", "-in", "k.pem", "-pubout", "-out", "k.pub.pem");
    SigningKey key = KeyFiles.readPrivate(dir.resolve("k.pem"));
    SignerPolicy policy =
        SignerPolicy.pinned(List.of(KeyFiles.readPublic(dir.resolve("k.pub.pem"))));
    byte[] envelope = key.sign(Statements.payload(3), Statements.RANDOM).encode();
    assertThat(StatementVerifier.verify(envelope, policy, Statements.NOW))
        .isInstanceOf(Verified.class);
  }

  private String openssl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
