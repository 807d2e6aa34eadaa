// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Calls services by the JDK's client and by curl, neither of which is told of a proxy or an
 * authority. Ends at the end of its input.
 */
public final class HttpsAgent {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private HttpsAgent() {}

  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 2);
      switch (words[0]) {
        case "pid" -> System.out.println(ProcessHandle.current().pid());
        case "get" -> System.out.println(get(words[1]));
        case "events" -> events(words[1]);
        case "curl" -> curl("-w", " %{http_code}", words[1]);
        case "curl-events" -> curl("-N", words[1]);
        case "busy" -> busy(words[1]);
        default -> System.out.println("unknown: " + line);
      }
    }
    System.exit(0);
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
  }

  private static String get(String url) throws InterruptedException {
    try {
      var answer = HTTP.send(request(url).build(), BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body().replaceAll("\\s+", " ").strip();
    } catch (IOException e) {
      return "0 " + e;
    }
  }

  /** Each event as it comes. */
  private static void events(String url) throws Exception {
    show(HTTP.send(request(url).build(), BodyHandlers.ofInputStream()).body());
  }

  private static void curl(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 3];
    command[0] = "curl";
    command[1] = "-sS";
    command[2] = "-m20";
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    show(new ProcessBuilder(command).redirectErrorStream(true).start().getInputStream());
  }

  private static void show(InputStream lines) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          System.out.println(line);
        }
      }
    }
    System.out.println("end");
  }

  /** Posts by many threads, whatever becomes of requests. */
  private static void busy(String url) {
    HttpRequest post =
        request(url).POST(HttpRequest.BodyPublishers.ofString("x".repeat(20_000))).build();
    for (int i = 0; i < 10; i++) {
      Thread.ofPlatform().daemon().start(() -> postForever(post));
    }
    System.out.println("busy");
  }

  private static void postForever(HttpRequest post) {
    while (true) {
      try {
        HTTP.send(post, BodyHandlers.discarding());
      } catch (IOException e) {
        continue;
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
