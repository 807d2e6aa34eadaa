// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * {@code signet provision}: takes a TPM into use. Sets owner, endorsement and lockout
 * authorization, makes SRK and AK, and keeps what is needed in a state directory.
 */
public final class Provisioning {
  private Provisioning() {}

  /** What became of it. */
  public sealed interface Outcome {
    /**
     * @param changed false if all was there already
     */
    record Provisioned(Attestor attestor, boolean changed) implements Outcome {}

    /** Nothing was changed that was not ours. */
    record Refused(Reason reason, String detail) implements Outcome {}
  }

  /** Why a TPM was not taken into use. */
  public enum Reason {
    /** A hierarchy has an authorization value that is not in the state directory. */
    AUTH_NOT_OURS,
    /** Another key is at 0x81000001, where the storage root key belongs. */
    SRK_HANDLE_TAKEN,
    /** The EK certificate is for another key than the TPM's EK. */
    EK_CERTIFICATE_MISMATCH,
    /** The TPM has no SHA-256 PCR bank. */
    NO_SHA256_BANK,
    /** The state directory is of another TPM, or the TPM was cleared since. */
    STATE_OF_ANOTHER_TPM
  }

  /** A step found a reason to stop; carried out of the transaction. */
  static final class Stop extends IOException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    Stop(Reason reason, String detail) {
      super(detail);
      this.reason = reason;
    }
  }

  /**
   * Provisions, or goes on where an earlier run stopped. Idempotent. Nobody else should use the TPM
   * meanwhile: until the end its hierarchies are open, as they came.
   */
  public static Outcome provision(Tpm tpm, Path stateDirectory) throws IOException {
    StateDirectory directory = StateDirectory.create(stateDirectory);
    return new ExclusiveFile(directory.path().resolve("lock"))
        .holding(() -> provision(tpm, directory));
  }

  private static Outcome provision(Tpm tpm, StateDirectory directory) throws IOException {
    Optional<AttestorState> found = AttestorState.read(directory);
    boolean done = found.isPresent() && found.get().stage() == AttestorState.Stage.COMPLETE;
    try {
      if (!done) {
        AttestorState state = found.isPresent() ? found.get() : begin(tpm, directory);
        AttestorState withKeys =
            state.stage() == AttestorState.Stage.BEGUN ? makeKeys(tpm, directory, state) : state;
        setAuthorizations(tpm, directory, withKeys);
      }
      return new Outcome.Provisioned(Attestor.open(tpm, directory.path()), !done);
    } catch (Stop stop) {
      return new Outcome.Refused(stop.reason, stop.getMessage());
    } catch (AttestorException e) {
      return switch (e.reason()) {
        case TPM_CLEARED, OTHER_TPM ->
            new Outcome.Refused(Reason.STATE_OF_ANOTHER_TPM, e.getMessage());
        default -> throw e;
      };
    }
  }

  private static AttestorState begin(Tpm tpm, StateDirectory directory) throws IOException {
    refuseForeignAuthorizations(tpm.properties());
    SecureRandom random = tpm.connection().random();
    AttestorState begun =
        new AttestorState(
            AttestorState.VERSION,
            AttestorState.Stage.BEGUN,
            newAuth(random),
            newAuth(random),
            newAuth(random),
            null,
            null,
            null,
            newAuth(random),
            null,
            null,
            null);
    begun.write(directory);
    return begun;
  }

  private static void refuseForeignAuthorizations(TpmProperties properties) throws Stop {
    if (!properties.pcrBanks().contains("sha256")) {
      throw new Stop(
          Reason.NO_SHA256_BANK,
          "expected an active SHA-256 PCR bank, the TPM has "
              + properties.pcrBanks()
              + "; switch it on in the firmware's setup");
    }
    StringBuilder set = new StringBuilder();
    append(set, properties.ownerAuthSet(), "owner");
    append(set, properties.endorsementAuthSet(), "endorsement");
    append(set, properties.lockoutAuthSet(), "lockout");
    if (!set.isEmpty()) {
      throw new Stop(
          Reason.AUTH_NOT_OURS,
          "expected a TPM without authorization values or a state directory that has them; set"
              + " already: "
              + set
              + ". Use the state directory that it was provisioned with, or clear the TPM in the"
              + " firmware's setup (which destroys all its keys)");
    }
  }

  private static void append(StringBuilder to, boolean present, String name) {
    if (present) {
      to.append(to.isEmpty() ? "" : ", ").append(name);
    }
  }

  /** Hierarchies are still open here: they are shut once all keys exist. */
  private static AttestorState makeKeys(Tpm tpm, StateDirectory directory, AttestorState begun)
      throws IOException {
    refuseForeignAuthorizations(tpm.properties());
    AttestorState made =
        tpm.connection()
            .transact(
                transaction -> {
                  Entity endorsement = Entity.plain(Entity.ENDORSEMENT);
                  EndorsementKey found = EndorsementKey.find(transaction);
                  var ek = EndorsementKey.load(transaction, found.kind(), endorsement, null);
                  if (!found.certifies(ek.publicArea())) {
                    throw new Stop(
                        Reason.EK_CERTIFICATE_MISMATCH,
                        "the EK certificate is for another key than the one the TPM has: the TPM"
                            + " was changed, or somebody sits between it and this program");
                  }
                  // Salted to the certified EK: from here on a listener on the bus learns nothing.
                  Session session =
                      transaction.hmacSession(new SaltKey(ek.handle(), ek.publicArea()));
                  if (ek.handle() >>> 24 == 0x80) {
                    transaction.flushNow(ek.handle());
                  }
                  PublicArea srk = makeStorageRootKey(transaction, session);
                  AttestationKey ak =
                      AttestationKey.create(
                          transaction, endorsement, begun.akAuth().toArray(), session);
                  return new AttestorState(
                      AttestorState.VERSION,
                      AttestorState.Stage.KEYS_MADE,
                      begun.ownerAuth(),
                      begun.endorsementAuth(),
                      begun.lockoutAuth(),
                      Bytes.of(ek.publicArea().encoded()),
                      found.certificate() == null ? null : Bytes.of(found.certificate()),
                      Bytes.of(srk.encoded()),
                      begun.akAuth(),
                      Bytes.of(ak.parent().encoded()),
                      Bytes.of(ak.key().publicArea().encoded()),
                      Bytes.of(ak.key().privatePart()));
                });
    made.write(directory);
    return made;
  }

  private static PublicArea makeStorageRootKey(Transaction transaction, Session session)
      throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    Entity owner = Entity.plain(Entity.OWNER);
    var srk = objects.createPrimary(owner, Templates.storageP256(), session.plain());
    if (!new Capabilities(transaction).exists(HostKeys.SRK_HANDLE)) {
      objects.persist(owner, srk, HostKeys.SRK_HANDLE, session.plain());
    } else if (!sameKeyAtHandle(objects, srk.publicArea())) {
      throw new Stop(
          Reason.SRK_HANDLE_TAKEN,
          "expected nothing or the TCG's P-256 storage root key at 0x81000001, there is another"
              + " key; evict it if nobody needs it: tpm2_evictcontrol -C o -c 0x81000001");
    }
    transaction.flushNow(srk.handle());
    return srk.publicArea();
  }

  private static boolean sameKeyAtHandle(ObjectCommands objects, PublicArea expected)
      throws IOException {
    try {
      return objects.readPublic(HostKeys.SRK_HANDLE).equals(expected);
    } catch (TpmException e) {
      throw e;
    } catch (IOException e) {
      return false; // a key of a kind that we never make
    }
  }

  /** Sets what is not set yet; one that is set must be ours. The lockout hierarchy comes last. */
  private static void setAuthorizations(Tpm tpm, StateDirectory directory, AttestorState state)
      throws IOException {
    HostKeys keys = HostKeys.of(state);
    TpmProperties properties = tpm.properties();
    tpm.connection()
        .transact(
            transaction -> {
              Session session = transaction.hmacSession(keys.saltKey());
              set(
                  transaction,
                  session,
                  Entity.ENDORSEMENT,
                  properties.endorsementAuthSet(),
                  state.endorsementAuth());
              set(transaction, session, Entity.OWNER, properties.ownerAuthSet(), state.ownerAuth());
              set(
                  transaction,
                  session,
                  Entity.LOCKOUT,
                  properties.lockoutAuthSet(),
                  state.lockoutAuth());
              return null;
            });
    state.at(AttestorState.Stage.COMPLETE).write(directory);
  }

  private static void set(
      Transaction transaction, Session session, int hierarchy, boolean alreadySet, Bytes auth)
      throws IOException {
    byte[] before = alreadySet ? auth.toArray() : Octets.NONE;
    try {
      // Setting ours again proves that the one that is set is ours.
      new ObjectCommands(transaction)
          .changeHierarchyAuth(
              Entity.hierarchy(hierarchy, before), auth.toArray(), session.encryptingCommand());
    } catch (TpmException e) {
      if (e.is(ResponseCode.BAD_AUTH) || e.is(ResponseCode.AUTH_FAIL)) {
        throw new Stop(
            Reason.AUTH_NOT_OURS,
            "somebody else set the authorization of hierarchy 0x"
                + Integer.toHexString(hierarchy)
                + " while this host was being provisioned");
      }
      throw e;
    }
  }

  /** 32 random bytes; the TPM would strip zeros at the end. */
  static Bytes newAuth(SecureRandom random) {
    byte[] auth = new byte[32];
    do {
      random.nextBytes(auth);
    } while (auth[31] == 0);
    return Bytes.of(auth);
  }
}
