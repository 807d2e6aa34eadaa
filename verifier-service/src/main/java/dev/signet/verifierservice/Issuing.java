// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.ear.ResultRoutes;
import dev.signet.verifierservice.ear.ResultService;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.requests.AgentCalls;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.svid.BundlePublisher;
import dev.signet.verifierservice.svid.FederationRoutes;
import dev.signet.verifierservice.svid.SignedCalls;
import dev.signet.verifierservice.svid.SvidRoutes;
import dev.signet.verifierservice.svid.SvidService;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What attested agents are given beside identity tokens, and what others check it with. */
record Issuing(
    ServiceConfig config,
    KeyStore keys,
    SignatureProviders providers,
    Database database,
    DecisionLog log,
    InstantSource clock) {
  List<Route> routes(AgentCalls calls, Metrics metrics, SecureRandom random) {
    SignedCalls signed = new SignedCalls(calls, config.limits(), metrics, clock);
    String trustDomain = config.svids().map(ServiceConfig.Svids::trustDomain).orElse(null);
    SvidService svids =
        new SvidService(
            new SvidService.Terms(config.issuer(), trustDomain, config.tokenLife()),
            keys,
            providers,
            database,
            log,
            clock,
            random);
    ResultService results =
        new ResultService(config.issuer(), config.pcrs(), keys, database, log, clock);
    FederationRoutes federation =
        new FederationRoutes(
            config.issuer(),
            keys,
            config.svids().map(s -> new BundlePublisher(keys, database, s.refreshHint())),
            clock);
    List<Route> routes = new ArrayList<>(new SvidRoutes(signed, svids).routes());
    routes.addAll(new ResultRoutes(signed, results).routes());
    routes.addAll(federation.routes());
    return routes;
  }
}
