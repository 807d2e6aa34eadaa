// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StateApproval.Floor;
import dev.signet.protocol.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The highest security version of each agent that was started on this host, in {@code versions} of
 * the state directory; for one verifier, since another one counts its lowerings anew. A launcher
 * that reads it does not go back, whatever became of the verifier's floor (ATTACKS row 51).
 */
final class StartedVersions {
  /** A file's lock is the whole JVM's. */
  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

  private final Path directory;
  private final String verifier;

  /**
   * @param state the launcher's state directory, which only its owner enters
   * @param verifier the verifier's id
   */
  StartedVersions(Path state, String verifier) {
    this.directory = state.resolve("versions");
    this.verifier = verifier;
  }

  /**
   * @param securityVersion the highest started
   * @param lowered how often an operator had lowered the floor then
   */
  record Mark(AgentId agent, String verifier, long securityVersion, long lowered) {
    Mark {
      if (agent == null || verifier == null || securityVersion < 0 || lowered < 0) {
        throw new IllegalArgumentException("expected agent, verifier, and versions from 0 on");
      }
    }
  }

  /**
   * @throws IOException if the file cannot be read or is damaged: without it nothing is started
   */
  Optional<Mark> find(AgentId agent) throws IOException {
    Path file = file(agent);
    byte[] json;
    try (InputStream in = Files.newInputStream(file)) {
      json = in.readNBytes(Limits.SMALL_MESSAGE_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    Mark mark;
    try {
      mark = StrictJson.decode(json, Mark.class, Limits.SMALL_MESSAGE_BYTES);
    } catch (MalformedMessageException e) {
      throw damaged(file, e.getMessage());
    }
    if (!mark.agent().equals(agent) || !mark.verifier().equals(verifier)) {
      throw damaged(file, "it is about " + mark.agent() + " at " + mark.verifier());
    }
    return Optional.of(mark);
  }

  /**
   * Notes a build that is about to be started; on return it is on the disk.
   *
   * @param floor as told with its approval
   */
  void starting(AgentId agent, long version, Floor floor) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    // Held from the look to the write: another launch of the agent may be at the same place.
    ONE_AT_A_TIME.lock();
    try (FileChannel lock = open(directory.resolve("lock"), StandardOpenOption.CREATE);
        var _ = lock.lock()) {
      Optional<Mark> before = find(agent);
      Mark mark = new Mark(agent, verifier, version, floor.lowered());
      if (before.isPresent() && before.get().lowered() >= floor.lowered()) {
        long highest = Math.max(version, before.get().securityVersion());
        mark = new Mark(agent, verifier, highest, before.get().lowered());
      }
      if (!before.equals(Optional.of(mark))) {
        replace(file(agent), StrictJson.encode(mark));
      }
    } finally {
      ONE_AT_A_TIME.unlock();
    }
  }

  private void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try (FileChannel channel = open(temporary, StandardOpenOption.CREATE_NEW)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  private static FileChannel open(Path file, StandardOpenOption how) throws IOException {
    return FileChannel.open(
        file,
        Set.of(how, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private Path file(AgentId agent) {
    byte[] name = (verifier + "\0" + agent.value()).getBytes(StandardCharsets.UTF_8);
    return directory.resolve(Digest.hash(name).toHex() + ".json");
  }

  private static IOException damaged(Path file, String why) {
    return new IOException(
        file
            + " says which build of the agent ran here last, and is damaged ("
            + why
            + "): find out why; without it any older build that CI signed may be started");
  }
}
