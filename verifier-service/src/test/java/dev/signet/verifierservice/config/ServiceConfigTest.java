// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.signet.verifierservice.ServiceDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceConfigTest {
  private static final String HASH = "sha256:" + "ab".repeat(32);

  private static String example() throws IOException {
    try (InputStream in =
        ServiceConfig.class.getResourceAsStream(
            "/dev/signet/verifierservice/signet-verifier.example.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static ServiceConfig parse(String yaml) throws ConfigException {
    return ServiceConfig.parse(
        "c.yaml", yaml.getBytes(StandardCharsets.UTF_8), Path.of("/etc/signet"));
  }

  private static ConfigException refused(String yaml) {
    return catchThrowableOfType(ConfigException.class, () -> parse(yaml));
  }

  @Test
  void exampleLoadsAndItsLimitsAreTheStandardOnes() throws Exception {
    ServiceConfig config = parse(example());
    assertThat(config.limits()).isEqualTo(ServiceLimits.STANDARD);
    assertThat(config.dataDir()).isEqualTo(Path.of("/etc/signet/data"));
    assertThat(config.tokenLife()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.allowSimulators()).isFalse();
    assertThat(config.operators()).hasSize(2);
  }

  @Test
  void exampleDocumentsEveryKey() throws Exception {
    String unknown = example() + "\nnonsense: 1\n";
    assertThat(refused(unknown).problems()).hasSize(1);
    String keys = refused(unknown).getMessage().replaceFirst(".*expected one of ", "");
    for (String key : keys.split(", ")) {
      assertThat(example()).contains(key + ":");
    }
  }

  @Test
  void tellsAllProblemsWithTheirLines() {
    ConfigException e =
        refused(
            """
            issuer: HTTP://Bad
            listen: {host: 127.0.0.1, port: 70000}
            tls: {generate: true}
            dataDir: data
            makers: makers
            tokenLife: 60m
            allowSimulators: yes
            pcrs: [0, 7]
            operatorz: []
            """);
    assertThat(e.problems())
        .hasSize(7)
        .anyMatch(p -> p.startsWith("c.yaml:1: issuer: expected https://host"))
        .anyMatch(
            p -> p.startsWith("c.yaml:2: listen.port: expected a whole number from 0 to 65535"))
        .anyMatch(p -> p.startsWith("c.yaml:3: tls.names"))
        .anyMatch(p -> p.startsWith("c.yaml:6: tokenLife: expected a duration"))
        .anyMatch(
            p -> p.startsWith("c.yaml:7: allowSimulators: expected true or false, got \"yes\""))
        .anyMatch(p -> p.contains("registerPcr: expected one of pcrs [0, 7], got 15"))
        .anyMatch(p -> p.startsWith("c.yaml:9: operatorz: unknown key; expected one of"));
  }

  @ParameterizedTest
  @CsvSource({"59m,true", "60m,false", "9s,false", "3541s,false", "5,false", "-5m,false"})
  void tokenLifeIsBounded(String life, boolean accepted) throws Exception {
    String yaml = example().replace("tokenLife: 5m", "tokenLife: " + life);
    if (accepted) {
      parse(yaml);
    } else {
      assertThat(refused(yaml).getMessage()).contains("tokenLife: expected a duration");
    }
  }

  /** As launchers do. What is in PCR 10 is left out of every approval, and 7 is the firmware's. */
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 10, 17, 20})
  void attack13RefusesARegisterThatIsSomebodyElses(int pcr) throws Exception {
    String yaml =
        example()
            .replace("pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 15]", "pcrs: [0, 7, 10, 15, 17, 20]")
            .replace("registerPcr: 15", "registerPcr: " + pcr);
    assertThat(refused(yaml).getMessage()).contains("registerPcr: expected one of [8, 9, 11,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "21", "23", "24", "x"})
  void refusesPcrsThatAnybodyCanReset(String pcr) throws Exception {
    String yaml = example().replace("pcrs: [0, 1,", "pcrs: [" + pcr + ", 1,");
    assertThat(refused(yaml).getMessage()).contains("pcrs: expected a PCR index");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a: &x 1 | anchors and aliases are not accepted",
        "a: !!java.lang.Runtime {} | tags are not accepted",
        "a: !local x | tags are not accepted",
        "a: !!str x | tags are not accepted",
        "{a: 1, a: 2} | a: expected each key once",
        "- a | expected a mapping",
        "a: [[[[[[[[[[1]]]]]]]]]] | nested deeper than",
        "a: { | c.yaml:1:"
      })
  void attack47DangerousYamlIsRefused(String yaml, String expected) {
    assertThat(refused(yaml).getMessage()).startsWith("c.yaml:").contains(expected);
  }

  @Test
  void secondDocumentIsRefused() {
    assertThat(refused("---\na: 1\n---\nb: 2").getMessage()).contains("one document");
  }

  @Test
  void credentialsAreExactlyOneOfTwo() throws Exception {
    String both =
        example()
            .replace(
                "    certificateSha256: ",
                "    tokenSha256: " + HASH + "\n    certificateSha256: ");
    assertThat(refused(both).getMessage()).contains("either tokenSha256 or certificateSha256");
    String token =
        example()
            .replace("0000000000000000000000000000000000000000000000000000000000000003", "short");
    assertThat(refused(token).getMessage()).contains("services[0].tokenSha256: expected sha256:");
  }

  @Test
  void newDirectoryHoldsWhatAStartNeeds(@TempDir Path parent) throws Exception {
    Path directory = parent.resolve("verifier");
    ServiceDirectory.Created made =
        ServiceDirectory.create(
            directory, "https://verifier.example", "127.0.0.1", 0, new SecureRandom());
    ServiceConfig config = ServiceConfig.load(made.config());
    assertThat(config.operators()).hasSize(1);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(made.operatorCredential())))
        .isEqualTo("rw-------");
    assertThat(Files.readString(made.config()))
        .doesNotContain(Files.readString(made.operatorCredential()));
    assertThatThrownBy(
            () ->
                ServiceDirectory.create(
                    directory, "https://verifier.example", "127.0.0.1", 0, new SecureRandom()))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
