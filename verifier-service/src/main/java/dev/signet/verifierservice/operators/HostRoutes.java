// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.operators;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.HostId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.Revocation;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.http.Access;
import dev.signet.verifierservice.http.Answer;
import dev.signet.verifierservice.http.Call;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.registry.AgentStatus;
import dev.signet.verifierservice.registry.AgentStatuses;
import dev.signet.verifierservice.registry.AttestationKeys;
import dev.signet.verifierservice.registry.BootSequences;
import dev.signet.verifierservice.registry.EndorsementKeys;
import dev.signet.verifierservice.registry.HostAlarms;
import dev.signet.verifierservice.registry.Hosts;
import dev.signet.verifierservice.registry.JoinTokens;
import dev.signet.verifierservice.registry.Platforms;
import dev.signet.verifierservice.registry.Revocations;
import dev.signet.verifierservice.storage.Transaction;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Admission of hosts: listed TPMs, pending ones, join tokens, and the reset of a host's key. */
public final class HostRoutes {
  private static final int MAX_TOKEN_SECONDS = (int) Duration.ofDays(7).toSeconds();

  private final Acts acts;
  private final boolean requireBoundTokens;
  private final SecureRandom random;

  /**
   * @param requireBoundTokens no join token without its TPM
   */
  public HostRoutes(Acts acts, boolean requireBoundTokens, SecureRandom random) {
    this.acts = acts;
    this.requireBoundTokens = requireBoundTokens;
    this.random = random;
  }

  public List<Route> routes() {
    Access admit = new Access.Operators(Role.ADMIT);
    int small = Limits.SMALL_MESSAGE_BYTES;
    return List.of(
        new Route("GET", "/v1/hosts", admit, 0, this::list),
        new Route("POST", "/v1/hosts", admit, small, this::admit),
        new Route("GET", "/v1/hosts/{id}", admit, 0, this::show),
        new Route("DELETE", "/v1/hosts/{id}", admit, 0, this::remove),
        new Route("POST", "/v1/hosts/{id}/ak-reset", admit, 0, this::resetKey),
        new Route("DELETE", "/v1/hosts/{id}/alarms", admit, 0, this::clearAlarms),
        new Route("POST", "/v1/join-tokens", admit, small, this::joinToken));
  }

  /**
   * {@code POST /v1/hosts}.
   *
   * @param tpm SHA-256 of the EK certificate
   */
  record Admission(HostId host, Digest tpm) {
    Admission {
      if (host == null || tpm == null) {
        throw new IllegalArgumentException("expected host and tpm");
      }
    }
  }

  /**
   * {@code POST /v1/join-tokens}.
   *
   * @param tpm the only TPM it admits, or null
   */
  record JoinTokenRequest(HostId host, Digest tpm, int expiresInSeconds) {
    JoinTokenRequest {
      if (host == null || expiresInSeconds < 1 || expiresInSeconds > MAX_TOKEN_SECONDS) {
        throw new IllegalArgumentException(
            "expected host and expiresInSeconds from 1 to " + MAX_TOKEN_SECONDS);
      }
    }
  }

  record JoinToken(String joinToken, HostId host, Instant expires) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record HostView(
      HostId host,
      Digest tpm,
      Instant admittedAt,
      String admittedBy,
      KeyView attestationKey,
      StatusView status,
      String manufacturer,
      String firmware,
      Platforms.Platform platform,
      List<HostAlarms.Alarm> alarms) {}

  /**
   * How the host stands: as the agent that was heard of last does. Absent while none ever was.
   *
   * @param lastSeen of any of its agents
   * @param lastGood likewise
   * @param reason of the newest refusal
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StatusView(
      AgentStatus.State state,
      Instant since,
      Instant lastSeen,
      Instant lastGood,
      String reason,
      int agents) {}

  record KeyView(
      Bytes akName, Instant enrolledAt, Instant lastSeen, long resetCount, long restartCount) {}

  record HostList(List<HostView> hosts, List<Hosts.Pending> pending) {}

  private Answer list(Call call) throws IOException {
    Instant now = acts.now();
    return new Answer.Json(
        200,
        acts.read(
            tx -> {
              List<HostView> hosts = new ArrayList<>();
              for (Hosts.Admitted host : Hosts.all(tx)) {
                hosts.add(view(tx, host, now));
              }
              return new HostList(hosts, Hosts.pending(tx));
            }));
  }

  private Answer show(Call call) throws IOException {
    HostId host = host(call);
    Instant now = acts.now();
    HostView view =
        acts.read(
            tx -> {
              Hosts.Admitted found = host == null ? null : Hosts.find(tx, host).orElse(null);
              return found == null ? null : view(tx, found, now);
            });
    return view == null ? acts.problem(Refusal.NOT_FOUND, null) : new Answer.Json(200, view);
  }

  private Answer admit(Call call) throws MalformedMessageException, IOException {
    Admission body = call.json(Admission.class);
    return acts.decide(
        call,
        "admit",
        (tx, now) ->
            Hosts.admit(tx, body.host(), body.tpm(), call.caller().name(), now)
                ? new Acts.Done(
                    201,
                    new HostView(
                        body.host(),
                        body.tpm(),
                        now,
                        call.caller().name(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                    Decision.act(
                        "admit", call.caller().actor(), body.host(), null, "tpm " + body.tpm()))
                : new Acts.Not(Refusal.CONFLICT, "the host or the TPM is admitted already"));
  }

  private Answer remove(Call call) throws IOException {
    HostId host = host(call);
    return acts.decide(
        call,
        "remove-host",
        (tx, now) ->
            host != null && Hosts.remove(tx, host)
                ? new Acts.Done(
                    204, null, Decision.act("remove-host", call.caller().actor(), host, null, null))
                : new Acts.Not(Refusal.NOT_FOUND, null));
  }

  private Answer resetKey(Call call) throws IOException {
    HostId host = host(call);
    return acts.decide(
        call,
        "ak-reset",
        (tx, now) ->
            host != null && AttestationKeys.remove(tx, host)
                ? new Acts.Done(
                    204, null, Decision.act("ak-reset", call.caller().actor(), host, null, null))
                : new Acts.Not(Refusal.NOT_FOUND, null));
  }

  private Answer clearAlarms(Call call) throws IOException {
    HostId host = host(call);
    return acts.decide(
        call,
        "clear-alarms",
        (tx, now) ->
            host != null && HostAlarms.clear(tx, host)
                ? new Acts.Done(
                    204,
                    null,
                    Decision.act("clear-alarms", call.caller().actor(), host, null, null))
                : new Acts.Not(Refusal.NOT_FOUND, null));
  }

  private Answer joinToken(Call call) throws MalformedMessageException, IOException {
    JoinTokenRequest body = call.json(JoinTokenRequest.class);
    if (requireBoundTokens && body.tpm() == null) {
      throw new MalformedMessageException(
          "tpm: expected the digest of the host's EK certificate, as `signet doctor` shows it;"
              + " requireBoundTokens is set");
    }
    String token = JoinTokens.random(random);
    return acts.decide(
        call,
        "join-token",
        (tx, now) -> {
          Instant expires = now.plusSeconds(body.expiresInSeconds());
          JoinTokens.add(tx, token, body.host(), body.tpm(), expires, call.caller().name());
          return new Acts.Done(
              201,
              new JoinToken(token, body.host(), expires),
              Decision.act(
                  "join-token", call.caller().actor(), body.host(), null, "until " + expires));
        });
  }

  private static HostView view(Transaction tx, Hosts.Admitted host, Instant now)
      throws SQLException {
    KeyView key =
        AttestationKeys.ofHost(tx, host.host())
            .map(
                k ->
                    new KeyView(
                        k.akName(), k.enrolledAt(), k.lastSeen(), k.resetCount(), k.restartCount()))
            .orElse(null);
    return new HostView(
        host.host(),
        host.tpm(),
        host.admittedAt(),
        host.admittedBy(),
        key,
        status(
            AgentStatuses.ofHost(tx, host.host()),
            Revocations.findHost(tx, host.host(), host.tpm()),
            now),
        EndorsementKeys.manufacturer(tx, host.tpm()).orElse(null),
        key == null
            ? null
            : BootSequences.firmware(tx, key.akName()).map("%016x"::formatted).orElse(null),
        Platforms.ofHost(tx, host.host()).orElse(null),
        HostAlarms.ofHost(tx, host.host()));
  }

  private static StatusView status(
      List<AgentStatus> agents, Optional<Revocation> revoked, Instant now) {
    if (agents.isEmpty()) {
      return revoked
          .map(r -> Instant.ofEpochSecond(r.since()))
          .map(since -> new StatusView(AgentStatus.State.REVOKED, since, null, null, null, 0))
          .orElse(null);
    }
    AgentStatus newest = agents.getFirst();
    AgentStatus.Standing standing = newest.at(now);
    return new StatusView(
        standing.state(),
        standing.since(),
        newest.lastSeen(),
        agents.stream()
            .map(AgentStatus::lastGood)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElse(null),
        newest.reason(),
        agents.size());
  }

  /** Null if the path names no possible host. */
  private static HostId host(Call call) {
    try {
      return new HostId(call.path().get("id"));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
