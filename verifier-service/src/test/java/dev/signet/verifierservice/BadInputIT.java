// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Limits;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.StrictJson;
import dev.signet.verifierservice.http.Route;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is sent: a problem document, never a 5xx, never a stack trace. */
class BadInputIT {
  @TempDir Path directory;
  private TestVerifier verifier;

  @BeforeEach
  void start() throws Exception {
    verifier = new TestVerifier(directory).start();
  }

  @AfterEach
  void stop() throws Exception {
    verifier.close();
  }

  private static List<byte[]> bodies(Random random, int maxBody) {
    List<byte[]> out = new ArrayList<>();
    for (String text :
        List.of(
            "",
            "{",
            "{}",
            "[]",
            "null",
            "1e999",
            "\"text\"",
            "{} {}",
            "{\"host\":\"a\",\"host\":\"b\"}",
            "{\"host\":1,\"tpm\":true}",
            "{\"scope\":\"AGENT\",\"value\":null,\"reason\":[]}",
            "{\"@class\":\"java.util.ArrayList\",\"host\":\"a\"}",
            "{\"agent\":\"spiffe://x/../y\",\"securityVersion\":99999999999999999999}",
            "{\"agent\":\"spiffe://x/y\",\"securityVersion\":-1}",
            "{\"agent\":\"spiffe://x/y\",\"securityVersion\":1.5}",
            "{\"purpose\":2,\"akName\":\"=\"}",
            "[".repeat(5000),
            "{\"a\":".repeat(5000))) {
      out.add(text.getBytes(StandardCharsets.UTF_8));
    }
    out.add(new byte[] {'"', (byte) 0xC3, '"'});
    out.add(new byte[Math.max(maxBody, 1)]);
    out.add(new byte[maxBody + 1]);
    for (int i = 0; i < 10; i++) {
      byte[] noise = new byte[random.nextInt(2000)];
      random.nextBytes(noise);
      out.add(noise);
    }
    return out;
  }

  @Test
  void everyRouteRefusesEveryBodyWithAProblem() throws Exception {
    Random random = new Random(20261121);
    int refusals = 0;
    for (Route route : verifier.server().routes()) {
      if (route.template().equals("/v1/trust/stream")) {
        continue;
      }
      String path = route.template().replace("{id}", "a-1").replace("**", "x");
      String method = route.method().equals(Route.ANY) ? "PATCH" : route.method();
      for (byte[] body : bodies(random, route.maxBody())) {
        refusals += probe(method, path, "application/json", body);
      }
      refusals += probe(method, path, "text/xml", new byte[] {'<'});
      refusals += probe(method, path + "?agent=%zz&agent", "application/json", new byte[] {'{'});
    }
    assertThat(refusals).isGreaterThan(800);
  }

  private int probe(String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        verifier
            .client()
            .send(
                HttpRequest.newBuilder(verifier.uri(path.replace("%zz", "%25zz")))
                    .timeout(Duration.ofSeconds(20))
                    .header("content-type", type)
                    .header(
                        "authorization",
                        "Bearer "
                            + (path.equals("/v1/verify")
                                ? TestVerifier.SERVICE
                                : TestVerifier.OPERATOR))
                    .header("signet-proxy-credential", TestVerifier.PROXY)
                    .method(method, BodyPublishers.ofByteArray(body))
                    .build(),
                BodyHandlers.ofByteArray());
    String where = method + " " + path + " with " + body.length + " bytes";
    assertThat(response.statusCode()).as(where).isLessThan(500);
    if (response.statusCode() >= 400) {
      assertThat(response.headers().firstValue("content-type"))
          .as(where)
          .contains(ProblemDetails.MEDIA_TYPE);
      assertThat(TestVerifier.problem(response).status()).isEqualTo(response.statusCode());
      assertThat(TestVerifier.text(response)).doesNotContain("Exception", "\tat ", "jackson");
      return 1;
    }
    return 0;
  }

  @Test
  void attack44GiantAndDeepMessages() throws Exception {
    assertThat(
            verifier.reason("POST", "/v1/attestations", null, new byte[Limits.EVIDENCE_BYTES + 1]))
        .isEqualTo("TOO_LARGE");
    assertThat(verifier.reason("POST", "/v1/challenges", null, new byte[64 * 1024 + 1]))
        .isEqualTo("TOO_LARGE");
    byte[] deep = ("{\"a\":".repeat(100) + "1" + "}".repeat(100)).getBytes(StandardCharsets.UTF_8);
    assertThat(verifier.reason("POST", "/v1/challenges", null, deep))
        .isEqualTo("MALFORMED_MESSAGE");
  }

  @Test
  void attack44CompressedBodyIsNotOpened() throws Exception {
    HttpResponse<byte[]> response =
        verifier
            .client()
            .send(
                HttpRequest.newBuilder(verifier.uri("/v1/challenges"))
                    .header("content-type", "application/json")
                    .header("content-encoding", "gzip")
                    .POST(BodyPublishers.ofByteArray(new byte[] {0x1f, (byte) 0x8b, 8, 0}))
                    .build(),
                BodyHandlers.ofByteArray());
    assertThat(TestVerifier.problem(response).reason()).isEqualTo("MALFORMED_MESSAGE");
  }

  @Test
  void attack47NoTypeIsChosenByTheData() throws Exception {
    TestHost host = new TestHost(verifier, "host-1").ready();
    String json =
        new String(StrictJson.encode(host.freshEvidence(Purpose.ATTEST)), StandardCharsets.UTF_8);
    byte[] typed =
        json.replaceFirst("\\{", "{\"@class\":\"java.lang.Runtime\",")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(verifier.reason("POST", "/v1/attestations", null, typed))
        .isEqualTo("MALFORMED_MESSAGE");
  }

  @Test
  void unknownPathsAndMethods() throws Exception {
    assertThat(verifier.reason("GET", "/", null, null)).isEqualTo("NOT_FOUND");
    assertThat(verifier.reason("GET", "/v1/hosts/a/b", null, null)).isEqualTo("NOT_FOUND");
    HttpResponse<byte[]> response = verifier.call("DELETE", "/v1/trust", null, null);
    assertThat(TestVerifier.problem(response).reason()).isEqualTo("METHOD_NOT_ALLOWED");
    assertThat(response.headers().firstValue("allow")).contains("GET");
  }

  private String raw(byte[] request) throws IOException {
    try (SSLSocket socket =
        (SSLSocket)
            TestVerifier.tls(verifier.server().pin(), null)
                .getSocketFactory()
                .createSocket("127.0.0.1", verifier.server().port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readNBytes(4000), StandardCharsets.ISO_8859_1);
      }
    }
  }

  @Test
  void brokenHttpGetsAProblemAndLosesItsConnection() throws Exception {
    for (String request :
        List.of(
            "GET /v1/trust HTTP/1.1\r\nHost: a\r\nBroken\r\n\r\n",
            "GET /v1/trust HTTP/1.1\r\n\r\n",
            "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /v1/trust HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(40_000) + "\r\n\r\n",
            "POST /v1/challenges HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: nine\r\n\r\n{}",
            "POST /v1/challenges HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")) {
      String answer = raw(request.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(answer).as(request.substring(0, 20)).startsWith("HTTP/1.1 4");
      assertThat(answer).contains("\"reason\":\"").doesNotContain("Exception");
    }
  }

  @Test
  void attack45FloodFromOneAddress() throws Exception {
    verifier.stop();
    verifier.rates = "  perAddress: {perSecond: 1, burst: 5}";
    verifier.start();
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      statuses.add(verifier.call("GET", "/v1/trust", null, null).statusCode());
    }
    assertThat(statuses).startsWith(200, 200, 200, 200, 200).endsWith(429);
    assertThat(verifier.call("GET", "/v1/hosts", TestVerifier.OPERATOR, null).statusCode())
        .as("operators are not shut out")
        .isEqualTo(200);
  }

  @Test
  void attack45FloodOfGuessedCredentials() throws Exception {
    verifier.stop();
    verifier.rates = "  perAddress: {perSecond: 1, burst: 5}";
    verifier.start();
    String reason = null;
    for (int i = 0; i < 8; i++) {
      reason = verifier.reason("GET", "/v1/hosts", "guess-" + i, null);
    }
    assertThat(reason).isEqualTo("RATE_LIMITED");
  }

  @Test
  void attack45SlowClientsLoseTheirConnection() throws Exception {
    verifier.stop();
    verifier.limits = "  requestTimeout: 500ms\n  idleTimeout: 30s";
    verifier.start();
    for (String begin :
        List.of(
            "GET /v1/trust HTTP/1.1\r\nHost: a\r\nX: ",
            "POST /v1/challenges HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 60000\r\n\r\n")) {
      assertThat(trickle(begin)).as(begin).isBetween(Duration.ofMillis(400), Duration.ofSeconds(3));
    }
  }

  @Test
  void connectionsOutliveARequestThatCameInTime() throws Exception {
    verifier.stop();
    verifier.limits = "  requestTimeout: 200ms\n  idleTimeout: 30s";
    verifier.start();
    HttpResponse<InputStream> stream =
        verifier
            .client()
            .send(
                HttpRequest.newBuilder(verifier.uri("/v1/trust/stream")).build(),
                BodyHandlers.ofInputStream());
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(in.readLine()).isEqualTo("event: snapshot");
      Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
      verifier.operator(
          "POST",
          "/v1/revocations",
          "{\"scope\":\"host\",\"value\":\"host-9\",\"reason\":\"lost\"}");
      assertThat(in.readLine()).startsWith("data: ");
      assertThat(in.readLine()).isEmpty();
      assertThat(in.readLine()).as("five request timeouts later").isEqualTo("event: snapshot");
    }
  }

  /** How long the server lets somebody send a byte now and then. */
  private Duration trickle(String begin) throws IOException {
    long start = System.nanoTime();
    try (SSLSocket socket =
        (SSLSocket)
            TestVerifier.tls(verifier.server().pin(), null)
                .getSocketFactory()
                .createSocket("127.0.0.1", verifier.server().port())) {
      socket.startHandshake();
      socket.setSoTimeout(100);
      OutputStream out = socket.getOutputStream();
      out.write(begin.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      while (System.nanoTime() - start < Duration.ofSeconds(8).toNanos()) {
        out.write('x');
        out.flush();
        try {
          if (in.read() < 0) {
            break;
          }
        } catch (java.net.SocketTimeoutException e) {
          // Nothing yet: go on.
        }
      }
    } catch (IOException e) {
      // The server closed it.
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void attack44LargeBodiesFromOneAddressAreBounded() throws Exception {
    int most = (int) (Runtime.getRuntime().maxMemory() / 40 / (5 << 20)) + 3;
    byte[] head =
        ("POST /v1/attestations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 6291456\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    List<SSLSocket> open = new ArrayList<>();
    try {
      for (int i = 0; i < most; i++) {
        SSLSocket socket =
            (SSLSocket)
                TestVerifier.tls(verifier.server().pin(), null)
                    .getSocketFactory()
                    .createSocket("127.0.0.1", verifier.server().port());
        open.add(socket);
        OutputStream out = socket.getOutputStream();
        out.write(head);
        out.write(new byte[6 << 20], 0, (6 << 20) - 1);
        out.flush();
      }
      assertThat(verifier.reason("POST", "/v1/attestations", null, new byte[6 << 20]))
          .isEqualTo("RATE_LIMITED");
      assertThat(verifier.reason("POST", "/v1/challenges", null, new byte[9]))
          .as("small messages are not kept out")
          .isEqualTo("MALFORMED_MESSAGE");
    } finally {
      for (SSLSocket socket : open) {
        socket.close();
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(verifier.reason("POST", "/v1/attestations", null, new byte[6 << 20]))
                    .isEqualTo("MALFORMED_MESSAGE"));
  }

  @Test
  void attack45OneAddressDoesNotTakeEveryStream() throws Exception {
    verifier.stop();
    verifier.limits = "  streams: 8";
    verifier.start();
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      statuses.add(
          verifier
              .client()
              .send(
                  HttpRequest.newBuilder(verifier.uri("/v1/trust/stream")).build(),
                  BodyHandlers.ofInputStream())
              .statusCode());
    }
    assertThat(statuses).startsWith(200, 200, 200, 200).endsWith(429);
  }
}
