// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * An agent that runs as a service: asks its tool service every two seconds and prints what it was
 * answered; once that was accepted, asks its verifier for an attestation result, until it has one.
 * Its arguments: where it asks the tool service, where the verifier, and the result's nonce.
 */
public final class PollingAgent {
  private static final String OK = "200 ";
  private static final long PAUSE = 2000;

  private PollingAgent() {}

  public static void main(String[] args) throws InterruptedException {
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    HttpRequest tool =
        request(args[0]).header("authorization", "Bearer " + System.getenv("TOOL_API_KEY")).build();
    HttpRequest result =
        request(args[1])
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString("{\"nonce\":\"" + args[2] + "\"}"))
            .build();
    boolean known = false;
    for (int number = 1; ; number++) {
      String answer = answer(http, tool);
      System.out.println(number + " " + answer);
      if (answer.startsWith(OK) && !known) {
        String got = answer(http, result);
        System.out.println("result " + got);
        known = got.startsWith(OK);
      }
      Thread.sleep(PAUSE);
    }
  }

  private static HttpRequest.Builder request(String address) {
    return HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(30));
  }

  /** Status and body; 0 for the status where there was no answer. */
  private static String answer(HttpClient http, HttpRequest request) throws InterruptedException {
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      return response.statusCode() + " " + response.body().replaceAll("\\s+", " ").strip();
    } catch (IOException e) {
      return "0 " + e;
    }
  }
}
