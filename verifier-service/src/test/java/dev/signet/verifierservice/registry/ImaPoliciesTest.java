// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies are bounded in number, and take with them what was read under them. */
class ImaPoliciesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Bytes HOST = Bytes.of(new byte[] {1});

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(directory.resolve("test.db"));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private static byte[] document(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }

  private static Digest digest(int number) {
    return Digest.hash(document(number));
  }

  private boolean add(int number) throws StorageException {
    return database.write(tx -> ImaPolicies.add(tx, digest(number), document(number), "root", NOW));
  }

  private boolean remove(int number) throws StorageException {
    return database.write(tx -> ImaPolicies.remove(tx, digest(number)));
  }

  private boolean has(int number) throws StorageException {
    return database.read(tx -> ImaPolicies.has(tx, digest(number)));
  }

  private boolean isRead(int policy) throws StorageException {
    return database.read(tx -> ImaPositions.newest(tx, HOST, digest(policy)).isPresent());
  }

  @Test
  void noMoreAreKeptThanTheBound() throws Exception {
    for (int i = 0; i < ImaPolicies.MAX; i++) {
      assertThat(add(i)).isTrue();
    }
    assertThat(add(ImaPolicies.MAX)).isFalse();
    assertThat(database.read(ImaPolicies::all)).hasSize(ImaPolicies.MAX);
    assertThat(has(ImaPolicies.MAX)).isFalse();
    assertThat(add(0)).as("one that is there takes no place").isTrue();
    assertThat(remove(0)).isTrue();
    assertThat(add(ImaPolicies.MAX)).as("there is room again").isTrue();
  }

  @Test
  void whatWasReadUnderAPolicyGoesWithIt() throws Exception {
    ImaPosition position = new ImaPosition(100, 1, digest(3));
    for (int i = 0; i < 2; i++) {
      add(i);
      Digest policy = digest(i);
      database.write(
          tx -> {
            ClockInfo boot = new ClockInfo(1000, 7, 2, true);
            ImaPositions.advance(tx, HOST, policy, boot, position);
            return null;
          });
    }
    remove(0);
    add(0);
    assertThat(isRead(0)).isFalse();
    assertThat(isRead(1)).isTrue();
  }
}
