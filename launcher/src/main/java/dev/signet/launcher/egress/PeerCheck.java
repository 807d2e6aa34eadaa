// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Decides, once for each connection, whether its other end is the agent that is signed for. */
@FunctionalInterface
public interface PeerCheck {
  /**
   * Looks at who has the client's end, while both ends exist. May block; it is called on a thread
   * of its own.
   *
   * @param client the connecting end's address
   * @param proxy the accepting end's address
   * @return empty if the peer is the agent; else what was found, in words for the log
   * @throws IOException if it cannot be found out, which refuses the peer
   */
  Optional<String> refusal(InetSocketAddress client, InetSocketAddress proxy) throws IOException;

  /**
   * Asked when a connection is accepted, before the look; never blocks.
   *
   * @return false while nobody can be the agent yet: what is accepted then is closed, since by the
   *     time of the look its port may have become the agent's
   */
  default boolean accepting() {
    return true;
  }
}
