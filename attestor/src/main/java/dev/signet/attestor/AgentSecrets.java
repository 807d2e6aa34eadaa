// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The secrets of one agent on this host: one file each, replaced as a whole, and beside it one that
 * says when it was last used. They are files of their own so that commands and launchers, which run
 * at the same time, see what the others did at once.
 */
public final class AgentSecrets {
  /** Of one agent on one host. */
  public static final int MOST = 64;

  private static final String SEALED = ".json";
  private static final String USED = ".used";

  private final StateDirectory directory;
  private final byte[] akName;
  private final AgentId agent;

  /** What became of a put. */
  public enum Put {
    ADDED,
    REPLACED,
    /** There are {@link #MOST} already, so nothing was put. */
    FULL
  }

  /**
   * What may be told of a secret.
   *
   * @param bytes of its value
   * @param lastUse to the minute or so
   * @param key RFC 7638 thumbprint of the key that opens it
   */
  public record Listed(
      SecretName name, Instant put, Optional<Instant> lastUse, int bytes, String key) {}

  /** What opening a secret came to. */
  public sealed interface Opened {
    /** The caller closes it. */
    record Value(SecretValue value) implements Opened {}

    /** There is none of this name. */
    record Missing() implements Opened {}

    /** There is a file, which this key and name do not open. */
    record Refused(String detail) implements Opened {}
  }

  /** Differs whenever a secret was put anew. */
  public record Stamp(Map<String, Object> attributes) {
    private static final String ATTRIBUTES = "unix:ino,ctime,lastModifiedTime,size";
  }

  private record Use(int version, Instant at) {
    private Use {
      if (version != 1 || at == null) {
        throw new IllegalArgumentException("expected version 1 and a time");
      }
    }
  }

  private AgentSecrets(StateDirectory directory, byte[] akName, AgentId agent) {
    this.directory = directory;
    this.akName = akName;
    this.agent = agent;
  }

  static AgentSecrets of(StateDirectory all, byte[] akName, AgentId agent) throws IOException {
    String own = Digest.hash(agent.value().getBytes(StandardCharsets.UTF_8)).toHex();
    return new AgentSecrets(all.child(own), akName, agent);
  }

  /**
   * Encrypts a secret to the agent's key and keeps it, in place of an earlier one of this name.
   * Needs no release: who puts a secret cannot read it back.
   *
   * @param key of this agent; it is checked with the TPM that it is the genuine one
   * @throws AttestorException STATE_UNREADABLE if it is not
   */
  public Put put(
      SealedKey key, SecretName name, SecretValue value, Instant now, SecureRandom random)
      throws IOException {
    if (!key.agent().equals(agent)) {
      throw new IllegalArgumentException("expected the key of " + agent + ", got " + key);
    }
    key.confirmSecretsKey();
    SealedSecret sealed =
        SealedSecret.of(key, name, value, now.truncatedTo(ChronoUnit.SECONDS), random);
    return lock()
        .holding(
            () -> {
              boolean there = stamp(name).isPresent();
              if (!there && names().size() >= MOST) {
                return Put.FULL;
              }
              directory.write(name + SEALED, sealed);
              return there ? Put.REPLACED : Put.ADDED;
            });
  }

  /** False if there was none of this name. */
  public boolean remove(SecretName name) throws IOException {
    return lock()
        .holding(
            () -> {
              boolean there = stamp(name).isPresent();
              directory.delete(name + SEALED);
              directory.delete(name + USED);
              return there;
            });
  }

  /** All, by name. */
  public List<Listed> list() throws IOException {
    List<Listed> all = new ArrayList<>();
    for (SecretName name : names()) {
      Optional<SealedSecret> sealed = directory.read(name + SEALED, SealedSecret.class);
      if (sealed.isPresent()) {
        Optional<Instant> lastUse = directory.read(name + USED, Use.class).map(Use::at);
        SealedSecret s = sealed.get();
        all.add(new Listed(name, s.put(), lastUse, s.bytes(), s.key()));
      }
    }
    return all;
  }

  /** Cheap, to be asked for each request; empty if there is no such secret. */
  public Optional<Stamp> stamp(SecretName name) throws IOException {
    try {
      return Optional.of(
          new Stamp(
              Map.copyOf(
                  Files.readAttributes(
                      directory.path().resolve(name + SEALED), Stamp.ATTRIBUTES))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Decrypts a secret.
   *
   * @throws AttestorException STATE_UNREADABLE if its file is damaged
   */
  public Opened open(SecretName name, SecretsKey key) throws IOException {
    Optional<SealedSecret> found = directory.read(name + SEALED, SealedSecret.class);
    if (found.isEmpty()) {
      return new Opened.Missing();
    }
    Optional<SecretValue> value = found.get().open(key, akName, agent, name);
    if (value.isPresent()) {
      return new Opened.Value(value.get());
    }
    return new Opened.Refused(
        found.get().key().equals(key.publicKey().thumbprint())
            ? "its file was changed, or is that of another name, agent or host"
            : "it was put for an earlier key of this agent, which is gone");
  }

  /** Notes that a secret was used; nothing if it was removed meanwhile. */
  public void used(SecretName name, Instant now) throws IOException {
    lock()
        .holding(
            () -> {
              if (stamp(name).isPresent()) {
                directory.write(name + USED, new Use(1, now.truncatedTo(ChronoUnit.SECONDS)));
              }
              return null;
            });
  }

  private List<SecretName> names() throws IOException {
    try (Stream<Path> files = Files.list(directory.path())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SEALED))
          .map(file -> new SecretName(file.substring(0, file.length() - SEALED.length())))
          .sorted((a, b) -> a.value().compareTo(b.value()))
          .toList();
    }
  }

  private ExclusiveFile lock() {
    return new ExclusiveFile(directory.path().resolve("lock"));
  }

  @Override
  public String toString() {
    return "AgentSecrets[" + agent + "]";
  }
}
