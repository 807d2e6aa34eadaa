// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.tpmsim.SimulatedTpm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher secret, sealed to boot states that somebody approves; its escrow; its removal. */
class BootSealIT {
  private static final TestVerifier APPROVER = new TestVerifier();

  @TempDir Path directory;

  private static ProvisioningOptions sealed(Optional<PublicJwk> escrowTo) {
    return new ProvisioningOptions(
        Optional.empty(),
        Optional.of(15),
        Optional.of(new BootApprover(APPROVER.approvalKey(), BootApprover.DEFAULT_PCRS)),
        escrowTo);
  }

  private static BootState provision(TestHost host, ProvisioningOptions options)
      throws IOException {
    return ((Provisioning.Outcome.AwaitingApproval)
            Provisioning.provision(host.tpm(), host.state(), options))
        .boot();
  }

  private static BootApproval approval(BootState state) {
    return state.approved(APPROVER.sign(state.toSign()));
  }

  private static void approve(TestHost host) throws IOException {
    HostBoot boot = HostBoot.of(host.tpm(), host.state());
    boot.accept(approval(boot.state()));
    assertThat(boot.approved()).isTrue();
  }

  private TestHost sealedHost(String name) throws IOException {
    TestHost host =
        TestHost.over(SimulatedTpm.in(directory.resolve(name)), directory.resolve(name + "-state"));
    provision(host, sealed(Optional.empty()));
    approve(host);
    return host;
  }

  private static void assertWorks(TestHost host) throws IOException {
    Attestor attestor = host.attestor();
    assertThat(attestor.quote(Digest.hash(new byte[1]), List.of(15)).pcrs()).hasSize(1);
    attestor.nvLaunchRegister().append(LaunchRegisterIT.event());
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  private static void assertNotApproved(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.BOOT_NOT_APPROVED));
  }

  @Test
  void secretIsNotOnTheDiskAndComesOutInAnApprovedBoot() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      BootState boot = provision(host, sealed(Optional.empty()));
      assertThat(boot.pcrs().keySet()).containsExactly(0, 2, 4, 7);
      assertNotApproved(host::attestor);
      assertThat(Provisioning.provision(host.tpm(), host.state()))
          .isEqualTo(new Provisioning.Outcome.AwaitingApproval(boot, false));
      AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
      assertThat(state.akAuth()).isNull();
      assertThat(state.registerAuth()).isNull();
      approve(host);
      assertWorks(host);
      assertThat(host.provision(sealed(Optional.empty()))).isNotNull();
    }
  }

  @Test
  void attack31SecretIsNotReleasedInAnotherBootStateUntilThatIsApproved() throws IOException {
    try (TestHost host = sealedHost("tpm")) {
      host.reboot();
      assertWorks(host);
      host.reboot();
      host.extend(4, "another boot loader");
      assertNotApproved(host::attestor);
      // With the file of the other state in the place of this one's, the TPM says no.
      HostBoot boot = HostBoot.of(host.tpm(), host.state());
      TreeMap<Integer, Digest> before = new TreeMap<>(boot.state().pcrs());
      before.put(4, Digest.ofDigest(new byte[32]));
      BootState old = new BootState(1, boot.state().akName(), before);
      StateDirectory files = StateDirectory.open(host.state()).child("boot");
      BootApproval lie =
          new BootApproval(1, old.akName(), boot.state().pcrs(), approval(old).signature());
      files.write(
          Bytes.of(SealedLauncherSecret.approvedPolicy(boot.state().pcrs())).toHex() + ".json",
          lie);
      assertNotApproved(host::attestor);
      // The update is approved, and the state before it stays so.
      approve(host);
      assertWorks(host);
      host.reboot();
      assertWorks(host);
    }
  }

  @Test
  void attack31SecretOfAnotherHostOrByAnotherApproverIsNotReleased() throws IOException {
    try (TestHost host = sealedHost("a");
        TestHost other = sealedHost("b")) {
      HostBoot boot = HostBoot.of(host.tpm(), host.state());
      BootState state = boot.state();
      BootApproval byAnother = state.approved(new TestVerifier().sign(state.toSign()));
      assertThatThrownBy(() -> boot.accept(byAnother)).hasMessageContaining("another key");
      BootApproval ofOther = approval(HostBoot.of(other.tpm(), other.state()).state());
      assertThatThrownBy(() -> boot.accept(ofOther)).hasMessageContaining("AK Name");
      BootState fewer = new BootState(1, state.akName(), new TreeMap<>(state.pcrs()).headMap(3));
      assertThatThrownBy(() -> boot.accept(approval(fewer))).hasMessageContaining("[0, 2, 4, 7]");
      // The files of one host, all of them, beside the TPM of another.
      Path stolen = directory.resolve("stolen");
      copy(host.state(), stolen);
      assertThatThrownBy(() -> Attestor.open(other.tpm(), stolen))
          .isInstanceOf(AttestorException.class);
    }
  }

  @Test
  void attack32SealedSecretIsNotOpenedByAnythingButThePolicy() throws IOException {
    try (TestHost host = sealedHost("tpm")) {
      AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
      HostKeys keys = HostKeys.of(state);
      assertThatThrownBy(
              () ->
                  host.tpm()
                      .connection()
                      .transact(
                          transaction -> {
                            Session session = transaction.hmacSession(keys.saltKey());
                            var object =
                                new ObjectCommands(transaction)
                                    .load(
                                        keys.srkEntity(),
                                        new ObjectCommands.Created(
                                            PublicArea.parse(state.sealed().publicArea().toArray()),
                                            state.sealed().privatePart().toArray()),
                                        null);
                            return new ObjectCommands(transaction)
                                .unseal(object.entity(Octets.NONE), session.encryptingResponse());
                          }))
          .isInstanceOf(TpmException.class)
          .hasMessageContaining("AUTH_UNAVAILABLE");
    }
  }

  @Test
  void escrowBringsAHostBackWhoseStateWasLost() throws IOException {
    KeyPair pair = TestVerifier.keyPair();
    PublicJwk key = PublicJwk.of((ECPublicKey) pair.getPublic());
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32);
    try (TestHost host = TestHost.fresh(directory)) {
      provision(host, sealed(Optional.of(key)));
      Bytes akName = HostBoot.of(host.tpm(), host.state()).state().akName();
      Escrow escrow =
          StateDirectory.open(host.state()).read(Escrow.FILE, Escrow.class).orElseThrow();
      String file = new String(StrictJson.encode(escrow), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(file).doesNotContain("akAuth");

      Path fresh = directory.resolve("fresh");
      KeyPair other = TestVerifier.keyPair();
      assertThat(
              EscrowRecovery.recover(
                  host.tpm(),
                  fresh,
                  escrow,
                  Octets.fixed(((ECPrivateKey) other.getPrivate()).getS(), 32),
                  PublicJwk.of((ECPublicKey) other.getPublic()),
                  ProvisioningOptions.none()))
          .isInstanceOfSatisfying(
              Provisioning.Outcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo(Provisioning.Reason.ESCROW_UNREADABLE));
      for (ProvisioningOptions otherwise :
          List.of(
              new ProvisioningOptions(
                  Optional.of(EndorsementKeyKind.P384),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              ProvisioningOptions.none().withRegister(14))) {
        assertThat(EscrowRecovery.recover(host.tpm(), fresh, escrow, scalar, key, otherwise))
            .isInstanceOfSatisfying(
                Provisioning.Outcome.Refused.class,
                refused ->
                    assertThat(refused.reason())
                        .isEqualTo(Provisioning.Reason.PROVISIONED_OTHERWISE));
      }
      var recovered =
          (Provisioning.Outcome.Provisioned)
              EscrowRecovery.recover(
                  host.tpm(), fresh, escrow, scalar, key, ProvisioningOptions.none());
      assertThat(recovered.attestor().akName()).isEqualTo(akName);
      recovered.attestor().nvLaunchRegister().append(LaunchRegisterIT.event());
      // And sealed anew, for an approver.
      assertThat(
              EscrowRecovery.recover(
                  host.tpm(), fresh, escrow, scalar, key, sealed(Optional.empty())))
          .isInstanceOf(Provisioning.Outcome.AwaitingApproval.class);
      HostBoot boot = HostBoot.of(host.tpm(), fresh);
      boot.accept(approval(boot.state()));
      assertThat(Attestor.open(host.tpm(), fresh).akName()).isEqualTo(akName);
    }
  }

  @Test
  void recoveryDoesNotMakeARegisterThatTheEscrowLacks() throws IOException {
    KeyPair pair = TestVerifier.keyPair();
    PublicJwk key = PublicJwk.of((ECPublicKey) pair.getPublic());
    byte[] scalar = Octets.fixed(((ECPrivateKey) pair.getPrivate()).getS(), 32);
    try (TestHost host = TestHost.fresh(directory)) {
      host.provision(
          new ProvisioningOptions(
              Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(key)));
      Escrow escrow =
          StateDirectory.open(host.state()).read(Escrow.FILE, Escrow.class).orElseThrow();
      Path fresh = directory.resolve("fresh");
      assertThat(
              EscrowRecovery.recover(
                  host.tpm(), fresh, escrow, scalar, key, NvRegisterIT.WITH_REGISTER))
          .isInstanceOfSatisfying(
              Provisioning.Outcome.Refused.class,
              refused ->
                  assertThat(refused.detail())
                      .contains("this one has none")
                      .contains("signet provision --register nv makes one"));
      assertThat(fresh.resolve("attestor.json")).doesNotExist();
    }
  }

  @Test
  void hardenedProvisioningGoesOnAfterTheConnectionBrokeAtAnyCommand() throws IOException {
    ProvisioningOptions options = sealed(Optional.of(new TestVerifier().approvalKey()));
    int cutAt = 10; // what comes first is ProvisioningRecoveryIT's
    boolean wasCut = true;
    while (wasCut) {
      cutAt += 3;
      try (TestHost host = TestHost.fresh(directory.resolve("h" + cutAt))) {
        wasCut = cut(host, cutAt, () -> Provisioning.provision(host.tpm(), host.state(), options));
        Provisioning.provision(host.tpm(), host.state(), options);
        approve(host);
        assertWorks(host);
        assertThat(host.tpm().properties().lockoutCounter()).isZero();
      }
    }
    assertThat(cutAt).isGreaterThan(20);
  }

  @Test
  void whatWasProvisionedOtherwiseIsNotChangedUnasked() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      assertOtherwise(host, sealed(Optional.empty()));
      // A register can be added; another one in its place cannot.
      Attestor attestor = host.provision(NvRegisterIT.WITH_REGISTER);
      assertThat(attestor.nvRegister()).isPresent();
      assertWorks(host);
      assertOtherwise(host, ProvisioningOptions.none().withRegister(14));
    }
  }

  private static void assertOtherwise(TestHost host, ProvisioningOptions options)
      throws IOException {
    assertThat(Provisioning.provision(host.tpm(), host.state(), options))
        .isInstanceOfSatisfying(
            Provisioning.Outcome.Refused.class,
            refused ->
                assertThat(refused.reason()).isEqualTo(Provisioning.Reason.PROVISIONED_OTHERWISE));
  }

  @Test
  void deprovisioningTakesAllBackAndGoesOnAfterTheConnectionBroke() throws IOException {
    int cutAt = 0;
    boolean wasCut = true;
    while (wasCut) {
      cutAt += 4;
      try (TestHost host = sealedHost("d" + cutAt)) {
        assertWorks(host);
        wasCut = cut(host, cutAt, () -> Deprovisioning.deprovision(host.tpm(), host.state()));
        Deprovisioning.deprovision(host.tpm(), host.state());
        TpmProperties properties = host.tpm().properties();
        assertThat(properties.ownerAuthSet() || properties.endorsementAuthSet()).isFalse();
        assertThat(properties.lockoutAuthSet()).isFalse();
        boolean left =
            host.tpm()
                .connection()
                .transact(t -> new Capabilities(t).exists(RegisterIndex.DEFAULT_HANDLE));
        assertThat(left).as("the register's index").isFalse();
        assertThat(Deprovisioning.deprovision(host.tpm(), host.state())).isFalse();
        assertThat(Files.exists(host.state().resolve("attestor.json"))).isFalse();
        host.reboot();
        assertThat(host.provision(NvRegisterIT.WITH_REGISTER).nvLaunchRegister().log()).isNotNull();
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static boolean cut(TestHost host, int n, Work work) {
    int[] count = {0};
    host.bus()
        .changingResponses(
            response -> {
              if (++count[0] == n) {
                throw new UncheckedIOException(new IOException("cut"));
              }
              return response;
            });
    try {
      work.run();
      return count[0] >= n;
    } catch (UncheckedIOException | IOException e) {
      return true;
    } finally {
      host.bus().changingResponses(response -> response);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(
            each,
            to.resolve(from.relativize(each).toString()),
            java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
