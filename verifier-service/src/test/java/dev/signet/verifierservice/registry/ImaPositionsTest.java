// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LogRequest;
import dev.signet.verifier.ima.ImaPosition;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.storage.StorageException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A position is of one host, one policy and one boot, and does not go back within it. */
class ImaPositionsTest {
  private static final Bytes HOST = Bytes.of(new byte[] {1});
  private static final Bytes OTHER_HOST = Bytes.of(new byte[] {2});
  private static final Digest POLICY = Digest.hash(new byte[] {1});
  private static final Digest OTHER_POLICY = Digest.hash(new byte[] {2});
  private static final ClockInfo BOOT = boot(7, 2);
  private static final ImaPosition NEAR = position(100);
  private static final ImaPosition FAR = position(200);

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

  private static ClockInfo boot(long resetCount, long restartCount) {
    return new ClockInfo(1000, resetCount, restartCount, true);
  }

  private static ImaPosition position(long bytes) {
    return new ImaPosition(bytes, bytes / 10, Digest.hash(new byte[] {(byte) bytes}));
  }

  private void advance(Bytes host, Digest policy, ClockInfo boot, ImaPosition reached)
      throws StorageException {
    database.write(
        tx -> {
          ImaPositions.advance(tx, host, policy, boot, reached);
          return null;
        });
  }

  private void forget(Bytes host, Digest policy, ImaPosition contradicted) throws StorageException {
    database.write(
        tx -> {
          ImaPositions.forget(tx, host, policy, contradicted);
          return null;
        });
  }

  private Optional<ImaPosition> found(Bytes host, Digest policy, ClockInfo boot)
      throws StorageException {
    return database.read(
        tx -> ImaPositions.find(tx, host, policy, boot.resetCount(), boot.restartCount()));
  }

  private Optional<LogRequest.Ima> newest(Bytes host, Digest policy) throws StorageException {
    return database.read(tx -> ImaPositions.newest(tx, host, policy));
  }

  @Test
  void positionIsOfOneHostPolicyAndBoot() throws Exception {
    advance(HOST, POLICY, BOOT, NEAR);
    assertThat(found(HOST, POLICY, BOOT)).contains(NEAR);
    assertThat(found(HOST, POLICY, boot(8, 2))).as("after a reset").isEmpty();
    assertThat(found(HOST, POLICY, boot(7, 3))).as("after a restart").isEmpty();
    assertThat(found(HOST, OTHER_POLICY, BOOT)).as("another policy").isEmpty();
    assertThat(found(OTHER_HOST, POLICY, BOOT)).as("another host").isEmpty();
    assertThat(newest(HOST, POLICY)).contains(new LogRequest.Ima(NEAR.bytes(), 7, 2));
    assertThat(newest(HOST, OTHER_POLICY)).isEmpty();
    assertThat(newest(OTHER_HOST, POLICY)).isEmpty();
  }

  @Test
  void positionDoesNotGoBack() throws Exception {
    advance(HOST, POLICY, BOOT, FAR);
    advance(HOST, POLICY, BOOT, NEAR);
    assertThat(found(HOST, POLICY, BOOT)).as("an attestation was overtaken").contains(FAR);
    advance(HOST, POLICY, boot(6, 9), position(250));
    assertThat(found(HOST, POLICY, BOOT)).as("one of an earlier boot").contains(FAR);
  }

  @Test
  void anotherBootBeginsWithAShorterLog() throws Exception {
    advance(HOST, POLICY, BOOT, FAR);
    advance(HOST, POLICY, boot(7, 3), NEAR);
    assertThat(found(HOST, POLICY, boot(7, 3))).contains(NEAR);
    assertThat(found(HOST, POLICY, BOOT)).isEmpty();
    advance(HOST, POLICY, boot(8, 0), position(50));
    assertThat(newest(HOST, POLICY)).contains(new LogRequest.Ima(50, 8, 0));
  }

  @Test
  void onlyWhatWasContradictedIsForgotten() throws Exception {
    advance(HOST, POLICY, BOOT, NEAR);
    advance(HOST, OTHER_POLICY, BOOT, NEAR);
    advance(OTHER_HOST, POLICY, BOOT, NEAR);
    forget(HOST, POLICY, FAR);
    forget(HOST, POLICY, new ImaPosition(NEAR.bytes(), NEAR.entries(), FAR.value()));
    assertThat(found(HOST, POLICY, BOOT)).as("another attestation moved it").contains(NEAR);
    forget(HOST, POLICY, NEAR);
    assertThat(found(HOST, POLICY, BOOT)).isEmpty();
    assertThat(found(HOST, OTHER_POLICY, BOOT)).contains(NEAR);
    assertThat(found(OTHER_HOST, POLICY, BOOT)).contains(NEAR);
  }
}
