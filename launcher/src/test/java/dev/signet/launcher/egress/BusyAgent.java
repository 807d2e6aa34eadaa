// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** An agent that posts to its URL by many threads and goes on, whatever becomes of requests. */
public final class BusyAgent {
  /** Each opens a tunnel of its own at first, which in JVMs that have just started takes long. */
  static final int THREADS = 5;

  static final int BODY = 20_000;

  private BusyAgent() {}

  public static void main(String[] args) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(args[0]))
            .POST(HttpRequest.BodyPublishers.ofString("x".repeat(BODY)))
            .build();
    for (int i = 0; i < THREADS; i++) {
      Thread.ofPlatform().start(() -> post(client, request));
    }
  }

  private static void post(HttpClient client, HttpRequest request) {
    while (true) {
      try {
        client.send(request, BodyHandlers.ofString());
      } catch (IOException e) {
        System.out.println(e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
