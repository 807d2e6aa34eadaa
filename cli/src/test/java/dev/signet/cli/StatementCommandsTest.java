// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code keys new}, {@code measure}, {@code sign} and {@code check statement}, as in CI. */
class StatementCommandsTest {
  private static final String AGENT = "spiffe://example.org/agent/billing";

  @TempDir Path dir;

  private final CommandRun run = new CommandRun();
  private Path jar;
  private Path key;
  private Path signer;
  private Path statement;
  private Path envelope;

  @BeforeEach
  void signedBuild() throws IOException {
    jar = jar("agent.jar", null);
    key = dir.resolve("ci.pem");
    signer = dir.resolve("ci.pub.pem");
    statement = dir.resolve("statement.json");
    envelope = dir.resolve("statement.dsse");
    run.good("keys", "new", "--out", dir.resolve("ci"));
    run.good(
        "measure",
        "--jar",
        jar,
        "--agent",
        AGENT,
        "--svn",
        3,
        "--version",
        "1.2.3",
        "--arg=-p",
        "--arg",
        "80",
        "--env",
        "TZ",
        "--env",
        "LANG",
        "--valid-days",
        30,
        "--out",
        statement);
    run.good("sign", "--key", key, statement, "--out", envelope);
  }

  @Test
  void signedBuildIsGood() throws Exception {
    CommandRun.Ended ended = check("--jar", jar, "--agent", AGENT, "--floor", 3);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .contains(
            AGENT,
            "1.2.3, security version 3",
            "2026-11-21T10:15:30Z to 2026-12-21T10:15:30Z",
            Digest.hash(Files.readAllBytes(jar)).toString(),
            "[-p, 80]",
            "[LANG, TZ]",
            "good ");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void jsonTellsEverything() throws Exception {
    var json = check("--jar", jar, "--json").json();
    assertThat(json.path("outcome").asText()).isEqualTo("good");
    assertThat(json.path("exit").asInt()).isZero();
    assertThat(json.path("findings")).isEmpty();
    assertThat(json.path("payloadDigest").asText())
        .isEqualTo(Digest.hash(Files.readAllBytes(statement)).toString());
    assertThat(json.path("statement").path("predicate").path("securityVersion").asInt())
        .isEqualTo(3);
    assertThat(json.path("signers").get(0).asText()).hasSize(43);
  }

  @Test
  void allFindingsAreTold() throws Exception {
    Path other = jar("other.jar", "X-Other");
    Object[] options = {"--jar", other, "--agent", AGENT + "2", "--floor", 4};
    CommandRun.Ended ended = check(options);
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains(
            "refused: MEASUREMENT_MISMATCH: agent: expected " + AGENT + "2",
            "refused: ROLLED_BACK: security version: expected at least 4, the statement has 3",
            "MEASUREMENT_MISMATCH: " + other + ": expected sha256:",
            "another build");
    assertThat(ended.out()).doesNotContain("good ");
    Object[] json = Arrays.copyOf(options, options.length + 1);
    json[options.length] = "--json";
    assertThat(check(json).json().path("findings")).hasSize(3);
  }

  @Test
  void expiredStatementIsRefusedByPolicy() {
    run.now = CommandRun.NOW.plus(Duration.ofDays(31));
    CommandRun.Ended ended = check();
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("refused: STATEMENT_EXPIRED: valid from", "now is");
  }

  @Test
  void strangersStatementIsNotAuthentic() {
    run.good("keys", "new", "--out", dir.resolve("stranger"));
    CommandRun.Ended ended =
        run.signet("check", "statement", envelope, "--signer", dir.resolve("stranger.pub.pem"));
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("not authentic: STATEMENT_UNTRUSTED");
    assertThat(ended.out()).doesNotContain(AGENT);
  }

  @Test
  void oneOfSeveralPinnedSignersIsEnough() {
    run.good("keys", "new", "--out", dir.resolve("stranger"));
    assertThat(check("--signer", dir.resolve("stranger.pub.pem")).code()).isZero();
  }

  @Test
  void damagedEnvelopesAreNotAuthentic() throws Exception {
    byte[] good = Files.readAllBytes(envelope);
    for (byte[] bad :
        List.of(
            new byte[0],
            Arrays.copyOf(good, good.length / 2),
            Files.readAllBytes(statement),
            new byte[300 * 1024],
            "{}".getBytes(StandardCharsets.UTF_8))) {
      Files.write(envelope, bad);
      CommandRun.Ended ended = check("--json");
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.json().path("findings").get(0).path("reason").asText())
          .isEqualTo("STATEMENT_MALFORMED");
    }
  }

  @Test
  void endlessFileIsBounded() {
    assertThat(run.signet("check", "statement", Path.of("/dev/zero"), "--signer", signer).code())
        .isEqualTo(2);
  }

  @Test
  void pipesWork() throws Exception {
    run.in = run.good("measure", "--jar", jar, "--agent", AGENT, "--svn", 3).bytes();
    run.in = run.good("sign", "--key", key, "-").bytes();
    assertThat(run.good("check", "statement", "-", "--signer", signer, "--jar", jar).out())
        .contains("arguments  []", "good ");
  }

  @Test
  void sameInputGivesTheSameBytes() {
    run.environment.put("SOURCE_DATE_EPOCH", "1795255200");
    Object[] call = {"measure", "--jar", jar, "--agent", AGENT, "--svn", 3, "--any-arguments"};
    byte[] first = run.good(call).bytes();
    run.now = CommandRun.NOW.plusSeconds(100);
    assertThat(run.good(call).bytes()).isEqualTo(first);
    assertThat(new String(first, StandardCharsets.UTF_8))
        .contains("\"arguments\" : null")
        .contains("\"notBefore\" : \"2026-11-21T10:00:00Z\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--valid-days 3 --not-after 2027-01-01T00:00:00Z | got both",
        "--valid-days 0 | expected 1 to 3660, got 0",
        "--not-after 2026-01-01T00:00:00Z | expected notAfter after notBefore",
        "--any-arguments --arg x | expected --arg or --any-arguments, got both",
        "--env TOKEN=secret | without its value",
        "--svn 4 | should be specified only once",
      })
  void wrongOptionsOfMeasureAreUsage(String options, String message) {
    String line = "measure --jar %s --agent %s --svn 3 %s".formatted(jar, AGENT, options);
    CommandRun.Ended ended = run.signet((Object[]) line.split(" "));
    assertThat(ended.code()).isEqualTo(64);
    assertThat(ended.err()).contains(message);
  }

  @Test
  void argumentThatBeginsWithAtIsNotReadFromAFile() throws IOException {
    Path file = Files.writeString(dir.resolve("words"), "one two");
    String at = "@" + file;
    assertThat(run.good("measure", "--jar", jar, "--agent", AGENT, "--svn", 3, "--arg", at).out())
        .contains("\"arguments\" : [ \"" + at + "\" ]");
  }

  @Test
  void negativeSecurityVersionIsUsage() {
    assertThat(run.signet("measure", "--jar", jar, "--agent", AGENT, "--svn", -1).err())
        .contains("securityVersion: expected 0 or more");
  }

  @Test
  void jarWithASideDoorIsRefusedByName() throws Exception {
    Path open = jar("open.jar", "Class-Path");
    CommandRun.Ended ended =
        run.signet("measure", "--jar", open, "--agent", AGENT, "--svn", 1, "--json");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.json().path("findings").get(0).path("reason").asText())
        .isEqualTo("CLASS_PATH");
    assertThat(check("--jar", open).code()).isEqualTo(1);
  }

  @Test
  void missingAndWrongFilesAreUsage() {
    Path none = dir.resolve("none");
    assertUsage("there is none", "measure", "--jar", none, "--agent", AGENT, "--svn", 1);
    assertUsage("a directory", "measure", "--jar", dir, "--agent", AGENT, "--svn", 1);
    assertUsage("there is none", "sign", "--key", none, statement);
    assertUsage("a directory", "sign", "--key", dir, statement);
    assertUsage("there is none", "sign", "--key", key, none);
    assertUsage("a directory", "sign", "--key", key, dir);
    assertUsage("BEGIN PRIVATE KEY", "sign", "--key", signer, statement);
    assertUsage("reference statement", "sign", "--key", key, envelope);
    assertUsage("reference statement", "sign", "--key", key, Path.of("/dev/zero"));
    assertUsage("there is none", "check", "statement", none, "--signer", signer);
    assertUsage("there is none", "check", "statement", envelope, "--signer", none);
    assertUsage("BEGIN PUBLIC KEY", "check", "statement", envelope, "--signer", key);
    assertUsage("there is none", "check", "statement", envelope, "--signer", signer, "--jar", none);
    assertUsage("expected a directory", "sign", "--key", key, statement, "--out", none + "/x");
    assertUsage("--signer", "check", "statement", envelope);
  }

  @Test
  void filesAreNotOverwrittenUnlessForced() throws Exception {
    byte[] before = Files.readAllBytes(envelope);
    assertUsage("exists", "sign", "--key", key, statement, "--out", envelope);
    assertThat(Files.readAllBytes(envelope)).isEqualTo(before);
    run.good("sign", "--key", key, statement, "--out", envelope, "--force");
    assertThat(Files.readAllBytes(envelope)).isNotEqualTo(before);
    assertUsage("exists", "keys", "new", "--out", dir.resolve("ci"));
    try (var files = Files.list(dir)) {
      assertThat(files).noneMatch(f -> f.toString().endsWith(".tmp"));
    }
  }

  @Test
  void linksAndDevicesAreNeverReplaced() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), envelope);
    for (Path target : List.of(link, dir, Path.of("/dev/null"))) {
      assertUsage("regular file", "sign", "--key", key, statement, "--out", target, "--force");
    }
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void keyThatOthersCanReadIsWarnedAbout() throws Exception {
    assertThat(run.good("sign", "--key", key, statement).err()).isEmpty();
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(run.good("sign", "--key", key, statement).err()).contains("chmod 600");
  }

  private CommandRun.Ended check(Object... options) {
    Object[] call = new Object[5 + options.length];
    Object[] start = {"check", "statement", envelope, "--signer", signer};
    System.arraycopy(start, 0, call, 0, 5);
    System.arraycopy(options, 0, call, 5, options.length);
    return run.signet(call);
  }

  private void assertUsage(String message, Object... call) {
    CommandRun.Ended ended = run.signet(call);
    assertThat(ended.code()).as(ended.err()).isEqualTo(64);
    assertThat(ended.err()).contains(message).doesNotContain("\tat ");
    assertThat(ended.out()).isEmpty();
  }

  private Path jar(String name, String extra) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "acme.Agent");
    if (extra != null) {
      manifest.getMainAttributes().putValue(extra, "x.jar");
    }
    Path file = dir.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      new JarOutputStream(out, manifest).close();
    }
    return file;
  }
}
