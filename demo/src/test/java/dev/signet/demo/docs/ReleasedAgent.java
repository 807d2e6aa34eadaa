// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.docs;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** Calls one address every five seconds, and says which version it is. */
public class ReleasedAgent {
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(URI.create(args[0])).build();
    while (true) {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(version() + ": " + answer.statusCode() + " " + answer.body().strip());
      Thread.sleep(5000);
    }
  }

  private static String version() throws Exception {
    try (InputStream manifest = ReleasedAgent.class.getResourceAsStream("/META-INF/MANIFEST.MF")) {
      return new Manifest(manifest)
          .getMainAttributes()
          .getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    }
  }
}
