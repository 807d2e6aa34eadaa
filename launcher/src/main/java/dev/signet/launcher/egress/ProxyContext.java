// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What all connections of one proxy share.
 *
 * @param blocking where peers are looked up, names resolved and keys used: these block
 */
record ProxyContext(
    EgressLimits limits,
    TargetResolver targets,
    PermissionGate permissions,
    AddedCredentials credentials,
    RequestSigning signing,
    PeerCheck peers,
    EgressStats stats,
    Clock clock,
    Path spoolDirectory,
    UpstreamTls tls,
    Executor blocking,
    SpoolBudget spoolBudget,
    ConnectionBounds bounds,
    Map<EventLoop, UpstreamPool> pools) {

  ProxyContext(
      EgressLimits limits,
      TargetResolver targets,
      PermissionGate permissions,
      AddedCredentials credentials,
      RequestSigning signing,
      PeerCheck peers,
      EgressStats stats,
      Clock clock,
      Path spoolDirectory,
      UpstreamTls tls,
      Executor blocking) {
    this(
        limits,
        targets,
        permissions,
        credentials,
        signing,
        peers,
        stats,
        clock,
        spoolDirectory,
        tls,
        blocking,
        new SpoolBudget(limits.spoolBytes()),
        new ConnectionBounds(limits.connections()),
        new ConcurrentHashMap<>());
  }

  UpstreamPool pool(EventLoop loop) {
    return pools.computeIfAbsent(loop, l -> new UpstreamPool(l, tls, limits));
  }
}
