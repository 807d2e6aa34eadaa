// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The expected digests were computed by a separate script from docs/protocol.md. */
class EvidenceInputTest {
  private static final String VERIFIER = "https://verifier.example";
  private static final AgentId AGENT = new AgentId("spiffe://example.org/agent/billing");
  private static final LaunchId LAUNCH = new LaunchId("AAECAwQFBgcICQoLDA0ODw");
  private static final Bytes NONCE =
      Bytes.fromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  private static final Bytes AK_NAME = Bytes.fromHex("000b" + "aa".repeat(32));
  private static final QuoteEvidence QUOTE =
      new QuoteEvidence(Bytes.utf8("a"), Bytes.utf8("s"), List.of());

  private static AttestationRequest request(Purpose purpose, AgentId agent, String log, String st) {
    boolean release = purpose == Purpose.RELEASE;
    return new AttestationRequest(
        purpose,
        NONCE,
        AK_NAME,
        agent,
        LAUNCH,
        QUOTE,
        Bytes.utf8(log),
        Bytes.utf8(st),
        PublicJwkTest.KEY,
        KeyProtection.SEALED,
        release ? Bytes.fromHex("07".repeat(32)) : null,
        release ? null : Bytes.of(new byte[64]));
  }

  private static AttestationRequest withFirmwareLog(String log) {
    AttestationRequest r = request(Purpose.ATTEST, AGENT, "log\n", "{}");
    return new AttestationRequest(
        r.purpose(),
        r.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        null,
        r.proofOfPossession(),
        new HostLogs(Bytes.utf8(log)));
  }

  private static AttestationRequest withLease() {
    AttestationRequest r = request(Purpose.ATTEST, AGENT, "log\n", "{}");
    Lease lease =
        new Lease(PublicJwkTest.KEY, Instant.ofEpochSecond(1_800_000_000), Bytes.of(new byte[64]));
    return new AttestationRequest(
        r.purpose(),
        r.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        r.sessionNonce(),
        r.proofOfPossession(),
        r.logs(),
        null,
        null,
        lease);
  }

  private static AttestationRequest ofResidentLaunch() {
    AttestationRequest r = request(Purpose.RELEASE, AGENT, "log\n", "{}");
    Bytes any = Bytes.utf8("x");
    return new AttestationRequest(
        r.purpose(),
        r.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        KeyProtection.RESIDENT,
        r.sessionNonce(),
        null,
        r.logs(),
        new KeyCertification(any, any, any, any),
        PublicJwkTest.KEY,
        null);
  }

  private static String hash(AttestationRequest request, String verifier) {
    return Digest.hash(EvidenceInput.forAttestation(request, verifier)).toHex();
  }

  @Test
  void matchesFixedVectors() {
    byte[] enrol =
        EvidenceInput.forEnrollment(
            NONCE, VERIFIER, AK_NAME, Bytes.utf8("pub"), Bytes.utf8("parent"));
    assertThat(Digest.hash(enrol).toHex())
        .isEqualTo("be963f69ab8bfe37bbf196aae3d2745ca41d60a5fb16d4c2d9db19bea868df3a");
    assertThat(hash(request(Purpose.RELEASE, AGENT, "log\n", "{}"), VERIFIER))
        .isEqualTo("898ec6c1a7c2533d3f92bfbc2299b5f9892cbba8458ced75b6e47912390bb481");
    assertThat(hash(request(Purpose.ATTEST, AGENT, "log\n", "{}"), VERIFIER))
        .isEqualTo("4f815226f8e46f0f1bef46c44e0da0b9a86661a85545ec0488c7e399a26f8a09");
    assertThat(hash(withFirmwareLog("firmware"), VERIFIER))
        .isEqualTo("628a6e80088a561818234104126972ebc1555f78f8d6c8f4d0ab7ab83d8c9d26");
    assertThat(hash(withLease(), VERIFIER))
        .isEqualTo("9ac5e7a2234ff94292bbfc165a668ddebd786a7c0435c8f2e7c568b263159ade");
    assertThat(hash(ofResidentLaunch(), VERIFIER))
        .isEqualTo("8351f87cc874c04f18ede32759e0487c599592825ce0b0b8f47bef8d43d45670");
    assertThat(StateApproval.policyRef(AK_NAME, AGENT, PublicJwkTest.KEY).toHex())
        .isEqualTo("ab779fd89f96535b9b94d48cea90202eb0ead0b27564d23274ac08a2c70e4b8a");
  }

  @Test
  void attack60AnotherPurposeVerifierOrPartIsAnotherInput() {
    Set<String> inputs = new HashSet<>();
    inputs.add(hash(request(Purpose.ATTEST, AGENT, "ab", "c"), VERIFIER));
    inputs.add(hash(request(Purpose.RELEASE, AGENT, "ab", "c"), VERIFIER));
    inputs.add(hash(request(Purpose.ATTEST, AGENT, "ab", "c"), "https://staging.example"));
    inputs.add(hash(request(Purpose.ATTEST, new AgentId("spiffe://a/b"), "ab", "c"), VERIFIER));
    // The same bytes, cut in another place.
    inputs.add(hash(request(Purpose.ATTEST, AGENT, "a", "bc"), VERIFIER));
    assertThat(inputs).hasSize(5);
  }

  @Test
  void attack03RefusesNonceOfAnotherLength() {
    for (int size : new int[] {0, 16, 31, 33}) {
      assertThatThrownBy(
              () -> EvidenceInput.of(Purpose.ENROL, Bytes.of(new byte[size]), VERIFIER, AK_NAME))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void partsThatBelongToOnePurposeAreRefusedForTheOther() {
    AttestationRequest r = request(Purpose.RELEASE, AGENT, "l", "s");
    assertThatThrownBy(() -> with(r, Purpose.RELEASE, r.sessionNonce(), Bytes.of(new byte[64])))
        .hasMessageContaining("proofOfPossession");
    assertThatThrownBy(() -> with(r, Purpose.RELEASE, Bytes.of(new byte[28]), null))
        .hasMessageContaining("sessionNonce");
    assertThatThrownBy(() -> with(r, Purpose.RELEASE, null, null))
        .hasMessageContaining("sessionNonce");
    assertThatThrownBy(
            () -> with(r, Purpose.ATTEST, Bytes.of(new byte[32]), Bytes.of(new byte[64])))
        .hasMessageContaining("sessionNonce");
    assertThatThrownBy(() -> with(r, Purpose.ATTEST, null, null))
        .hasMessageContaining("proofOfPossession");
    assertThatThrownBy(() -> with(r, Purpose.ENROL, null, null)).hasMessageContaining("purpose");
  }

  private static AttestationRequest with(
      AttestationRequest r, Purpose purpose, Bytes session, Bytes proof) {
    return new AttestationRequest(
        purpose,
        r.nonce(),
        r.akName(),
        r.agent(),
        r.launch(),
        r.quote(),
        r.log(),
        r.statement(),
        r.requestKey(),
        r.keyProtection(),
        session,
        proof);
  }

  @Test
  void requestSurvivesItsOwnCodec() throws Exception {
    for (Purpose purpose : new Purpose[] {Purpose.RELEASE, Purpose.ATTEST}) {
      AttestationRequest r = request(purpose, AGENT, "log\n", "{}");
      byte[] json = StrictJson.encode(r);
      assertThat(StrictJson.decode(json, AttestationRequest.class, Limits.EVIDENCE_BYTES))
          .isEqualTo(r);
    }
    AttestationRequest logged = withFirmwareLog("firmware");
    assertThat(
            StrictJson.decode(
                StrictJson.encode(logged), AttestationRequest.class, Limits.EVIDENCE_BYTES))
        .isEqualTo(logged);
  }
}
