// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tss.tpm.TPM2_Clear_REQUEST;
import tss.tpm.TPM_CC;

/** Another user on the host, who may open the TPM and knows no authorization value. */
class CoResidentIT {
  @TempDir Path directory;

  /** Makes an AK of his own and activates a credential for it on the host's genuine EK. */
  private static byte[] activateOwnAk(TestHost host) throws IOException {
    byte[] secret = new byte[32];
    TestHost.RANDOM.nextBytes(secret);
    return host.tpm()
        .connection()
        .transact(
            transaction -> {
              Entity endorsement = Entity.plain(Entity.ENDORSEMENT);
              var ek = EndorsementKey.load(transaction, EndorsementKeyKind.P256, endorsement, null);
              Session session = transaction.hmacSession(new SaltKey(ek.handle(), ek.publicArea()));
              transaction.flushNow(ek.handle());
              byte[] auth = {1, 2, 3};
              AttestationKey own = AttestationKey.create(transaction, endorsement, auth, session);
              TestCredential credential =
                  TestCredential.make(ek.publicArea(), own.key().publicArea().name(), secret);
              HostKeys his =
                  new HostKeys(ek.publicArea(), ek.publicArea(), own, new byte[0], new byte[0]);
              return new CredentialActivation(transaction, his)
                  .activate(
                      credential.blob(),
                      credential.secret(),
                      new SaltKey(0x81000001, srk(transaction)));
            });
  }

  private static PublicArea srk(Transaction transaction) throws IOException {
    return new ObjectCommands(transaction).readPublic(0x81000001);
  }

  @Test
  void attack56SecondAkOfACoResidentIsRefusedAfterProvisioning() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      assertThatThrownBy(() -> activateOwnAk(host))
          .isInstanceOf(TpmException.class)
          .hasMessageContaining("BAD_AUTH");
    }
  }

  @Test
  void attack56WouldSucceedWithoutEndorsementAuthorization() throws IOException {
    // The attack works where the defence is missing: the test above would see it.
    try (TestHost host = TestHost.provisioned(directory)) {
      AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
      HostKeys keys = HostKeys.of(state);
      host.tpm()
          .connection()
          .transact(
              transaction -> {
                new ObjectCommands(transaction)
                    .changeHierarchyAuth(
                        keys.endorsement(),
                        new byte[0],
                        transaction.hmacSession(keys.saltKey()).encryptingCommand());
                return null;
              });
      assertThat(activateOwnAk(host)).hasSize(32);
    }
  }

  @Test
  void attack34GuessingDoesNotLockTheHostOut() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      HostKeys keys = BusIT.keysOf(host);
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(
                () ->
                    host.tpm()
                        .connection()
                        .transact(
                            transaction -> {
                              Session session = transaction.hmacSession(keys.saltKey());
                              Entity ak = keys.loadAttestationKey(transaction, session);
                              return new Quoting(transaction)
                                  .quote(
                                      ak.withAuth(new byte[] {9}),
                                      session,
                                      Digest.hash(new byte[1]),
                                      new java.util.TreeSet<>(List.of(15)));
                            }))
            .isInstanceOfSatisfying(
                TpmException.class, e -> assertThat(e.is(ResponseCode.BAD_AUTH)).isTrue());
      }
      assertThat(host.tpm().properties().lockoutCounter()).isZero();
      assertThat(host.tpm().properties().inLockout()).isFalse();
      assertThat(host.attestor().quote(Digest.hash(new byte[1]), List.of(15)).pcrs()).hasSize(1);
    }
  }

  @Test
  void attack62ClearByACoResidentIsRefused() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      assertThatThrownBy(() -> clear(host, Entity.plain(Entity.LOCKOUT), null))
          .isInstanceOf(TpmException.class)
          .hasMessageContaining("AUTH_FAIL: wrong authorization");
      assertThat(host.attestor().akName().size()).isEqualTo(34);
    }
  }

  @Test
  void attack62ClearIsDetectedAndNamed() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      Attestor attestor = host.attestor();
      SealedKey key = attestor.createSealedKey(TestHost.AGENT, new TestVerifier().approvalKey());
      // The platform hierarchy is open on a simulator, as it is to the firmware's setup.
      clear(host, Entity.plain(0x4000000c), null);
      assertCleared(() -> attestor.quote(Digest.hash(new byte[1]), List.of(15)));
      assertCleared(key::beginRelease);
      assertCleared(host::attestor);
      assertThat(Provisioning.provision(host.tpm(), host.state()))
          .isInstanceOfSatisfying(
              Provisioning.Outcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo(Provisioning.Reason.STATE_OF_ANOTHER_TPM));
    }
  }

  private static void assertCleared(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.TPM_CLEARED));
  }

  @Test
  void stateOfAnotherTpmIsNamed() throws IOException {
    try (TestHost host = TestHost.provisioned(directory.resolve("a"));
        TestHost other =
            TestHost.over(SimulatedTpm.in(directory.resolve("b")), directory.resolve("other"))) {
      assertThatThrownBy(() -> Attestor.open(other.tpm(), host.state()))
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.OTHER_TPM));
      other.provision();
      assertThatThrownBy(() -> Attestor.open(other.tpm(), host.state()))
          .isInstanceOfSatisfying(
              AttestorException.class,
              e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.OTHER_TPM));
    }
  }

  private static void clear(TestHost host, Entity authorizer, Session.Use use) throws IOException {
    host.tpm()
        .connection()
        .transact(
            transaction ->
                transaction.run(
                    Command.of(
                        TPM_CC.Clear, new TPM2_Clear_REQUEST(authorizer.marshalled()), authorizer),
                    use));
  }
}
