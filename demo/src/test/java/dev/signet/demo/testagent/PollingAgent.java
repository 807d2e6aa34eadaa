// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * An agent that runs as a service: asks its tool service every two seconds and prints what it was
 * answered. Its arguments: the address to ask.
 */
public final class PollingAgent {
  private static final long PAUSE = 2000;

  private PollingAgent() {}

  public static void main(String[] args) throws InterruptedException {
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(args[0]))
            .timeout(Duration.ofSeconds(30))
            .header("authorization", "Bearer " + System.getenv("TOOL_API_KEY"))
            .build();
    for (int number = 1; ; number++) {
      System.out.println(number + " " + answer(http, request));
      Thread.sleep(PAUSE);
    }
  }

  private static String answer(HttpClient http, HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().replaceAll("\\s+", " ").strip();
    } catch (IOException e) {
      return "0 " + e;
    }
  }
}
