// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EvidenceInput;
import dev.signet.protocol.KeyProtection;
import dev.signet.protocol.LaunchEvent;
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.NvRegister;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.Refusal;
import dev.signet.protocol.RegisterEvidence;
import dev.signet.protocol.StateApproval;
import dev.signet.protocol.StrictJson;
import dev.signet.verifier.tpm.NvRegisterName;
import dev.signet.verifier.tpm.PcrSelection;
import dev.signet.verifier.verification.BaselineRule;
import dev.signet.verifier.verification.QuoteVerifier;
import dev.signet.verifier.verification.RegisterVerifier;
import dev.signet.verifier.verification.Verification;
import dev.signet.verifier.verification.VerifiedLaunchLog;
import dev.signet.verifier.verification.VerifiedQuote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launch register in an NV index, judged with the verifier's own code. */
class NvRegisterIT {
  private static final int PCR = 15;
  private static final String VERIFIER = "https://verifier.example";
  private static final Provider PROVIDER = Security.getProvider("SunEC");
  private static final RegisterIndex INDEX = new RegisterIndex(RegisterIndex.DEFAULT_HANDLE, PCR);
  static final ProvisioningOptions WITH_REGISTER = ProvisioningOptions.none().withRegister(PCR);

  @TempDir Path directory;
  private TestHost host;
  private Attestor attestor;

  @BeforeEach
  void start() throws IOException {
    host = TestHost.fresh(directory);
    attestor = host.provision(WITH_REGISTER);
  }

  @AfterEach
  void stop() throws IOException {
    host.close();
  }

  private AttestationRequest evidence(LaunchRegister register, LaunchId launch) throws IOException {
    byte[] nonce = new byte[32];
    TestHost.RANDOM.nextBytes(nonce);
    Challenge challenge =
        new Challenge(
            Bytes.of(nonce),
            Purpose.RELEASE,
            VERIFIER,
            TestVerifier.PCRS,
            PCR,
            Instant.EPOCH,
            Instant.EPOCH);
    return attestor.releaseEvidence(
        challenge,
        TestHost.AGENT,
        launch,
        register,
        Bytes.utf8("a reference statement"),
        new TestVerifier().approvalKey(),
        Bytes.of(nonce));
  }

  private VerifiedQuote quote(AttestationRequest evidence) {
    var key =
        VerifierInteropIT.authentic(
            dev.signet.verifier.verification.AttestationKey.check(
                attestor.akPublic(), attestor.akParentPublic()));
    return VerifierInteropIT.authentic(
        new QuoteVerifier(PROVIDER)
            .verify(
                evidence.quote(),
                key,
                EvidenceInput.forAttestation(evidence, VERIFIER),
                PcrSelection.of(TestVerifier.PCRS)));
  }

  private Verification<VerifiedLaunchLog> verify(AttestationRequest evidence) {
    VerifiedQuote quote = quote(evidence);
    RegisterEvidence register = evidence.quote().register();
    if (register == null) {
      return VerifiedLaunchLog.replay(evidence.log(), quote, PCR, BaselineRule.zeros());
    }
    byte[] input = EvidenceInput.forAttestation(evidence, VERIFIER);
    return switch (new RegisterVerifier(PROVIDER).verify(register, quote, input, PCR)) {
      case Verification.Refused<?>(Refusal reason, String detail) ->
          new Verification.Refused<>(reason, detail);
      case Verification.Authentic<dev.signet.verifier.verification.VerifiedRegister>(var value) ->
          VerifiedLaunchLog.replay(evidence.log(), value);
    };
  }

  static LaunchEvent.Start start(LaunchId launch) {
    return new LaunchEvent.Start(
        TestHost.AGENT,
        launch,
        Digest.hash(new byte[0]),
        List.of(),
        "runtime",
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        "k".repeat(43),
        KeyProtection.SEALED,
        Digest.hash(new byte[0]));
  }

  private void assertProvesALaunch(LaunchRegister register) throws IOException {
    LaunchId launch = LaunchId.random(TestHost.RANDOM);
    register.append(start(launch));
    VerifiedLaunchLog log = VerifierInteropIT.authentic(verify(evidence(register, launch)));
    assertThat(log.live(TestHost.AGENT).orElseThrow().launch()).isEqualTo(launch);
    assertThat(host.leftInTheTpm()).isEmpty();
  }

  private void assertUnusable(String why, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.REGISTER_UNUSABLE))
        .hasMessageContaining(why);
  }

  @Test
  void provesLaunchesOverBootsAndRestartsOfTheProgram() throws IOException {
    assertThat(NvRegisterName.of(INDEX.handle(), PCR).toArray()).isEqualTo(INDEX.name(true));
    assertProvesALaunch(attestor.nvLaunchRegister());
    attestor = host.attestor();
    assertProvesALaunch(attestor.nvLaunchRegister());
    assertThat(attestor.nvLaunchRegister().events()).hasSize(2);
    LaunchRegister open = attestor.nvLaunchRegister();
    host.reboot();
    assertProvesALaunch(open);
    assertThat(open.events()).hasSize(1);
    host.restart();
    assertProvesALaunch(attestor.nvLaunchRegister());
  }

  @Test
  void attack19ASecondExtenderEndsAPcrRegisterAndNotAnNvRegister() throws IOException {
    LaunchId launch = LaunchId.random(TestHost.RANDOM);
    LaunchRegister nv = attestor.nvLaunchRegister();
    nv.append(start(launch));
    host.extend(PCR, "a user of the TPM");
    VerifierInteropIT.authentic(verify(evidence(nv, launch)));
    // He has no authorization value, and without one there is no extending.
    for (byte[] guess : new byte[][] {Octets.NONE, {1, 2, 3}}) {
      assertThatThrownBy(() -> extendIndex(guess))
          .isInstanceOfSatisfying(
              TpmException.class, e -> assertThat(e.is(ResponseCode.BAD_AUTH)).isTrue());
    }
    assertProvesALaunch(nv);
    assertThat(host.tpm().properties().lockoutCounter()).isZero();

    host.reboot();
    LaunchRegister pcr = attestor.launchRegister(PCR);
    pcr.append(start(launch));
    host.extend(PCR, "a user of the TPM");
    assertThatThrownBy(() -> evidence(pcr, launch))
        .isInstanceOfSatisfying(
            AttestorException.class,
            e -> assertThat(e.reason()).isEqualTo(AttestorException.Reason.REGISTER_MOVED));
  }

  private void extendIndex(byte[] auth) throws IOException {
    NvBackend his = new NvBackend(hostTpm(), INDEX, auth);
    his.extend(Digest.hash(new byte[] {7}));
  }

  private HostTpm hostTpm() throws IOException {
    AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
    return new HostTpm(host.tpm(), HostKeys.of(state));
  }

  /** What root can do with the owner's authorization, which is in the state directory. */
  private void redefine(byte[] auth, byte[] area, boolean written) throws IOException {
    AttestorState state = AttestorState.read(StateDirectory.open(host.state())).orElseThrow();
    HostKeys keys = HostKeys.of(state);
    host.tpm()
        .connection()
        .transact(
            transaction -> {
              Session session = transaction.hmacSession(keys.saltKey());
              Entity owner = Entity.hierarchy(Entity.OWNER, keys.ownerAuth());
              NvCommands nv = new NvCommands(transaction);
              nv.undefine(owner, INDEX.entity(written, Octets.NONE), session.plain());
              nv.define(owner, auth, area, session.encryptingCommand());
              return null;
            });
  }

  private byte[] registerAuth() throws IOException {
    return AttestorState.read(StateDirectory.open(host.state()))
        .orElseThrow()
        .registerAuth()
        .toArray();
  }

  @Test
  void attack27IndexMadeAnewInMidBootCanNeverBeWritten() throws IOException {
    LaunchRegister register = attestor.nvLaunchRegister();
    register.append(start(LaunchId.random(TestHost.RANDOM)));
    redefine(registerAuth(), INDEX.publicArea(false), true);
    assertUnusable("deleted it and made it anew", register::log);
    NvBackend root = new NvBackend(hostTpm(), INDEX, registerAuth());
    assertUnusable(
        "before the register was opened",
        () -> root.prepare(StateDirectory.create(directory.resolve("roots")), host.tpm().clock()));
    assertThatThrownBy(
            () ->
                host.tpm()
                    .connection()
                    .transact(
                        transaction -> {
                          root.write(transaction, NvRegister.firstWrite(), true);
                          return null;
                        }))
        .as("the first write needs an untouched PCR")
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("PolicyOR");
    // Under the Name that it has now: with the other's the authorization alone would be wrong.
    HostTpm tpm = hostTpm();
    assertThatThrownBy(
            () ->
                tpm.transact(
                    transaction -> {
                      PolicyCommands later =
                          new PolicyCommands(
                              transaction, transaction.policySession(tpm.keys().saltKey()));
                      later.nvWritten(true);
                      later.authValue();
                      later.or(INDEX.firstWritePolicy(), INDEX.laterWritePolicy());
                      new NvCommands(transaction)
                          .extend(
                              INDEX.entity(false, registerAuth()),
                              NvRegister.firstWrite(),
                              later.session().encryptingCommand());
                      return null;
                    }))
        .as("what was never written in this boot is not written to")
        .isInstanceOf(TpmException.class)
        .hasMessageContaining("NV_Extend")
        .hasMessageContaining("POLICY_FAIL");
    // A reboot, and all is well again.
    host.reboot();
    assertProvesALaunch(attestor.nvLaunchRegister());
  }

  @Test
  void attack27IndexWithAnOpenPolicyIsNotTheRegister() throws IOException {
    LaunchId launch = LaunchId.random(TestHost.RANDOM);
    LaunchRegister register = attestor.nvLaunchRegister();
    register.append(start(launch));
    AttestationRequest honest = evidence(register, launch);
    // AUTHWRITE beside the policy: writable at will, also with the register's old content.
    byte[] area = INDEX.publicArea(false);
    area[9] |= 4;
    redefine(registerAuth(), area, true);
    assertUnusable("another index is in its place", register::log);
    byte[] writtenArea = area.clone();
    writtenArea[6] |= 0x20;
    byte[] name = Octets.concat(Octets.u16(PublicArea.SHA256), TpmCrypto.sha256(writtenArea));
    RegisterEvidence forged =
        certifyAs(area, name, honest, Digest.hash(StrictJson.encode(start(launch))));
    VerifiedQuote quote = quote(honest);
    byte[] input = EvidenceInput.forAttestation(honest, VERIFIER);
    assertThat(new RegisterVerifier(PROVIDER).verify(forged, quote, input, PCR))
        .isInstanceOfSatisfying(
            Verification.Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(Refusal.REGISTER_REJECTED);
              assertThat(refused.detail()).contains("the index's Name");
            });
  }

  /** Root writes the old content to an index of his own, and has the AK certify it. */
  private RegisterEvidence certifyAs(
      byte[] area, byte[] written, AttestationRequest honest, Digest event) throws IOException {
    HostTpm tpm = hostTpm();
    byte[] unwritten = Octets.concat(Octets.u16(PublicArea.SHA256), TpmCrypto.sha256(area));
    Digest extraData = Digest.hash(EvidenceInput.forAttestation(honest, VERIFIER));
    return tpm.transact(
        transaction -> {
          Session session = transaction.hmacSession(tpm.keys().saltKey());
          NvCommands nv = new NvCommands(transaction);
          Entity first = Entity.object(INDEX.handle(), unwritten, registerAuth());
          nv.extend(first, NvRegister.firstWrite(), session.plain());
          Entity index = Entity.object(INDEX.handle(), written, registerAuth());
          nv.extend(index, event, session.plain());
          Entity key = tpm.keys().loadAttestationKey(transaction, session);
          Session reading = transaction.hmacSession(tpm.keys().saltKey());
          var certified = nv.certify(key, session.plain(), index, reading.plain(), extraData, 32);
          RegisterEvidence good = honest.quote().register();
          return new RegisterEvidence(
              INDEX.handle(),
              Bytes.of(certified.attest()),
              Bytes.of(certified.signature()),
              good.openingAttest(),
              good.openingSignature());
        });
  }

  @Test
  void attack27IndexMadeAnewBetweenBootsWithAnotherAuthorizationIsSeenAtTheOpening()
      throws IOException {
    attestor.nvLaunchRegister();
    host.reboot();
    redefine(new byte[] {1, 2, 3}, INDEX.publicArea(false), false);
    assertUnusable("not ours", attestor::nvLaunchRegister);
    redefine(registerAuth(), INDEX.publicArea(false), false);
    assertProvesALaunch(attestor.nvLaunchRegister());
  }

  @Test
  void registerIsOpenedBeforeAnythingElseIsMeasuredIntoItsPcr() throws IOException {
    host.reboot();
    host.extend(PCR, "a user of the TPM who was first");
    assertUnusable("signet-register.service", attestor::nvLaunchRegister);
    host.reboot();
    assertProvesALaunch(attestor.nvLaunchRegister());
  }

  @Test
  void openingGoesOnAfterTheConnectionBrokeAtAnyCommand() throws IOException {
    int cutAt = 0;
    boolean wasCut = true;
    while (wasCut) {
      cutAt++;
      host.reboot();
      wasCut = cut(cutAt, () -> attestor.nvLaunchRegister());
      if (wasCut) {
        assertProvesALaunch(attestor.nvLaunchRegister());
      }
    }
    assertThat(cutAt).as("commands of an opening").isGreaterThan(15);
  }

  @Test
  void attack59AppendGoesOnAfterTheConnectionBrokeAtAnyCommand() throws IOException {
    LaunchRegister register = attestor.nvLaunchRegister();
    int cutAt = 0;
    boolean wasCut = true;
    while (wasCut) {
      cutAt++;
      LaunchId launch = LaunchId.random(TestHost.RANDOM);
      wasCut = cut(cutAt, () -> register.append(start(launch)));
      if (wasCut) {
        assertProvesALaunch(register);
      }
    }
    assertThat(cutAt).as("commands of an append").isGreaterThan(8);
  }

  private interface Work {
    void run() throws IOException;
  }

  /** The TPM runs the command, its answer never comes: the worst case. */
  private boolean cut(int n, Work work) {
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

  @Test
  void attack59ApprovalIsWorthNothingOnceTheRegisterMoved() throws IOException {
    LaunchRegister register = attestor.nvLaunchRegister();
    register.append(start(LaunchId.random(TestHost.RANDOM)));
    TestVerifier verifier = new TestVerifier();
    SealedKey key = attestor.createSealedKey(TestHost.AGENT, verifier.approvalKey());
    try (ReleaseSession session = key.beginRelease()) {
      StateApproval approval = verifier.approveNow(host.tpm(), key, session);
      register.append(start(LaunchId.random(TestHost.RANDOM)));
      assertThat(session.finish(approval))
          .isInstanceOfSatisfying(
              ReleaseOutcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo(ReleaseOutcome.Reason.STATE_NOT_APPROVED));
    }
  }

  @Test
  void attack59HeldPolicySessionEndsWhenTheRegisterMoves() throws IOException {
    LaunchRegister register = attestor.nvLaunchRegister();
    HostTpm tpm = hostTpm();
    // PolicyPCR satisfied, then the register extended: TPM 2.0 Library Part 3, 23.7.
    byte[] policy =
        PolicyDigest.pcr(
            PolicyDigest.start(),
            List.of(PCR),
            PcrCommands.digestOf(host.tpm().pcrs(List.of(PCR))));
    ObjectCommands.Created sealed =
        tpm.transact(
            transaction ->
                new ObjectCommands(transaction)
                    .create(
                        tpm.keys().srkEntity(),
                        Octets.NONE,
                        new byte[] {1},
                        Templates.sealed(policy),
                        transaction.hmacSession(tpm.keys().saltKey()).encryptingCommand()));
    SavedSession held =
        tpm.transact(
            transaction -> {
              Session session = transaction.policySession(tpm.keys().saltKey());
              new PolicyCommands(transaction, session).pcr(List.of(PCR));
              SavedSession saved = SavedSession.save(transaction, session);
              transaction.release(session);
              return saved;
            });
    register.append(start(LaunchId.random(TestHost.RANDOM)));
    assertThatThrownBy(
            () ->
                tpm.transact(
                    transaction -> {
                      Session session = held.load(transaction);
                      ObjectCommands objects = new ObjectCommands(transaction);
                      var object = objects.load(tpm.keys().srkEntity(), sealed, null);
                      return objects.unseal(
                          object.entity(Octets.NONE), session.encryptingResponse());
                    }))
        .isInstanceOfSatisfying(
            TpmException.class, e -> assertThat(e.is(ResponseCode.PCR_CHANGED)).isTrue());
  }
}
