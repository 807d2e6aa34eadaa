// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Takes back what {@link Provisioning} made: the hierarchies' authorization values, the NV
 * register, and the host's keys on disk. The storage root key stays, which other software may use.
 * Goes on where an earlier run stopped.
 */
public final class Deprovisioning {
  private Deprovisioning() {}

  /**
   * @return false if there was nothing to take back
   * @throws AttestorException OTHER_TPM if the TPM does not take this host's authorization values;
   *     nothing on disk is removed then
   */
  public static boolean deprovision(Tpm tpm, Path stateDirectory) throws IOException {
    if (!Files.isDirectory(stateDirectory)) {
      return false;
    }
    StateDirectory directory = StateDirectory.open(stateDirectory);
    return new ExclusiveFile(directory.path().resolve("lock"))
        .holding(() -> deprovision(tpm, directory));
  }

  private static boolean deprovision(Tpm tpm, StateDirectory directory) throws IOException {
    Optional<AttestorState> found = AttestorState.read(directory);
    if (found.isEmpty()) {
      return false;
    }
    AttestorState state = found.get();
    if (state.srkPublic() != null) {
      state.at(AttestorState.Stage.REMOVING).write(directory);
      empty(tpm, state);
    }
    for (Path child : ofTheKeys(directory.path())) {
      remove(child);
    }
    directory.delete(AttestorState.FILE); // the last: until now it can be gone on with
    return true;
  }

  private static void empty(Tpm tpm, AttestorState state) throws IOException {
    HostKeys keys = HostKeys.of(state);
    TpmProperties properties = tpm.properties();
    boolean srkThere =
        tpm.connection()
            .repeatable(transaction -> new Capabilities(transaction).exists(HostKeys.SRK_HANDLE));
    boolean anythingSet =
        properties.ownerAuthSet() || properties.endorsementAuthSet() || properties.lockoutAuthSet();
    if (!srkThere && !anythingSet) {
      return; // cleared since
    }
    try {
      tpm.connection()
          .transact(
              transaction -> {
                Session session = transaction.hmacSession(keys.saltKey());
                if (state.register() != null) {
                  byte[] owner = properties.ownerAuthSet() ? keys.ownerAuth() : Octets.NONE;
                  new RegisterDefinition(transaction, session)
                      .undefine(Entity.hierarchy(Entity.OWNER, owner), state.register());
                }
                empty(
                    transaction,
                    session,
                    Entity.LOCKOUT,
                    properties.lockoutAuthSet(),
                    state.lockoutAuth());
                empty(
                    transaction,
                    session,
                    Entity.ENDORSEMENT,
                    properties.endorsementAuthSet(),
                    state.endorsementAuth());
                empty(
                    transaction,
                    session,
                    Entity.OWNER,
                    properties.ownerAuthSet(),
                    state.ownerAuth());
                return null;
              });
    } catch (TpmException e) {
      throw new AttestorException(
          AttestorException.Reason.OTHER_TPM,
          "the TPM does not take the authorization values of this state directory: it is another"
              + " TPM, or somebody changed them; nothing was removed from the disk",
          e);
    }
  }

  private static void empty(
      Transaction transaction, Session session, int hierarchy, boolean set, Bytes auth)
      throws IOException {
    if (set) {
      new ObjectCommands(transaction)
          .changeHierarchyAuth(
              Entity.hierarchy(hierarchy, auth.toArray()),
              Octets.NONE,
              session.encryptingCommand());
    }
  }

  /** What is worth nothing without the keys; secrets, traffic and enrolment are left. */
  private static List<Path> ofTheKeys(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> children =
        Files.newDirectoryStream(directory, "{keys,boot,register-*,escrow.json}")) {
      children.forEach(found::add);
    }
    return found;
  }

  private static void remove(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    }
  }
}
