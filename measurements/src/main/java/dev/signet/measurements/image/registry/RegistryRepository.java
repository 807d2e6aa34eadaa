// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.measurements.image.ImageReference;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * One repository of a registry, by the OCI distribution specification (1.1), pull only. Nothing
 * that the registry says of itself is used, such as {@code Docker-Content-Digest}: what it sends is
 * hashed by whoever reads it here.
 */
public final class RegistryRepository implements Closeable {
  private static final String ACCEPT =
      String.join(
          ", ",
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");

  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  private static final Pattern NEXT = Pattern.compile("<([^<>\\s]+\\?[^<>\\s]+)>; ?rel=\"?next\"?");
  private static final int MAX_LINK_CHARS = 4096;

  private static final Duration CONNECT = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_TOKEN_BYTES = 64 * 1024;

  private final String name;
  private final URI base;
  private final Optional<RegistryCredentials> credentials;
  private final Duration patience;
  private final HttpClient http;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "signet-registry-watch");
            thread.setDaemon(true);
            return thread;
          });
  private Optional<String> authorization = Optional.empty();

  private RegistryRepository(
      ImageReference.Repository repository,
      Optional<RegistryCredentials> credentials,
      Duration patience,
      HttpClient.Builder http) {
    name = repository.name();
    base = URI.create(scheme(repository.registry()) + "://" + host(repository.registry()) + "/");
    this.credentials = credentials;
    this.patience = patience;
    this.http =
        http.connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /** Asks nothing yet. A registry on this machine is asked by http, every other one by https. */
  public static RegistryRepository of(
      ImageReference.Repository repository, Optional<RegistryCredentials> credentials) {
    return new RegistryRepository(repository, credentials, PATIENCE, HttpClient.newBuilder());
  }

  static RegistryRepository of(
      ImageReference.Repository repository,
      Optional<RegistryCredentials> credentials,
      Duration patience,
      SSLContext tls) {
    return new RegistryRepository(
        repository, credentials, patience, HttpClient.newBuilder().sslContext(tls));
  }

  /**
   * A manifest or an index.
   *
   * @throws NoSuchFileException if it is not here
   */
  public InputStream manifest(Digest digest) throws IOException {
    return get("manifests/" + digest, Optional.of(ACCEPT)).body();
  }

  /**
   * A configuration or a layer.
   *
   * @throws NoSuchFileException if it is not here
   */
  public InputStream blob(Digest digest) throws IOException {
    return get("blobs/" + digest, Optional.empty()).body();
  }

  /**
   * What a tag points to today: a manifest or an index, by no digest that anybody knows.
   *
   * @throws NoSuchFileException if there is no such tag
   * @throws IllegalArgumentException if {@code tag} cannot be one
   */
  public InputStream tagged(String tag) throws IOException {
    if (!TAG.matcher(tag).matches()) {
      throw new IllegalArgumentException("tag: expected a registry's, got \"" + tag + "\"");
    }
    return get("manifests/" + tag, Optional.of(ACCEPT)).body();
  }

  /**
   * What says that it belongs to a manifest ("Listing Referrers"), the first page.
   *
   * @param artifactType is asked for; registries may send others as well
   * @throws NoSuchFileException if the registry has no such list, or none of this manifest
   */
  public ReferrersPage referrers(Digest subject, String artifactType) throws IOException {
    return page("referrers/" + subject, "?artifactType=" + encoded(artifactType));
  }

  /** The page that {@code before} leads to; of the same list, at the same registry. */
  public ReferrersPage next(ReferrersPage before) throws IOException {
    return page(before.list(), before.next().orElseThrow());
  }

  private ReferrersPage page(String list, String query) throws IOException {
    Answer answer = get(list + query, Optional.of(INDEX));
    try {
      return new ReferrersPage(list, answer.body(), next(answer, list));
    } catch (IOException e) {
      answer.body().close();
      throw e;
    }
  }

  private Optional<String> next(Answer answer, String list) throws IOException {
    Optional<String> link = answer.headers().firstValue("Link");
    if (link.isEmpty()) {
      return Optional.empty();
    }
    Matcher form = NEXT.matcher(link.get());
    if (link.get().length() <= MAX_LINK_CHARS && form.matches()) {
      try {
        URI all = base.resolve(path(list));
        URI next = answer.from().resolve(form.group(1));
        if (sameOrigin(all, next) && all.getPath().equals(next.getPath())) {
          return Optional.of("?" + next.getRawQuery());
        }
      } catch (IllegalArgumentException e) {
        throw new IOException(base.getHost() + ": the list of referrers leads to nowhere", e);
      }
    }
    throw new IOException(
        base.getHost() + ": expected a list of referrers that leads to its own next page only");
  }

  @Override
  public void close() {
    watcher.shutdownNow();
    http.shutdownNow();
  }

  /**
   * @param from the last place that was asked
   */
  private record Answer(URI from, HttpHeaders headers, InputStream body) {}

  private String path(String what) {
    return "/v2/" + name + "/" + what;
  }

  private Answer get(String what, Optional<String> accept) throws IOException {
    URI first = base.resolve(path(what));
    URI at = first;
    boolean asked = false;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; ) {
      // Where a registry sends us for the bytes is not whom the password or token is for.
      boolean home = sameOrigin(at, first);
      HttpResponse<InputStream> response =
          send(at, accept, home ? authorization : Optional.empty());
      switch (response.statusCode()) {
        case 200 -> {
          return new Answer(
              at, response.headers(), new StallGuard(response.body(), patience, watcher));
        }
        case 404 -> {
          response.body().close();
          throw new NoSuchFileException(what);
        }
        case 301, 302, 303, 307, 308 -> {
          response.body().close();
          at = redirect(at, response);
          redirects++;
        }
        case 401 -> {
          response.body().close();
          if (asked || !home) {
            throw new IOException(
                at.getHost() + ": the registry does not let us read " + name + " (401)");
          }
          asked = true;
          authorization = Optional.of(answer(response));
        }
        default -> {
          response.body().close();
          throw new IOException(
              at.getHost() + ": expected " + what + ", got status " + response.statusCode());
        }
      }
    }
    throw new IOException(first.getHost() + ": expected fewer redirects");
  }

  private HttpResponse<InputStream> send(
      URI to, Optional<String> accept, Optional<String> authority) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(to).timeout(patience).GET();
    accept.ifPresent(types -> request.header("Accept", types));
    authority.ifPresent(value -> request.header("Authorization", value));
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking " + to.getHost());
    }
  }

  private String answer(HttpResponse<InputStream> response) throws IOException {
    for (String challenge : response.headers().allValues("WWW-Authenticate")) {
      Optional<BearerChallenge> bearer = BearerChallenge.parse(challenge);
      if (bearer.isPresent()) {
        return "Bearer " + token(bearer.get());
      }
      if (challenge.toLowerCase(Locale.ROOT).startsWith("basic") && credentials.isPresent()) {
        return credentials.get().header();
      }
    }
    throw new IOException(
        base.getHost()
            + ": the registry wants credentials: name a file that docker login wrote with"
            + " --registry-auth");
  }

  private String token(BearerChallenge challenge) throws IOException {
    URI realm;
    try {
      realm = URI.create(challenge.realm());
    } catch (IllegalArgumentException e) {
      throw new IOException(base.getHost() + ": expected a URL to get a token at", e);
    }
    requireSafe(realm);
    String query =
        (challenge.service().isEmpty() ? "" : "service=" + encoded(challenge.service()) + "&")
            + "scope="
            + encoded("repository:" + name + ":pull");
    URI at = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + query);
    HttpResponse<InputStream> response =
        send(at, Optional.empty(), credentials.map(RegistryCredentials::header));
    try (InputStream in = new StallGuard(response.body(), patience, watcher)) {
      byte[] body = in.readNBytes(MAX_TOKEN_BYTES + 1);
      if (response.statusCode() != 200) {
        throw new IOException(realm.getHost() + ": no token, status " + response.statusCode());
      }
      JsonNode json = StrictJson.tree(body, MAX_TOKEN_BYTES);
      String token = json.path("token").asText(json.path("access_token").asText(""));
      if (!token.matches("[A-Za-z0-9._~+/=-]+")) {
        throw new IOException(realm.getHost() + ": expected a token, got something else");
      }
      return token;
    } catch (MalformedMessageException e) {
      throw new IOException(realm.getHost() + ": expected a token, got something else", e);
    }
  }

  private URI redirect(URI from, HttpResponse<InputStream> response) throws IOException {
    String location =
        response
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new IOException(from.getHost() + ": a redirect to nowhere"));
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException(from.getHost() + ": a redirect to nowhere", e);
    }
    requireSafe(to);
    return to;
  }

  /** Nothing goes in the clear, but between programs on this machine. */
  private void requireSafe(URI to) throws IOException {
    boolean local = base.getScheme().equals("http");
    if (to.getHost() == null
        || !("https".equals(to.getScheme())
            || (local && "http".equals(to.getScheme()) && isLocal(to.getHost())))) {
      throw new IOException(base.getHost() + ": sends us to a place without https: " + to);
    }
  }

  private static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && a.getHost().equals(b.getHost())
        && a.getPort() == b.getPort();
  }

  private static String scheme(String registry) {
    return isLocal(registry.replaceFirst(":[0-9]+$", "")) ? "http" : "https";
  }

  private static boolean isLocal(String host) {
    return host.equals("localhost") || host.equals("127.0.0.1");
  }

  private static String host(String registry) {
    return registry.equals("docker.io") ? "registry-1.docker.io" : registry;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
