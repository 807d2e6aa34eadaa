// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The official MCP SDKs over streamable HTTP: a client as an agent, a server behind TLS. */
@EnabledIfSystemProperty(
    named = InstalledClients.SWITCH,
    matches = ".+",
    disabledReason = InstalledClients.REASON)
class McpIT {
  private static final String SESSION = "mcp-session-id";
  private static final Pattern RUNNING =
      Pattern.compile("running on http://127\\.0\\.0\\.1:([0-9]+)");
  private static final String[] ANSWERED = {"TOOLS forecast", "ANSWER sunny in Oslo"};

  @TempDir static Path directory;
  private static ClientRuns runs;
  private static InstalledClients clients;
  private static Process server;

  @BeforeAll
  static void start() throws Exception {
    runs = new ClientRuns(directory);
    clients = new InstalledClients(Files.createDirectory(directory.resolve("scripts")));
    server =
        new ProcessBuilder(clients.python("mcp_server.py", "0")).redirectErrorStream(true).start();
    runs.relay("/mcp", URI.create("http://127.0.0.1:" + port() + "/mcp"));
  }

  private static String port() throws IOException {
    BufferedReader said = server.inputReader(StandardCharsets.UTF_8);
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      Matcher running = RUNNING.matcher(line);
      if (running.find()) {
        // What it says from now on must not fill the pipe.
        Thread.ofVirtual().start(() -> said.lines().forEach(more -> {}));
        return running.group(1);
      }
    }
    throw new IOException("the MCP server ended");
  }

  @AfterAll
  static void stop() throws Exception {
    server.destroyForcibly().waitFor();
    runs.close();
  }

  @BeforeEach
  void forget() {
    runs.forget();
  }

  @Test
  void sessionOfPythonsSdkIsCoveredByEachSignature() throws Exception {
    assertThat(said(clients.python("mcp_client.py", runs.url("1.1") + "/mcp", "legacy")))
        .containsExactly(ANSWERED);
    requireSessionSigned();
  }

  @Test
  void sessionOfTypeScriptsSdkIsCoveredByEachSignature() throws Exception {
    assertThat(said(clients.node("mcp_client.mjs", runs.url("1.1") + "/mcp")))
        .containsExactly(ANSWERED);
    requireSessionSigned();
  }

  @Test
  void typeScriptsSdkInAnOlderNodeTakesARoute() throws Exception {
    String route = runs.fixture.proxy.routeAddress(ClientRuns.ROUTE) + "/mcp";
    assertThat(said(clients.olderNode("mcp_client.mjs", route))).containsExactly(ANSWERED);
    requireSessionSigned();
  }

  @Test
  void protocolWithoutSessionsIsSignedToo() throws Exception {
    assertThat(said(clients.python("mcp_client.py", runs.url("1.1") + "/mcp", "auto")))
        .containsExactly(ANSWERED);
    runs.requireSigned(runs.received().size());
    assertThat(runs.received())
        .hasSizeGreaterThanOrEqualTo(2)
        .allSatisfy(r -> assertThat(r.fieldValues(SESSION)).isEmpty())
        .allSatisfy(r -> assertThat(r.fieldValues("mcp-protocol-version")).hasSize(1))
        .allSatisfy(
            r ->
                assertThat(r.fieldValues("signature-input").getFirst())
                    .contains("\"mcp-protocol-version\""));
  }

  /** All but the request that began the session carry its id, and no other id fits. */
  private static void requireSessionSigned() {
    List<ReceivedRequest> received = runs.received();
    runs.requireSigned(received.size());
    List<ReceivedRequest> inSession =
        received.stream().filter(r -> !r.fieldValues(SESSION).isEmpty()).toList();
    assertThat(inSession).hasSize(received.size() - 1).hasSizeGreaterThanOrEqualTo(3);
    assertThat(inSession)
        .extracting(r -> r.fieldValues(SESSION))
        .as("one session")
        .containsOnly(inSession.getFirst().fieldValues(SESSION));
    assertThat(inSession)
        .allSatisfy(
            r ->
                assertThat(
                        withSession(r, "of-somebody-else").faults(runs.fixture.key.verification()))
                    .as("another session under the same signature")
                    .isNotEmpty());
    System.out.println(
        inSession.size()
            + " of "
            + received.size()
            + " requests in session, signature over it: "
            + inSession.getLast().fieldValues("signature-input"));
  }

  private static ReceivedRequest withSession(ReceivedRequest request, String id) {
    Map<String, List<String>> fields = new HashMap<>(request.fields());
    fields.put(SESSION, List.of(id));
    return new ReceivedRequest(
        request.method(),
        request.scheme(),
        request.path(),
        request.query(),
        fields,
        request.body());
  }

  private static List<String> said(String[] command) throws Exception {
    List<String> lines = runs.said(runs.surroundings.program(command));
    System.out.println(Path.of(command[1]).getFileName() + ": " + lines);
    return lines;
  }
}
