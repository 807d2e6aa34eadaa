// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.Attestor;
import dev.signet.attestor.Provisioning;
import dev.signet.attestor.ResidentKey;
import dev.signet.attestor.Tpm;
import dev.signet.attestor.TpmAddress;
import dev.signet.launcher.egress.EgressIdentity;
import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.ProxyFixture;
import dev.signet.launcher.egress.TestUpstream;
import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.SlowTpm;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A chip that takes 50 ms for a signature, behind the proxy and its queue. */
@Timeout(120)
class SlowChipIT {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path directory;
  private SimulatedTpm simulator;
  private SlowTpm chip;
  private Tpm tpm;
  private Attestor attestor;
  private ResidentKey key;
  private SigningQueue queue;
  private ProxyFixture proxy;
  private TestUpstream upstream;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    simulator = SimulatedTpm.in(directory.resolve("tpm"));
    simulator.start();
    chip = new SlowTpm(simulator, Duration.ofMillis(50));
    tpm = Tpm.open(TpmAddress.parse(chip.address()), RANDOM);
    attestor =
        ((Provisioning.Outcome.Provisioned) Provisioning.provision(tpm, directory.resolve("state")))
            .attestor();
    key = attestor.createResidentKey();
    key.sign(new byte[1]); // as an attestation does
    queue = SigningQueue.before(key);
    proxy =
        new ProxyFixture(
            EgressLimits.standard(), Optional.empty(), (peer, own) -> Optional.empty());
    proxy.sign(
        new EgressIdentity.Current(
            "token", key.publicKey().thumbprint(), queue, Instant.now().plusSeconds(300)));
    upstream = TestUpstream.http();
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", proxy.port())))
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    proxy.close();
    upstream.close();
    queue.close();
    key.close();
    tpm.close();
    chip.close();
    simulator.close();
  }

  private List<CompletableFuture<HttpResponse<String>>> flood(int requests) {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      answers.add(
          client.sendAsync(
              HttpRequest.newBuilder(upstream.uri("/" + i)).build(), BodyHandlers.ofString()));
    }
    return answers;
  }

  @Test
  void floodIsRefusedAtOnceBeyondWhatCanBeSignedAndQuotesComeFirst() throws Exception {
    var answers = flood(300);
    Awaitility.await().until(() -> queue.waiting() > 20);
    int before = chip.commands().size();
    attestor.quote(Digest.hash(new byte[1]), List.of(0, 15));
    List<Integer> all = chip.commands();
    List<Integer> during = all.subList(before, all.size());
    assertThat(during.subList(0, during.indexOf(SlowTpm.QUOTE)))
        .as("signatures before the quote: the one at work, and one more that had begun")
        .filteredOn(code -> code == SlowTpm.SIGN)
        .hasSizeLessThanOrEqualTo(2);
    int served = 0;
    int refused = 0;
    for (var answer : answers) {
      HttpResponse<String> response = answer.get();
      if (response.statusCode() == 200) {
        served++;
      } else {
        refused++;
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("SIGNER_BUSY");
        assertThat(response.headers().firstValueAsLong("retry-after").orElseThrow())
            .isBetween(1L, 10L);
      }
    }
    assertThat(served).isPositive();
    assertThat(refused).isPositive();
  }
}
