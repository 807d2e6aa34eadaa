// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Keeps a {@link TrustCache} fresh: asks mirrors for {@code /v1/trust} every so often, and listens
 * to {@code /v1/trust/stream} so that a revocation arrives at once. A mirror is believed in
 * nothing; the worst that it can do is to be silent, and then the cache grows stale and refuses
 * everybody.
 */
public final class TrustFeed implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TrustFeed.class.getName());
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

  private final TrustCache cache;
  private final List<URI> mirrors;
  private final HttpClient client;
  private final Duration every;
  private final Clock clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong faults = new AtomicLong();
  private volatile InputStream openStream;

  private TrustFeed(
      TrustCache cache, List<URI> mirrors, HttpClient client, Duration every, Clock clock) {
    this.cache = cache;
    this.mirrors = mirrors;
    this.client = client;
    this.every = every;
    this.clock = clock;
  }

  /**
   * Starts two daemon threads, one that polls and one that listens.
   *
   * @param mirrors base addresses, such as {@code https://verifier.example}; https, or http to this
   *     very host
   * @param client with the caller's TLS settings; {@link TrustTls} makes one that pins a CA
   * @param every time between two polls; well below {@link Limits#SNAPSHOT_STALE}
   */
  public static TrustFeed start(
      TrustCache cache, List<URI> mirrors, HttpClient client, Duration every, Clock clock) {
    if (mirrors.isEmpty() || every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("expected a mirror, and a time between polls");
    }
    mirrors.forEach(TrustFeed::requireProtected);
    TrustFeed feed = new TrustFeed(cache, List.copyOf(mirrors), client, every, clock);
    feed.startThread("signet-trust-poll", feed::poll);
    feed.startThread("signet-trust-stream", feed::listen);
    return feed;
  }

  /** Stops both threads; the cache stays as it is and grows stale. */
  @Override
  public void close() {
    closed.countDown();
    InputStream stream = openStream;
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "closing the trust stream", e);
      }
    }
    threads.forEach(Thread::interrupt);
  }

  private static void requireProtected(URI mirror) {
    boolean local =
        "127.0.0.1".equals(mirror.getHost())
            || "[::1]".equals(mirror.getHost())
            || "localhost".equals(mirror.getHost());
    if (!"https".equals(mirror.getScheme()) && !("http".equals(mirror.getScheme()) && local)) {
      throw new IllegalArgumentException("expected https for a mirror elsewhere, got " + mirror);
    }
  }

  private void startThread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void poll() {
    do {
      for (URI mirror : mirrors) {
        if (unharmed(mirror, this::fetch)) {
          break;
        }
      }
    } while (!pause(every));
  }

  /**
   * Rounds that ended in a fault of this library or of what was given to it, such as the clock.
   * Mirrors that are down or lie are not among them; they are logged.
   */
  public long faults() {
    return faults.get();
  }

  private boolean unharmed(URI mirror, Predicate<URI> round) {
    try {
      return round.test(mirror);
    } catch (RuntimeException e) {
      // A thread that lets one escape ends, and from then on nobody hears of a revocation.
      faults.incrementAndGet();
      LOG.log(Level.ERROR, "a fault with trust from " + mirror, e);
      return false;
    }
  }

  /** True when the mirror had the snapshot in use, or a newer one. */
  private boolean fetch(URI mirror) {
    HttpRequest request =
        HttpRequest.newBuilder(mirror.resolve("/v1/trust")).timeout(ANSWER_WITHIN).build();
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, BoundedBody.ofAtMost(Limits.SNAPSHOT_BYTES));
    try {
      // The request's own timeout ends with the head; a mirror that drips its body is cut off here.
      HttpResponse<String> response = answer.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() == 200) {
        return offer(response.body().strip(), mirror);
      }
      LOG.log(Level.WARNING, "trust from {0}: status {1}", mirror, response.statusCode());
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, "trust from {0}: {1}", mirror, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      answer.cancel(true);
    }
    return false;
  }

  private void listen() {
    int failures = 0;
    do {
      URI mirror = mirrors.get(failures % mirrors.size());
      failures = unharmed(mirror, this::follow) ? 0 : failures + 1;
    } while (!pause(pauseAfter(failures)));
  }

  /** Doubles from a quarter of a second. */
  private static Duration pauseAfter(int failures) {
    Duration pause = Duration.ofMillis(250L << Math.min(failures, 10));
    return pause.compareTo(MAX_PAUSE) < 0 ? pause : MAX_PAUSE;
  }

  /** Stays in the stream until it ends; true when it carried at least one snapshot. */
  private boolean follow(URI mirror) {
    HttpRequest request =
        HttpRequest.newBuilder(mirror.resolve("/v1/trust/stream"))
            .header("Accept", "text/event-stream")
            .timeout(ANSWER_WITHIN)
            .build();
    boolean useful = false;
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        openStream = body;
        if (response.statusCode() != 200 || closed.getCount() == 0) {
          return false;
        }
        // Base64url and field names make an event longer than the snapshot, by less than a line.
        EventStream events = new EventStream(body, Limits.SNAPSHOT_BYTES + 1024);
        for (EventStream.Event event = events.next(); event != null; event = events.next()) {
          if (event.type().equals("snapshot")) {
            useful |= offer(event.data(), mirror);
          }
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "trust stream from {0}: {1}", mirror, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      openStream = null;
    }
    return useful;
  }

  private boolean offer(String jws, URI mirror) {
    try {
      if (cache.offer(jws, clock.instant()) instanceof SnapshotOutcome.Refused refused) {
        LOG.log(
            Level.WARNING,
            "trust from {0} refused: {1}, {2}",
            mirror,
            refused.reason(),
            refused.detail());
        return false;
      }
      return true;
    } catch (IOException e) {
      LOG.log(Level.ERROR, "trust was not adopted, since its number cannot be written down", e);
      return false;
    }
  }

  /** True when it is time to end. */
  private boolean pause(Duration time) {
    try {
      return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
