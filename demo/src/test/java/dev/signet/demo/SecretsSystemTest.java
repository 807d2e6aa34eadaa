// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.cli.SignetHere;
import dev.signet.demo.testagent.KeylessAgent;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An agent calls a service that knows nothing of signatures, with a key that it never holds. */
class SecretsSystemTest {
  private static final AgentId AGENT = new AgentId("spiffe://site.example/agent/keyless");

  /** In the agent's environment, so that every search that must find nothing is seen to find. */
  private static final String PLANTED = "planted-" + random();

  private static final String KEY = "sk-live-" + random();
  private static final String ROTATED = "sk-next-" + random();

  private static Site site;
  private static HttpServer service;
  private static final List<String> AUTHORIZATIONS = new CopyOnWriteArrayList<>();
  private static final List<String> SIGNATURES = new CopyOnWriteArrayList<>();
  private static Path jar;
  private static Path statement;

  private static String random() {
    byte[] bytes = new byte[24];
    new java.security.SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  @BeforeAll
  static void build() throws Exception {
    site = Site.build(Duration.ofMinutes(5));
    jar = TestJars.of(KeylessAgent.class, site.place("keyless.jar"));
    statement = site.statement(AGENT, "keyless", jar, Site.FLOOR);
    site.register(AGENT, site.host());
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/v1/", SecretsSystemTest::serve);
    service.start();
  }

  @AfterAll
  static void close() throws Exception {
    service.stop(0);
    site.close();
  }

  /** As careless as services are: it tells a caller with a wrong key, or none, what it got. */
  private static void serve(HttpExchange exchange) throws IOException {
    String got = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    AUTHORIZATIONS.add(got);
    SIGNATURES.add(String.valueOf(exchange.getRequestHeaders().getFirst("Signature-Input")));
    boolean good = got.equals("Bearer " + KEY) || got.equals("Bearer " + ROTATED);
    byte[] answer = ("you sent " + got).getBytes(StandardCharsets.US_ASCII);
    exchange.getResponseHeaders().set("X-Debug", got);
    exchange.sendResponseHeaders(good ? 200 : 401, answer.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + service.getAddress().getPort() + path;
  }

  private static Path rules(String more) throws IOException {
    return Files.writeString(
        site.place("rules.json"),
        """
        {"version":1,"credentials":[{"secret":"llm","host":"127.0.0.1:%d","path":"/v1/*",
         "header":"Authorization","template":"Bearer {}"%s}]}
        """
            .formatted(service.getAddress().getPort(), more));
  }

  /** Without isolation: what such an agent cannot find, an isolated one cannot find either. */
  private static SignetProcess run(Path rules) throws IOException {
    List<String> words =
        site.runArguments(jar, statement, "--credential", rules.toString(), "--jvm", "-Xmx64m");
    if (LaunchCommand.isolation().isEmpty()) {
      words.add("--isolation=none");
    }
    return SignetProcess.signet(Map.of("TOOL_API_KEY", PLANTED), words);
  }

  private static SignetHere.Ended secret(String command, String input, String... more) {
    List<Object> words = new ArrayList<>(List.of("secret", command));
    words.addAll(List.of(more));
    words.addAll(List.of("--agent", AGENT.value(), "--state", site.host().state()));
    return SignetHere.run(input.getBytes(StandardCharsets.US_ASCII), Map.of(), words.toArray());
  }

  private static void put(String value) {
    SignetHere.Ended ended = secret("put", value + "\n", "llm");
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out() + ended.err()).doesNotContain(value);
  }

  @Test
  void keyIsUsedRotatedAndRemovedWithoutARestartAndIsNowhereInTheAgent() throws Exception {
    Path dump = Files.createDirectory(site.place("dump"));
    try (SignetProcess agent = run(rules("")).ready()) {
      agent.awaitTold(line -> line.contains("the secret llm for 127.0.0.1"), "what is missing");
      assertThat(agent.ask("get " + url("/v1/chat"))).startsWith("502 ").contains("SECRET_MISSING");
      assertThat(AUTHORIZATIONS).isEmpty();

      put(KEY);
      String hidden = "Bearer " + "*".repeat(KEY.length());
      assertThat(agent.ask("get " + url("/v1/chat")))
          .startsWith("200 ")
          .contains("x-debug=[" + hidden + "]")
          .endsWith("you sent " + hidden);
      put(ROTATED);
      assertThat(agent.ask("get " + url("/v1/chat"))).startsWith("200 ");
      assertThat(AUTHORIZATIONS).containsExactly("Bearer " + KEY, "Bearer " + ROTATED);
      assertThat(SIGNATURES).allMatch(input -> input.contains("\"authorization\""));
      lastUseIsListedAndNoValue();

      assertThat(agent.ask("dump " + dump + " . " + site.host().state()))
          .matches("dumped [1-9][0-9]* files");
      assertThat(secret("remove", "", "llm").code()).isZero();
      assertThat(agent.ask("get " + url("/v1/chat"))).startsWith("502 ").contains("SECRET_MISSING");
      assertThat(AUTHORIZATIONS).hasSize(2);
      assertThat(agent.told()).noneMatch(line -> line.contains(KEY) || line.contains(ROTATED));
    }
    assertThat(found(PLANTED, dump))
        .as("what the agent does hold is found where it is")
        .contains("heap.hprof", "environment", "proc", "memory");
    assertThat(found("\"ciphertext\":", dump)).as("the files were read").contains("files");
    for (String key : List.of(KEY, ROTATED)) {
      assertThat(found(key, dump)).as("places in which the agent has the key").isEmpty();
    }
  }

  private static void lastUseIsListedAndNoValue() throws Exception {
    JsonNode listed =
        Awaitility.await("the last use is noted")
            .until(
                () -> secret("list", "", "--json").json().path("secrets").path(0),
                row -> row.hasNonNull("lastUse"));
    assertThat(listed.path("name").asText()).isEqualTo("llm");
    assertThat(listed.path("bytes").asInt()).isEqualTo(ROTATED.length());
    assertThat(listed.path("usable").asBoolean()).isTrue();
    assertThat(secret("list", "").out()).contains("llm").doesNotContain(ROTATED);
  }

  /** Files in which the text stands, in any of the forms that a Java program may keep it in. */
  private static List<String> found(String text, Path in) throws IOException {
    List<byte[]> forms = new ArrayList<>();
    for (Charset charset :
        List.of(StandardCharsets.US_ASCII, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      forms.add(text.getBytes(charset));
    }
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(in)) {
      for (Path file : files.toList()) {
        if (holds(file, forms)) {
          found.add(file.getFileName().toString());
        }
      }
    }
    return found;
  }

  private static boolean holds(Path file, List<byte[]> forms) throws IOException {
    int overlap = forms.stream().mapToInt(form -> form.length).max().orElseThrow();
    byte[] window = new byte[1 << 20];
    int kept = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.readNBytes(window, 0, window.length);
          read > 0;
          read = in.readNBytes(window, kept, window.length - kept)) {
        String text =
            StandardCharsets.ISO_8859_1.decode(ByteBuffer.wrap(window, 0, kept + read)).toString();
        for (byte[] form : forms) {
          if (text.contains(new String(form, StandardCharsets.ISO_8859_1))) {
            return true;
          }
        }
        int end = kept + read;
        kept = Math.min(overlap, end);
        System.arraycopy(window, end - kept, window, 0, kept);
      }
    }
    return false;
  }

  @Test
  void valueIsTakenFromStandardInputOrAFileAndNeverRepeated() throws Exception {
    Path file = Files.writeString(site.place("key"), "sk-from-a-file\r\n");
    assertThat(secret("put", "", "filed", "--from-file", file.toString()).code()).isZero();
    for (String bad : List.of("short", "sk-two\nlines-of-it", "x".repeat(16 * 1024 + 1))) {
      SignetHere.Ended ended = secret("put", bad, "bad");
      assertThat(ended.code()).isEqualTo(64);
      assertThat(ended.err()).contains("expected a secret").doesNotContain(bad);
    }
    SignetHere.Ended asArgument = secret("put", "", "filed", "sk-as-an-argument");
    assertThat(asArgument.code()).isEqualTo(64);
    assertThat(secret("remove", "", "nobody-put-it").code()).isEqualTo(64);
    JsonNode row = secret("list", "", "--json").json().path("secrets").path(0);
    assertThat(row.path("name").asText()).isEqualTo("filed");
    assertThat(row.path("bytes").asInt()).isEqualTo("sk-from-a-file".length());
    assertThat(secret("remove", "", "filed").code()).isZero();
  }

  @Test
  void ruleThatSaysUnsignedIsSaidAtTheStartAndInTheLaunchEvent() throws Exception {
    put(KEY);
    try (SignetProcess agent = run(rules(",\"signed\":false")).ready()) {
      agent.awaitTold(line -> line.contains("leave unsigned"), "that requests leave unsigned");
      assertThat(agent.ask("get " + url("/v1/unsigned"))).startsWith("200 ");
      assertThat(SIGNATURES.getLast()).isEqualTo("null");
      LaunchEvent recorded =
          site.host().attestor().launchRegister(Site.REGISTER).events().getLast();
      assertThat(((LaunchEvent.Start) recorded).egress())
          .as("the verifier sees it, too")
          .containsExactly("unsigned 127.0.0.1:" + service.getAddress().getPort() + "/v1/*");
    }
    assertThat(secret("remove", "", "llm").code()).isZero();
    SIGNATURES.clear();
    AUTHORIZATIONS.clear();
  }

  @Test
  void rulesThatCannotBeStopTheStart() throws Exception {
    Path wrong = Files.writeString(site.place("wrong.json"), "{\"version\":1,\"credentials\":[]}");
    try (SignetProcess agent = run(wrong)) {
      assertThat(agent.end()).isEqualTo(64);
      assertThat(agent.told()).anyMatch(line -> line.contains("wrong.json"));
    }
  }
}
