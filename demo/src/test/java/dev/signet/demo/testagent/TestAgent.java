// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A program that knows nothing of Signet and does what its standard input says, so that a test can
 * see what the launcher lets through. Ends with code 0 at the end of its input.
 */
public final class TestAgent {
  private TestAgent() {}

  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("bye")));
    System.out.println("ready");
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 2);
      String rest = words.length == 2 ? words[1] : "";
      switch (words[0]) {
        case "echo" -> System.out.println(rest);
        case "complain" -> System.err.println(rest);
        case "exit" -> System.exit(Integer.parseInt(rest));
        case "args" -> System.out.println(List.of(args));
        case "pid" -> System.out.println(ProcessHandle.current().pid());
        case "cwd" -> System.out.println(System.getProperty("user.dir"));
        case "user" -> System.out.println(System.getProperty("user.name"));
        case "environment" ->
            System.out.println(System.getenv().keySet().stream().sorted().toList());
        case "get" -> System.out.println(get(http, rest));
        case "workload" -> System.out.println(workload());
        default -> System.out.println("unknown: " + line);
      }
    }
  }

  /** What the Workload API says first: an HTTP/2 server sends its settings (frame type 4). */
  private static String workload() {
    String endpoint = System.getenv("SPIFFE_ENDPOINT_SOCKET");
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(endpoint.substring("unix://".length())));
      ByteBuffer head = ByteBuffer.allocate(9);
      while (head.hasRemaining() && channel.read(head) >= 0) {
        continue;
      }
      return endpoint + (head.hasRemaining() ? " closed" : " frame " + head.get(3));
    } catch (IOException e) {
      return endpoint + " " + e;
    }
  }

  private static String get(HttpClient http, String url) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + System.getenv("TOOL_API_KEY"))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().replaceAll("\\s+", " ").strip();
    } catch (IOException e) {
      return "0 " + e;
    }
  }
}
