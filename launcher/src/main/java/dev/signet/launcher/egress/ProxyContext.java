// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.launcher.traffic.ExchangeLog;
import io.netty.channel.EventLoop;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What all connections of one proxy share.
 *
 * @param interception which tunnels are opened
 * @param tunnels how TLS is answered in tunnels; without it, there are none
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
    ExchangeLog exchanges,
    Clock clock,
    Path spoolDirectory,
    UpstreamTls tls,
    Optional<Interception> interception,
    Optional<TunnelTls> tunnels,
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
      ExchangeLog exchanges,
      Clock clock,
      Path spoolDirectory,
      UpstreamTls tls,
      Optional<Interception> interception,
      Executor blocking) {
    this(
        limits,
        targets,
        permissions,
        credentials,
        signing,
        peers,
        stats,
        exchanges,
        clock,
        spoolDirectory,
        tls,
        interception,
        interception.map(i -> new TunnelTls(i.authority(), i.clock())),
        blocking,
        new SpoolBudget(limits.spoolBytes()),
        new ConnectionBounds(limits.connections()),
        new ConcurrentHashMap<>());
  }

  UpstreamPool pool(EventLoop loop) {
    return pools.computeIfAbsent(loop, l -> new UpstreamPool(l, tls, limits));
  }
}
