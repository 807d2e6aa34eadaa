// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.signet.measurements.image.ImageReference;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A registry on loopback with one repository, that can be made to lie. */
public final class TestRegistry implements AutoCloseable {
  public static final String NAME = "acme/agent";
  public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String INDEX = "application/vnd.oci.image.index.v1+json";

  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final Map<String, byte[]> content = new ConcurrentHashMap<>();
  private final Map<Digest, List<String>> referrers = new LinkedHashMap<>();
  private final Map<String, UnaryOperator<byte[]>> lies = new ConcurrentHashMap<>();

  /** What was asked for, path and query. */
  public final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  /** Whether there are lists of referrers. */
  public volatile boolean listsReferrers = true;

  /** Referrers on a page. */
  public volatile int pageSize = 100;

  /** A Link of its own, to every page. */
  public volatile Optional<String> link = Optional.empty();

  /** A status for everything, if not 0. */
  public volatile int status;

  public TestRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            answer(exchange);
          }
        });
    server.start();
  }

  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public ImageReference.Repository repository() {
    return new ImageReference.Repository(host(), NAME);
  }

  /** A client of it. */
  public RegistryRepository client() {
    return RegistryRepository.of(repository(), Optional.empty());
  }

  /** Puts content; returns its digest. */
  public Digest put(byte[] bytes) {
    Digest digest = Digest.hash(bytes);
    content.put(digest.toString(), bytes);
    return digest;
  }

  /** Everything that an OCI layout holds. */
  public void putLayout(Path layout) throws IOException {
    try (Stream<Path> blobs = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        put(Files.readAllBytes(blob));
      }
    }
  }

  public void tag(String tag, byte[] manifest) {
    content.put(tag, manifest);
  }

  /** Lists what is described as belonging to {@code subject}. */
  public void list(Digest subject, String descriptor) {
    referrers.computeIfAbsent(subject, s -> new ArrayList<>()).add(descriptor);
  }

  /** Sends something else than what is at a digest or tag. */
  public void lieAbout(String at, UnaryOperator<byte[]> lie) {
    lies.put(at, lie);
  }

  public static byte[] index(List<String> descriptors) {
    return ("{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(INDEX, String.join(",", descriptors)))
        .getBytes(StandardCharsets.UTF_8);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    seen.add(exchange.getRequestURI().toString());
    String last = path.substring(path.lastIndexOf('/') + 1);
    if (status != 0) {
      exchange.sendResponseHeaders(status, -1);
    } else if (path.startsWith("/v2/" + NAME + "/referrers/")) {
      list(exchange, Digest.parse(last));
    } else if (path.startsWith("/v2/" + NAME + "/") && content.containsKey(last)) {
      send(exchange, lies.getOrDefault(last, UnaryOperator.identity()).apply(content.get(last)));
    } else {
      exchange.sendResponseHeaders(404, -1);
    }
  }

  private void list(HttpExchange exchange, Digest subject) throws IOException {
    if (!listsReferrers) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    List<String> all = referrers.getOrDefault(subject, List.of());
    String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
    int from = query.startsWith("after=") ? Integer.parseInt(query.substring(6)) : 0;
    int to = Math.min(all.size(), from + pageSize);
    if (link.isPresent()) {
      exchange.getResponseHeaders().add("Link", link.get());
    } else if (to < all.size()) {
      exchange
          .getResponseHeaders()
          .add(
              "Link",
              "</v2/" + NAME + "/referrers/" + subject + "?after=" + to + ">; rel=\"next\"");
    }
    send(
        exchange,
        lies.getOrDefault("referrers", UnaryOperator.identity())
            .apply(index(all.subList(from, to))));
  }

  private static void send(HttpExchange exchange, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
