// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.Channel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections of which kind a proxy has at one time. Anybody on the host can open one, so
 * what is not admitted is bounded apart: it must not take the agent's places.
 */
final class ConnectionBounds {
  private static final int UNCHECKED = 64;
  private static final int REFUSED = 64;
  private static final int LOOKUPS = 4;

  private final AtomicInteger unchecked = new AtomicInteger();
  private final Semaphore refused = new Semaphore(REFUSED);
  private final Semaphore lookups = new Semaphore(LOOKUPS);
  private final Semaphore admitted;
  private final Semaphore streams;

  ConnectionBounds(int connections) {
    admitted = new Semaphore(connections);
    streams = new Semaphore(connections);
  }

  /** A new one; when there are too many, the next wait in the kernel's queue. */
  void accepted(Channel channel) {
    if (unchecked.incrementAndGet() >= UNCHECKED) {
      channel.parent().config().setAutoRead(false);
    }
  }

  /** Follows each {@link #accepted} once: so a pause always ends. */
  void checked(Channel channel) {
    if (unchecked.decrementAndGet() < UNCHECKED) {
      channel.parent().config().setAutoRead(true);
    }
  }

  /** Looking into /proc costs time that strangers must not take in any amount. */
  Semaphore lookups() {
    return lookups;
  }

  /** Whether the agent may have one more; counted until it is closed. */
  boolean admit(Channel channel) {
    return hold(admitted, channel);
  }

  /** The same for a request that shares its connection with others. */
  boolean admitStream(Channel stream) {
    return hold(streams, stream);
  }

  /** Whether there is room to tell one more why it was refused; counted until it is closed. */
  boolean mayLinger(Channel channel) {
    return hold(refused, channel);
  }

  private static boolean hold(Semaphore places, Channel channel) {
    boolean free = places.tryAcquire();
    if (free) {
      channel.closeFuture().addListener(closed -> places.release());
    }
    return free;
  }
}
