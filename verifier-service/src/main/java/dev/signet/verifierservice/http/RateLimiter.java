// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.http;

import dev.signet.verifierservice.config.ServiceLimits.Rate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A token bucket for each of a bounded number of callers. When there are more, the one seen longest
 * ago is forgotten: it gets a full bucket when it returns, and no caller can use up memory.
 */
public final class RateLimiter {
  private static final int CALLERS = 65_536;

  private final double perNano;
  private final double burst;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(256, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > CALLERS;
        }
      };

  private static final class Bucket {
    private double tokens;
    private long at;
  }

  public RateLimiter(Rate rate) {
    this.perNano = rate.perSecond() / 1e9;
    this.burst = rate.burst();
  }

  /**
   * Whether {@code caller} may make one more call.
   *
   * @param nanos a monotonic clock
   */
  public boolean take(String caller, long nanos) {
    lock.lock();
    try {
      Bucket bucket = buckets.get(caller);
      if (bucket == null) {
        bucket = new Bucket();
        bucket.tokens = burst;
        bucket.at = nanos;
        buckets.put(caller, bucket);
      }
      bucket.tokens = Math.min(burst, bucket.tokens + (nanos - bucket.at) * perNano);
      bucket.at = nanos;
      if (bucket.tokens < 1) {
        return false;
      }
      bucket.tokens -= 1;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
