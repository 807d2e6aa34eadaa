// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.signet.launcher.traffic.ExchangeDraft;
import dev.signet.launcher.traffic.ExchangeRecord;
import dev.signet.launcher.traffic.FileExchangeLog;
import dev.signet.launcher.traffic.LogSettings;
import dev.signet.launcher.traffic.RecordedBodies;
import dev.signet.launcher.traffic.Redaction;
import dev.signet.measurements.KeyFiles;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchId;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What signet traffic shows of real logs. */
class TrafficCommandIT {
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  private static final AgentId OTHER = new AgentId("spiffe://example.org/agent/other");
  private static final LaunchId LAUNCH = new LaunchId("hLx4f2AAAAAAAAAAAAAAAA");
  private static final Instant BEGAN = Instant.parse("2026-11-21T10:15:30.250Z");

  @TempDir Path state;
  private final CommandRun run = new CommandRun();

  @BeforeEach
  void write() throws Exception {
    run.environment.put("SIGNET_STATE", state.toString());
    run.good("keys", "new", "--out", state.resolve("reader"));
    RecordedBodies bodies =
        new RecordedBodies(
            List.of(RecordedBodies.Place.parse("api.example.com/v1")),
            List.of(Redaction.parse("/messages/*/content")),
            1000,
            KeyFiles.readPublic(state.resolve("reader.pub.pem")));
    try (FileExchangeLog log = log(AGENT, LAUNCH, BEGAN, Optional.of(bodies))) {
      ExchangeDraft chat = draft(log, "POST", "https", "api.example.com", 443, "/v1/chat?key=k");
      chat.requestField("content-type", "application/json");
      byte[] body = "{\"messages\":[{\"content\":\"topsecret\"}]}".getBytes(StandardCharsets.UTF_8);
      chat.requestContent(Unpooled.wrappedBuffer(body));
      chat.requestComplete(Digest.hash(body).toArray());
      chat.signed("signet=();keyid=\"thumb\";nonce=\"n0nce\"");
      chat.sent(new InetSocketAddress("203.0.113.5", 443));
      chat.answer(200, Map.of("content-type", "application/json")::get);
      chat.answerContent(
          Unpooled.wrappedBuffer("{\"answer\":\"42\"}".getBytes(StandardCharsets.UTF_8)));
      chat.forwarded();
      ExchangeDraft tunnel = draft(log, "CONNECT", null, null, 0, null);
      tunnel.asked("tunnel.example", 443, null);
      tunnel.refused("CONNECT_UNSUPPORTED", 501);
      draft(log, "GET", "http", "db.internal", 8080, "/" + "x".repeat(200))
          .failed("UPSTREAM_TIMEOUT", 504);
      draft(log, "GET", "https", "www.example.com", 443, "/gone").abandoned();
      ExchangeDraft missing = draft(log, "GET", "https", "www.example.com", 443, "/nothing");
      missing.answer(404, name -> null);
      missing.forwarded();
    }
    LaunchId second = new LaunchId("zzzzzzAAAAAAAAAAAAAAAA");
    try (FileExchangeLog log =
        log(OTHER, second, BEGAN.plus(Duration.ofDays(1)), Optional.empty())) {
      ExchangeDraft one =
          draft(log, "GET", "http", "a\u001b]0;owned\u0007.example", 80, "/\u202egnp.exe");
      one.answer(200, name -> null);
      one.forwarded();
    }
    run.now = BEGAN.plus(Duration.ofDays(1)).plusSeconds(5);
  }

  private FileExchangeLog log(
      AgentId agent, LaunchId launch, Instant now, Optional<RecordedBodies> bodies)
      throws IOException {
    return FileExchangeLog.open(
        new LogSettings(LogSettings.in(state), bodies, LogSettings.Bounds.standard()),
        launch,
        agent,
        Clock.fixed(now, ZoneOffset.UTC),
        new SecureRandom(),
        warning -> {
          throw new AssertionError(warning);
        });
  }

  private static ExchangeDraft draft(
      FileExchangeLog log, String method, String scheme, String host, int port, String path) {
    ExchangeDraft draft = log.begin(ExchangeRecord.Kind.HTTP);
    draft.request(method);
    if (host != null) {
      draft.target(scheme, host, port, path);
    }
    return draft;
  }

  @Test
  void showsOneLineForEachExchange() {
    List<String> lines = run.good("traffic").out().lines().toList();
    assertThat(lines).hasSize(10);
    assertThat(lines.get(0)).isEqualTo("2026-11-21 UTC");
    assertThat(lines.get(1)).isEqualTo("launch hLx4f2AAAAAAAAAAAAAAAA  " + AGENT);
    assertThat(lines.get(2))
        .matches(
            "10:15:30\\.[0-9]{3}  hLx4f2/1      → POST    200        38/15 +[0-9.]+m?s"
                + "  https://api\\.example\\.com/v1/chat\\?key=…");
    assertThat(lines.get(3))
        .contains("hLx4f2/2      × CONNECT 501 ")
        .endsWith("CONNECT_UNSUPPORTED tunnel.example:443");
    assertThat(lines.get(4))
        .contains("! GET     504 ", "UPSTREAM_TIMEOUT http://db.internal:8080/x");
    assertThat(lines.get(5)).contains("~ GET       - ", "https://www.example.com/gone");
    assertThat(lines.get(7)).isEqualTo("2026-11-22 UTC");
    assertThat(lines.get(8)).isEqualTo("launch zzzzzzAAAAAAAAAAAAAAAA  " + OTHER);
  }

  @Test
  void neutralisesWhatATerminalWouldObey() {
    assertThat(run.good("traffic").out())
        .contains("http://a\\u001b]0;owned\\u0007.example/\\u202egnp.exe")
        .doesNotContain("\u001b", "\u0007", "\u202e");
    assertThat(run.good("traffic", "--json").out())
        .contains("/\\u202egnp.exe")
        .doesNotContain("\u001b", "\u202e");
    assertThat(run.good("traffic", "show", "zzzzzz").out())
        .contains("\\u202egnp.exe")
        .doesNotContain("\u001b", "\u0007", "\u202e");
  }

  @Test
  void cutsLinesToTheTerminal() {
    run.environment.put("COLUMNS", "100");
    assertThat(run.good("traffic").out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(run.good("traffic").out()).contains("http://db.interna…\n");
  }

  @ParameterizedTest
  @CsvSource({
    "--launch hLx4, 5",
    "--launch zzzzzz, 1",
    "--launch none, 0",
    "--agent spiffe://example.org/agent/billing, 5",
    "--host *.example.com, 3",
    "--host api.example.com, 1",
    "--host API.example.COM, 1",
    "--host *, 6",
    "--host a.*, 0",
    "--method get, 4",
    "--status 404, 1",
    "--status 5xx, 2",
    "--status none, 1",
    "--decision refused, 1",
    "--decision FAILED, 1",
    "--since 1m, 1",
    "--since 2d, 6",
    "--since 2026-11-22T00:00:00Z, 1",
    "--last 2, 2",
    "--last 0, 0",
    "--method GET --status 200, 1",
  })
  void showsOnlyWhatIsAskedFor(String options, int count) throws Exception {
    String[] words = ("traffic --json " + options).split(" ");
    assertThat(run.good((Object[]) words).out().lines()).hasSize(count);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--status 7",
        "--status 20x",
        "--decision maybe",
        "--since yesterday",
        "--since 10",
        "--launch abc",
        "--launch a*cd",
        "--last -1",
        "--key reader.pem",
        "--follow --har x.har",
        "show a",
        "show hLx4f2/0",
        "show hLx4f2/99",
        "show nobody",
      })
  void refusesWrongCalls(String options) {
    assertThat(run.signet((Object[]) ("traffic " + options).split(" ")).code()).isEqualTo(64);
  }

  @Test
  void printsTheLogsOwnLinesAsJson() throws Exception {
    String first =
        run.good("traffic", "--json", "--no-color").out().lines().findFirst().orElseThrow();
    JsonNode line = new ObjectMapper().readTree(first);
    assertThat(line.path("type").asText()).isEqualTo("exchange");
    assertThat(line.path("request").path("host").asText()).isEqualTo("api.example.com");
  }

  @Test
  void replaysALaunchInOrderWithItsBodies() {
    String shown =
        run.good("traffic", "show", "hLx4f2", "--key", state.resolve("reader.pem")).out();
    assertThat(shown)
        .containsSubsequence(
            "hLx4f2AAAAAAAAAAAAAAAA/1  2026-11-21T10:15:30.250Z  " + AGENT,
            "POST https://api.example.com/v1/chat?key=…",
            "content-type: application/json",
            "(38 bytes, sha256:",
            "whole, 1 redacted)",
            "| {\"messages\":[{\"content\":\"[redacted]\"}]}",
            "200  FORWARDED after",
            "| {\"answer\":\"42\"}",
            "signed by thumb, nonce n0nce",
            "by 203.0.113.5:443",
            "AAAA/2",
            "REFUSED CONNECT_UNSUPPORTED",
            "AAAA/3");
    assertThat(shown).doesNotContain("topsecret");
    assertThat(run.good("traffic", "show", "hLx4f2/1").out())
        .contains("encrypted; --key FILE shows it")
        .doesNotContain("messages", "AAAA/2");
    run.good("keys", "new", "--out", state.resolve("other"));
    assertThat(run.good("traffic", "show", "hLx4f2/1", "--key", state.resolve("other.pem")).out())
        .contains("encrypted for another key");
  }

  @Test
  void exportsHar() throws Exception {
    Path har = state.resolve("session.har");
    run.good("traffic", "--har", har, "--key", state.resolve("reader.pem"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(har)))
        .isEqualTo("rw-------");
    JsonNode log = new ObjectMapper().readTree(har.toFile()).path("log");
    HarRules.check(log);
    assertThat(log.path("entries")).hasSize(6);
    JsonNode chat = log.path("entries").get(0);
    assertThat(chat.path("request").path("url").asText())
        .isEqualTo("https://api.example.com:443/v1/chat?key=");
    assertThat(chat.path("request").path("postData").path("text").asText()).contains("[redacted]");
    assertThat(chat.path("response").path("content").path("text").asText())
        .isEqualTo("{\"answer\":\"42\"}");
    assertThat(run.signet("traffic", "--har", har).code()).isEqualTo(64);
    assertThat(run.good("traffic", "--har", state.resolve("2.har")).out()).contains("6 exchanges");
    assertThat(Files.readString(state.resolve("2.har"))).doesNotContain("messages", "42\\\"");
  }

  @Test
  void saysThatALineIsNotWhatWasWritten() throws Exception {
    Path file;
    try (var all = Files.walk(LogSettings.in(state))) {
      file = all.filter(f -> f.toString().endsWith("01.jsonl")).sorted().findFirst().orElseThrow();
    }
    Files.writeString(file, "{}\n", StandardOpenOption.APPEND);
    CommandRun.Ended ended = run.signet("traffic");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).contains("not what was written");
    assertThat(ended.out().lines()).hasSize(10);
  }

  @Test
  void showsNothingWhereNothingPassed() throws Exception {
    Path empty = Files.createDirectory(state.resolve("empty"));
    assertThat(run.good("traffic", "--state", empty).out()).isEmpty();
    assertThat(run.signet("traffic", "--state", state.resolve("nowhere")).code()).isEqualTo(64);
  }

  @Test
  void followsWhatHappens() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Invocation invocation =
        new Invocation(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            run.environment,
            Clock.systemUTC(),
            SecureRandom::new);
    Thread following =
        Thread.ofPlatform()
            .start(() -> Signet.run(invocation, "traffic", "--follow", "--last", "1"));
    try {
      Awaitility.await().until(() -> out.toString(StandardCharsets.UTF_8).contains("zzzzzz/1"));
      LaunchId third = new LaunchId("newnewAAAAAAAAAAAAAAAA");
      try (FileExchangeLog log = log(AGENT, third, Instant.now(), Optional.empty())) {
        draft(log, "GET", "https", "late.example.com", 443, "/").abandoned();
        Awaitility.await()
            .until(() -> out.toString(StandardCharsets.UTF_8).contains("late.example.com"));
      }
      assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("hLx4f2");
    } finally {
      following.interrupt();
      following.join();
    }
  }
}
