// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A small agent that knows nothing of Signet: it holds an API key, reads lines such as {@code GET
 * /weather} or {@code POST /notes text} from its standard input, calls its tool service over plain
 * HTTP and prints the status and the answer on one line. Like other agents it can be talked into
 * calling another host: {@code POST http://…}.
 */
public final class DemoAgent {
  private DemoAgent() {}

  /**
   * @param args the tool service's base URL; the API key is in the variable {@code TOOL_API_KEY}
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    String apiKey = System.getenv("TOOL_API_KEY");
    if (args.length != 1 || apiKey == null) {
      System.err.println("usage: TOOL_API_KEY=… java -jar agent.jar http://tool-service:port");
      System.exit(64);
    }
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", 3);
      if (words.length < 2) {
        System.out.println("usage: METHOD PATH [BODY]");
        continue;
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create(words[1].startsWith("http:") ? words[1] : args[0] + words[1]))
              .timeout(Duration.ofSeconds(10))
              .header("authorization", "Bearer " + apiKey);
      if (words.length == 3) {
        request
            .header("content-type", "text/plain; charset=utf-8")
            .method(words[0], BodyPublishers.ofString(words[2]));
      } else {
        request.method(words[0], BodyPublishers.noBody());
      }
      try {
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        System.out.println(
            response.statusCode() + " " + response.body().replaceAll("\\s+", " ").strip());
      } catch (IOException e) {
        System.out.println("0 " + e);
      }
    }
  }
}
