// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Remembers the addresses of the names that were asked for last, for a few seconds, so that an
 * agent's requests need not wait for a name server each. What is remembered is judged anew at every
 * request, and connected to as it was judged.
 *
 * <p>Safe for use by many threads.
 */
public final class RecentNames implements NameResolver {
  /** Less than the 30 seconds for which Java itself remembers. */
  static final Duration LIFE = Duration.ofSeconds(5);

  static final int MOST = 256;

  private record Remembered(List<InetAddress> addresses, long since) {}

  private final NameResolver resolver;
  private final LongSupplier nanos;
  private final Map<String, Remembered> names =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param nanos a clock as {@link System#nanoTime()}
   */
  RecentNames(NameResolver resolver, LongSupplier nanos) {
    this.resolver = resolver;
    this.nanos = nanos;
  }

  public static RecentNames of(NameResolver resolver) {
    return new RecentNames(resolver, System::nanoTime);
  }

  @Override
  public Optional<List<InetAddress>> known(String name) {
    synchronized (names) {
      Remembered found = names.get(name);
      return found == null || nanos.getAsLong() - found.since() >= LIFE.toNanos()
          ? Optional.empty()
          : Optional.of(found.addresses());
    }
  }

  /** Asks, whatever is remembered. A name without addresses is forgotten. */
  @Override
  public List<InetAddress> addresses(String name) throws UnknownHostException {
    long since = nanos.getAsLong();
    List<InetAddress> found = List.of();
    try {
      found = List.copyOf(resolver.addresses(name));
      return found;
    } finally {
      synchronized (names) {
        names.remove(name);
        if (!found.isEmpty()) {
          names.put(name, new Remembered(found, since));
        }
      }
    }
  }
}
