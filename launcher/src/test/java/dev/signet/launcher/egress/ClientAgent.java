// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * An agent that knows nothing of Signet: asks with the JDK's client or with OkHttp, and says what
 * it got as soon as it got it. Arguments: {@code jdk} or {@code okhttp}, then for each run a
 * version of HTTP and a URL.
 */
public final class ClientAgent {
  private static final String JSON = "{\"n\":1}";

  private ClientAgent() {}

  public static void main(String[] args) throws Exception {
    for (int i = 1; i < args.length; i += 2) {
      if (args[0].equals("jdk")) {
        jdk(args[i], args[i + 1]);
      } else {
        okhttp(args[i], args[i + 1]);
      }
    }
  }

  private static void jdk(String run, String url) throws Exception {
    HttpClient.Version wanted =
        run.equals("2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
    try (HttpClient client = HttpClient.newBuilder().version(wanted).build()) {
      HttpResponse<String> got =
          client.send(ask(url, "json", run).build(), BodyHandlers.ofString());
      System.out.println(version(got) + " GET " + got.statusCode() + " " + got.body());
      HttpRequest post =
          ask(url, "echo", run)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(JSON))
              .build();
      got = client.send(post, BodyHandlers.ofString());
      System.out.println(version(got) + " POST " + got.statusCode() + " " + got.body());
      HttpResponse<Stream<String>> events =
          client.send(ask(url, "events", run).build(), BodyHandlers.ofLines());
      try (Stream<String> lines = events.body()) {
        lines.forEach(line -> event(version(events), line));
      }
    }
  }

  private static HttpRequest.Builder ask(String url, String path, String run) {
    return HttpRequest.newBuilder(URI.create(url + "/" + path + "?run=" + run));
  }

  private static String version(HttpResponse<?> answer) {
    return answer.version() == HttpClient.Version.HTTP_2 ? "2" : "1.1";
  }

  private static void okhttp(String run, String url) throws IOException {
    OkHttpClient.Builder builder = new OkHttpClient.Builder();
    if (!run.equals("2")) {
      builder.protocols(List.of(Protocol.HTTP_1_1));
    }
    OkHttpClient client = builder.build();
    Map<Protocol, String> names = Map.of(Protocol.HTTP_1_1, "1.1", Protocol.HTTP_2, "2");
    try (Response got = client.newCall(request(url, "json", run).build()).execute()) {
      System.out.println(
          names.get(got.protocol()) + " GET " + got.code() + " " + got.body().string());
    }
    RequestBody body = RequestBody.create(JSON, MediaType.get("application/json"));
    try (Response got = client.newCall(request(url, "echo", run).post(body).build()).execute()) {
      System.out.println(
          names.get(got.protocol()) + " POST " + got.code() + " " + got.body().string());
    }
    try (Response got = client.newCall(request(url, "events", run).build()).execute();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(got.body().byteStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        event(names.get(got.protocol()), line);
      }
    }
    // Its threads would keep the agent alive for a minute.
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private static Request.Builder request(String url, String path, String run) {
    return new Request.Builder().url(url + "/" + path + "?run=" + run);
  }

  private static void event(String version, String line) {
    if (!line.isEmpty()) {
      System.out.println(version + " EVENT " + line.substring("data: ".length()));
    }
  }
}
