// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What {@link RealClientsIT} tries, with clients that must be installed for it. */
@EnabledIfSystemProperty(
    named = InstalledClients.SWITCH,
    matches = ".+",
    disabledReason = InstalledClients.REASON)
class InstalledClientsIT {
  @TempDir static Path directory;
  private static ClientRuns runs;
  private static InstalledClients clients;

  @BeforeAll
  static void start() throws Exception {
    runs = new ClientRuns(directory);
    clients = new InstalledClients(Files.createDirectory(directory.resolve("scripts")));
  }

  @AfterAll
  static void stop() throws Exception {
    runs.close();
  }

  @BeforeEach
  void forget() {
    runs.forget();
  }

  @Test
  void requestsIsSignedFor() throws Exception {
    assertThat(said(clients.python("requests_client.py", runs.runs("1.1"))))
        .isEqualTo(ClientRuns.success("1.1"));
    runs.requireSigned(3);
  }

  @Test
  void httpxIsSignedForOverBothVersions() throws Exception {
    assertThat(said(clients.python("httpx_client.py", runs.runs("1.1", "2"))))
        .isEqualTo(ClientRuns.success("1.1", "2"));
    runs.requireSigned(6);
  }

  @Test
  void fetchIsSignedFor() throws Exception {
    assertThat(said(clients.node("fetch.mjs", "fetch", runs.url("1.1"))))
        .isEqualTo(ClientRuns.success("fetch"));
    runs.requireSigned(3);
  }

  @Test
  void fetchOfAnOlderNodeReachesNobodyWithoutARoute() throws Exception {
    assertThat(said(clients.olderNode("fetch.mjs", "fetch", runs.url("1.1"))))
        .singleElement()
        .asString()
        .startsWith("failed: ");
    assertThat(runs.received()).isEmpty();
  }

  @Test
  void fetchOfAnOlderNodeIsSignedForByARoute() throws Exception {
    String route = runs.fixture.proxy.routeAddress(ClientRuns.ROUTE).toString();
    assertThat(said(clients.olderNode("fetch.mjs", "fetch", route)))
        .isEqualTo(ClientRuns.success("fetch"));
    runs.requireSigned(3);
  }

  @Test
  void fetchOfAnOlderNodeIsSignedForWithUndicisAgent() throws Exception {
    assertThat(said(clients.olderNode("fetch_by_undici.mjs", "fetch", runs.url("1.1"))))
        .isEqualTo(ClientRuns.success("fetch"));
    runs.requireSigned(3);
  }

  private static List<String> said(String[] command) throws Exception {
    List<String> lines = runs.said(runs.surroundings.program(command));
    System.out.println(Path.of(command[1]).getFileName() + ": " + lines);
    return lines;
  }
}
