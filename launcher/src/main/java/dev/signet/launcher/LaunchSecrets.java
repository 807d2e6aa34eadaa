// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.attestor.AgentSecrets;
import dev.signet.attestor.AgentSecrets.Opened;
import dev.signet.attestor.Attestor;
import dev.signet.attestor.SecretName;
import dev.signet.attestor.SecretValue;
import dev.signet.attestor.SecretsKey;
import dev.signet.launcher.egress.CredentialRule;
import dev.signet.launcher.egress.Credentials;
import dev.signet.launcher.egress.SecretSource;
import dev.signet.protocol.AgentId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The secrets of one launch. Each request looks whether the secret's file is still the one that was
 * read, so that a new value, or none, counts from the next request on.
 */
final class LaunchSecrets implements SecretSource {
  /** How exactly a last use is known; each note of it is a file written. */
  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

  private final List<CredentialRule> rules;
  private final Clock clock;
  private final Progress progress;
  private final Map<SecretName, Held> held = new HashMap<>();
  private final Map<SecretName, Instant> noted = new HashMap<>();
  private AgentSecrets secrets;
  private SecretsKey key;
  private boolean noteFailed;

  private record Held(AgentSecrets.Stamp stamp, SecretValue value) {}

  LaunchSecrets(List<CredentialRule> rules, Clock clock, Progress progress) {
    this.rules = List.copyOf(rules);
    this.clock = clock;
    this.progress = progress;
  }

  Credentials credentials() {
    return new Credentials(rules, this);
  }

  /**
   * Begins to give them out, and tells what will be missing.
   *
   * @param released closed with the request key that it came with
   */
  synchronized void begin(Attestor attestor, AgentId agent, SecretsKey released)
      throws IOException {
    if (rules.isEmpty()) {
      return;
    }
    secrets = attestor.secrets(agent);
    key = released;
    for (CredentialRule rule : rules) {
      String trouble =
          switch (open(rule.secret())) {
            case Opened.Value(SecretValue value) -> {
              value.close();
              yield null;
            }
            case Opened.Missing() -> "there is none yet";
            case Opened.Refused(String detail) -> detail;
          };
      if (trouble != null) {
        progress.say(
            Progress.Step.WARNING,
            "the secret %s for %s: %s; requests that need it are refused until `signet secret put`"
                .formatted(rule.secret(), rule.where().host(), trouble));
      }
      if (!rule.signed()) {
        progress.say(
            Progress.Step.WARNING,
            "requests to %s that carry the secret %s leave unsigned, as its rule says"
                .formatted(rule.where().host(), rule.secret()));
      }
    }
  }

  @Override
  public synchronized Opened find(SecretName name) throws IOException {
    Opened opened = open(name);
    if (opened instanceof Opened.Value) {
      noteUse(name);
    }
    return opened;
  }

  private Opened open(SecretName name) throws IOException {
    if (secrets == null) {
      return new Opened.Refused("the launch is not that far, or is over");
    }
    // Before the file is read: one that is replaced in between is read again the next time.
    Optional<AgentSecrets.Stamp> stamp = secrets.stamp(name);
    Held known = held.get(name);
    if (known != null && stamp.isPresent() && known.stamp().equals(stamp.get())) {
      return new Opened.Value(known.value().another());
    }
    if (known != null) {
      held.remove(name).value().close();
    }
    Opened opened = secrets.open(name, key);
    if (opened instanceof Opened.Value(SecretValue value) && stamp.isPresent()) {
      held.put(name, new Held(stamp.get(), value.another()));
    }
    return opened;
  }

  private void noteUse(SecretName name) {
    Instant now = clock.instant();
    Instant last = noted.get(name);
    if (last != null && Duration.between(last, now).abs().compareTo(USE_NOTED_EVERY) < 0) {
      return;
    }
    noted.put(name, now);
    AgentSecrets into = secrets;
    // The request does not wait for the disk.
    Thread.ofVirtual().name("signet-secret-use").start(() -> write(into, name, now));
  }

  private void write(AgentSecrets into, SecretName name, Instant now) {
    try {
      into.used(name, now);
    } catch (IOException e) {
      synchronized (this) {
        if (noteFailed || secrets == null) {
          return;
        }
        noteFailed = true;
      }
      progress.say(
          Progress.Step.WARNING, "the last use of secrets cannot be noted: " + e.getMessage());
    }
  }

  /** Zeroes the values. */
  @Override
  public synchronized void close() {
    secrets = null;
    held.values().forEach(known -> known.value().close());
    held.clear();
  }
}
