// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.launch.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** An agent that makes one request as soon as it can, then waits until its input ends. */
public final class FirstRequest {
  private FirstRequest() {}

  /**
   * @param args the URL to be fetched
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      int status =
          client
              .send(HttpRequest.newBuilder(URI.create(args[0])).build(), BodyHandlers.discarding())
              .statusCode();
      if (status != 200) {
        throw new IOException("expected 200, got " + status);
      }
    }
    while (System.in.read() >= 0) {
      // Only the end matters.
    }
  }
}
