// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.EgressIdentity;
import dev.signet.launcher.egress.EgressLimits;
import dev.signet.launcher.egress.HostPort;
import dev.signet.launcher.egress.LoopbackPort;
import dev.signet.launcher.egress.ProcessTreePeerCheck;
import dev.signet.launcher.egress.ProxySettings;
import dev.signet.launcher.egress.Route;
import dev.signet.launcher.egress.SigningProxy;
import dev.signet.launcher.egress.permission.EgressPolicy;
import dev.signet.launcher.process.AgentSpace;
import dev.signet.launcher.traffic.ExchangeLog;
import dev.signet.launcher.traffic.FileExchangeLog;
import dev.signet.launcher.traffic.LogSettings;
import dev.signet.measurements.VerifiedStatement;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.LaunchId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One launch's way out: the network that its agent will live in, whom the agent trusts, and the
 * proxy, which notes what passes.
 *
 * @param peers who may use it; nobody before the agent is there
 */
record WayOut(SigningProxy proxy, ProcessTreePeerCheck peers, LaunchTrust trust) {

  /**
   * What the ways out of all launches of one launcher have in common.
   *
   * @param state the launcher's state directory
   */
  record Surroundings(Path state, Clock clock, SecureRandom random, Progress progress) {}

  /** Whose way out it is. */
  record Owner(VerifiedStatement statement, LaunchId launch) {
    AgentId agent() {
      return statement.statement().predicate().agent();
    }
  }

  /**
   * Opens it; closing stands in {@code unwinding}.
   *
   * @param identity who signs, once there is somebody
   * @param verifierClock the time that signatures carry
   */
  static WayOut open(
      EgressRequest asked,
      Owner owner,
      Prepared prepared,
      Path spool,
      EgressIdentity identity,
      LaunchSecrets secrets,
      Clock verifierClock,
      Surroundings of,
      Unwinding unwinding)
      throws IOException, InterruptedException {
    Optional<AgentSpace> space = prepared.openSpace();
    space.ifPresent(own -> unwinding.undo(own::close));
    ProcessTreePeerCheck peers =
        space
            .map(own -> new ProcessTreePeerCheck(own.socketTables()))
            .orElseGet(ProcessTreePeerCheck::new);
    EgressPolicy policy = StatedEgress.policy(owner.statement(), asked, of.progress());
    LaunchTrust trust =
        LaunchTrust.create(
            policy.signed(),
            owner.statement().statement().predicate().validity().notAfter(),
            asked,
            of.clock(),
            of.random());
    for (HostPort host : asked.passThrough()) {
      of.progress()
          .say(
              Progress.Step.WARNING,
              "pass-through: what the agent sends to " + host + " is neither signed nor looked at");
    }
    ExchangeLog exchanges =
        FileExchangeLog.open(
            new LogSettings(
                LogSettings.in(of.state()), asked.bodies(), LogSettings.Bounds.standard()),
            owner.launch(),
            owner.agent(),
            verifierClock,
            of.random(),
            text -> of.progress().say(Progress.Step.WARNING, text));
    unwinding.undo(exchanges::close);
    SigningProxy proxy =
        SigningProxy.start(
            new ProxySettings(
                spool,
                asked.routes(),
                asked.extraRoots(),
                policy,
                text -> of.progress().say(Progress.Step.REQUEST_REFUSED, text),
                EgressLimits.standard(),
                asked.clientCertificates(),
                Optional.of(trust.interception()),
                secrets.credentials(),
                exchanges),
            space.isPresent() ? space.get().within(LoopbackPort::open) : LoopbackPort.open(),
            identity,
            peers,
            verifierClock,
            of.random());
    unwinding.undo(proxy::close);
    return new WayOut(proxy, peers, trust);
  }

  /** The variables given, and where each route is: {@code SIGNET_ROUTE_} and its name. */
  Map<String, String> variables(Map<String, String> given, List<Route> routes) {
    Map<String, String> all = new TreeMap<>(given);
    for (Route route : routes) {
      String name = route.name().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
      all.put("SIGNET_ROUTE_" + name, proxy.routeAddress(route.name()).toString());
    }
    return all;
  }
}
