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
 * authorization, makes SRK, AK and (asked for) an NV launch register, and keeps what is needed in a
 * state directory: the launcher's secret sealed to the boot state, if there is somebody who
 * approves those.
 */
public final class Provisioning {
  private Provisioning() {}

  /** What became of it. */
  public sealed interface Outcome {
    /**
     * @param changed false if all was there already
     */
    record Provisioned(Attestor attestor, boolean changed) implements Outcome {}

    /**
     * All is made, and the launcher secret is sealed: it comes out once this boot is approved.
     *
     * @param changed false if all was there already
     * @param boot for the approver to sign
     */
    record AwaitingApproval(BootState boot, boolean changed) implements Outcome {}

    /** Nothing was changed that was not ours. */
    record Refused(Reason reason, String detail) implements Outcome {}
  }

  /** Why a TPM was not taken into use. */
  public enum Reason {
    /** A hierarchy has an authorization value that is not in the state directory. */
    AUTH_NOT_OURS,
    /** The escrow is for another key, or was changed. */
    ESCROW_UNREADABLE,
    /** Another index is where the launch register belongs. */
    NV_INDEX_TAKEN,
    /** It was provisioned otherwise than asked now; only replacing it can change that. */
    PROVISIONED_OTHERWISE,
    /** Another key is at 0x81000001, where the storage root key belongs. */
    SRK_HANDLE_TAKEN,
    /** The TPM has no certificate for the kind of endorsement key that was asked for. */
    EK_CERTIFICATE_MISSING,
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
    return provision(tpm, stateDirectory, ProvisioningOptions.none());
  }

  /** The same, with more than keys. */
  public static Outcome provision(Tpm tpm, Path stateDirectory, ProvisioningOptions options)
      throws IOException {
    StateDirectory directory = StateDirectory.create(stateDirectory);
    return new ExclusiveFile(directory.path().resolve("lock"))
        .holding(() -> provision(tpm, directory, options));
  }

  private static Outcome provision(Tpm tpm, StateDirectory directory, ProvisioningOptions options)
      throws IOException {
    Optional<AttestorState> found = AttestorState.read(directory);
    boolean changed = found.isEmpty() || found.get().stage() != AttestorState.Stage.COMPLETE;
    try {
      AttestorState state = found.isPresent() ? found.get() : begin(tpm, directory);
      if (state.stage() == AttestorState.Stage.REMOVING) {
        throw new Stop(
            Reason.PROVISIONED_OTHERWISE,
            "its removal was begun and not ended; run signet deprovision first");
      }
      boolean escrowed = state.stage() == AttestorState.Stage.BEGUN;
      if (state.stage() == AttestorState.Stage.BEGUN) {
        state = makeKeys(tpm, directory, state, options);
      }
      requireSame(state, options);
      if (state.stage() == AttestorState.Stage.KEYS_MADE) {
        state = setAuthorizations(tpm, directory, state);
      }
      if (state.register() == null && options.register().isPresent()) {
        state = addRegister(tpm, directory, state, options.register().get());
        changed = true;
      }
      if (options.escrowTo().isPresent() && !escrowed) {
        AttestorState open = state.with(new SecretRelease(tpm, state, directory).secret());
        escrow(tpm, directory, open, options);
      }
      return new Outcome.Provisioned(Attestor.open(tpm, directory.path()), changed);
    } catch (Stop stop) {
      return new Outcome.Refused(stop.reason, stop.getMessage());
    } catch (AttestorException e) {
      return switch (e.reason()) {
        case TPM_CLEARED, OTHER_TPM ->
            new Outcome.Refused(Reason.STATE_OF_ANOTHER_TPM, e.getMessage());
        case BOOT_NOT_APPROVED ->
            new Outcome.AwaitingApproval(
                new SecretRelease(tpm, AttestorState.read(directory).orElseThrow(), directory)
                    .bootState(),
                changed);
        default -> throw e;
      };
    }
  }

  private static AttestorState begin(Tpm tpm, StateDirectory directory) throws IOException {
    refuseForeignAuthorizations(tpm.properties());
    SecureRandom random = tpm.connection().random();
    AttestorState begun = AttestorState.begun(newAuth(random), newAuth(random), newAuth(random));
    begun.write(directory);
    return begun;
  }

  /** What is wrong if another endorsement key is asked for than the host answers for. */
  static Optional<String> otherEndorsementKey(AttestorState state, ProvisioningOptions options)
      throws IOException {
    EndorsementKeyKind has = EndorsementKeyKind.of(PublicArea.parse(state.ekPublic().toArray()));
    return options
        .endorsementKey()
        .filter(asked -> asked != has)
        .map(
            asked ->
                "expected a host that answers for its %s endorsement key, this one does for its %s;"
                        .formatted(asked, has)
                    + " signet provision --replace takes the other (the host must be enrolled anew)");
  }

  /** What is there and what is asked for now: the difference would need new keys. */
  private static void requireSame(AttestorState state, ProvisioningOptions options)
      throws IOException {
    Optional<String> otherKey = otherEndorsementKey(state, options);
    if (otherKey.isPresent()) {
      throw new Stop(Reason.PROVISIONED_OTHERWISE, otherKey.get());
    }
    if (options.approver().isPresent()) {
      BootApprover asked = options.approver().get();
      SealedLauncherSecret sealed = state.sealed();
      if (sealed == null
          || !sealed.approverPoint().equals(Bytes.of(asked.key().point()))
          || !sealed.pcrs().equals(asked.pcrs())) {
        throw new Stop(
            Reason.PROVISIONED_OTHERWISE,
            "expected a launcher secret sealed for boot approver %s over PCRs %s, this host has %s"
                    .formatted(
                        asked.key().thumbprint(),
                        asked.pcrs(),
                        sealed == null
                            ? "one that is not sealed"
                            : "one for "
                                + sealed.approver().thumbprint()
                                + " over "
                                + sealed.pcrs())
                + "; signet provision --replace makes new keys (the host must be enrolled anew)");
      }
    }
    Optional<String> otherRegister = otherRegister(state, options);
    if (otherRegister.isPresent()) {
      throw new Stop(Reason.PROVISIONED_OTHERWISE, otherRegister.get());
    }
  }

  /** What is wrong if a register is asked for that moves another PCR than the host's. */
  static Optional<String> otherRegister(AttestorState state, ProvisioningOptions options) {
    return options
        .register()
        .filter(asked -> state.register() != null && !asked.equals(state.register()))
        .map(
            asked ->
                "expected a launch register that moves PCR %d, this host has one that moves PCR %d;"
                        .formatted(asked.pcr(), state.register().pcr())
                    + " signet provision --replace makes another");
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

  private static EndorsementKey endorsementKey(Transaction transaction, ProvisioningOptions options)
      throws IOException {
    if (options.endorsementKey().isEmpty()) {
      return EndorsementKey.find(transaction);
    }
    EndorsementKeyKind asked = options.endorsementKey().get();
    Optional<EndorsementKey> found = EndorsementKey.find(transaction, asked);
    if (found.isEmpty()) {
      throw new Stop(
          Reason.EK_CERTIFICATE_MISSING,
          "expected a certificate of a %s endorsement key at NV index 0x%08x, the TPM has none there"
              .formatted(asked, asked.certificateIndex()));
    }
    return found.get();
  }

  /** Hierarchies are still open here: they are shut once all keys exist. */
  private static AttestorState makeKeys(
      Tpm tpm, StateDirectory directory, AttestorState begun, ProvisioningOptions options)
      throws IOException {
    refuseForeignAuthorizations(tpm.properties());
    LauncherSecret secret = LauncherSecret.fresh(tpm.connection().random());
    Made made =
        tpm.connection()
            .transact(
                transaction -> {
                  Entity endorsement = Entity.plain(Entity.ENDORSEMENT);
                  EndorsementKey found = endorsementKey(transaction, options);
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
                          transaction, endorsement, secret.akAuth().toArray(), session);
                  RegisterIndex register = options.register().orElse(null);
                  if (register != null) {
                    Entity owner = Entity.plain(Entity.OWNER);
                    new RegisterDefinition(transaction, session)
                        .define(owner, register, secret.registerAuth());
                  }
                  AttestorState kept =
                      options.approver().isEmpty()
                          ? begun.with(secret)
                          : begun.with(
                              SealedLauncherSecret.seal(
                                  transaction,
                                  Entity.object(HostKeys.SRK_HANDLE, srk.name(), Octets.NONE),
                                  session,
                                  options.approver().get(),
                                  ak.key().publicArea().name(),
                                  secret));
                  return new Made(
                      begun.with(secret).with(found, ek.publicArea(), srk, ak, register),
                      kept.with(found, ek.publicArea(), srk, ak, register));
                });
    escrow(tpm, directory, made.open(), options);
    made.kept().write(directory);
    return made.kept();
  }

  /**
   * @param open with the launcher secret in the open
   * @param kept as it goes to the disk
   */
  private record Made(AttestorState open, AttestorState kept) {
    @Override
    public String toString() {
      return "Made";
    }
  }

  /** Before the state is written: once there are keys, there is an escrow of them. */
  private static void escrow(
      Tpm tpm, StateDirectory directory, AttestorState open, ProvisioningOptions options)
      throws IOException {
    if (options.escrowTo().isPresent()) {
      AttestorState complete = open.at(AttestorState.Stage.COMPLETE);
      directory.write(
          Escrow.FILE, Escrow.of(complete, options.escrowTo().get(), tpm.connection().random()));
    }
  }

  /** Of a host that was provisioned before without one. */
  private static AttestorState addRegister(
      Tpm tpm, StateDirectory directory, AttestorState state, RegisterIndex index)
      throws IOException {
    HostKeys keys = HostKeys.of(state);
    LauncherSecret secret = new SecretRelease(tpm, state, directory).secret();
    AttestorState kept = state;
    if (secret.registerAuth() == null) {
      secret = new LauncherSecret(secret.akAuth(), newAuth(tpm.connection().random()));
      kept = state.with(secret);
      kept.write(directory);
    }
    Bytes auth = secret.registerAuth();
    tpm.connection()
        .transact(
            transaction -> {
              Entity owner = Entity.hierarchy(Entity.OWNER, keys.ownerAuth());
              new RegisterDefinition(transaction, transaction.hmacSession(keys.saltKey()))
                  .define(owner, index, auth);
              return null;
            });
    AttestorState added = kept.withRegister(index);
    added.write(directory);
    return added;
  }

  private static PublicArea makeStorageRootKey(Transaction transaction, Session session)
      throws IOException {
    ObjectCommands objects = new ObjectCommands(transaction);
    Entity owner = Entity.plain(Entity.OWNER);
    var srk = objects.createPrimary(owner, Templates.storageP256(), session.plain());
    if (!new Capabilities(transaction).exists(HostKeys.SRK_HANDLE)) {
      objects.persist(owner, srk, HostKeys.SRK_HANDLE, session.plain());
    } else if (objects
        .readKnownPublic(HostKeys.SRK_HANDLE)
        .filter(srk.publicArea()::equals)
        .isEmpty()) {
      throw new Stop(
          Reason.SRK_HANDLE_TAKEN,
          "expected nothing or the TCG's P-256 storage root key at 0x81000001, there is another"
              + " key; evict it if nobody needs it: tpm2_evictcontrol -C o -c 0x81000001");
    }
    transaction.flushNow(srk.handle());
    return srk.publicArea();
  }

  /** Sets what is not set yet; one that is set must be ours. The lockout hierarchy comes last. */
  private static AttestorState setAuthorizations(
      Tpm tpm, StateDirectory directory, AttestorState state) throws IOException {
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
    AttestorState complete = state.at(AttestorState.Stage.COMPLETE);
    complete.write(directory);
    return complete;
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
