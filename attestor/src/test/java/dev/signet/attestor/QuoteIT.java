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
import dev.signet.protocol.LaunchId;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.Purpose;
import dev.signet.protocol.QuoteEvidence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuoteIT {
  private static final Digest EXTRA = Digest.hash("nonce".getBytes());
  @TempDir Path directory;
  private TestHost host;
  private Attestor attestor;

  @BeforeEach
  void provision() throws IOException {
    host = TestHost.fresh(directory);
    attestor = host.provision();
    host.extend(7, "secure boot");
    host.extend(15, "launch");
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(host.leftInTheTpm()).isEmpty();
    host.close();
  }

  private PublicJwk akKey() throws IOException {
    PublicArea.EcPoint point = PublicArea.parse(attestor.akPublic().toArray()).point();
    return PublicJwk.of(Bytes.of(point.x()), Bytes.of(point.y()));
  }

  private static byte[] p1363(byte[] tpmtSignature) throws IOException {
    TpmReader in = new TpmReader("signature", tpmtSignature);
    in.expect(0x18, in.u16(), "ECDSA");
    in.expect(0x0b, in.u16(), "SHA-256");
    byte[] r = Octets.padded(in.sized(32), 32);
    byte[] s = Octets.padded(in.sized(32), 32);
    in.end();
    return Octets.concat(r, s);
  }

  @Test
  void isSignedByTheAkOverTheReceivedBytes() throws IOException {
    QuoteEvidence quote = attestor.quote(EXTRA, List.of(0, 7, 15));
    assertThat(
            TestVerifier.verifies(
                akKey(), quote.attest().toArray(), p1363(quote.signature().toArray())))
        .isTrue();
    assertThat(Attest.parse(quote.attest().toArray()).extraData()).isEqualTo(EXTRA.toArray());
  }

  @Test
  void qualifiedNameShowsTheAkIsAChildInTheEndorsementHierarchy() throws IOException {
    byte[] attest = attestor.quote(EXTRA, List.of(0)).attest().toArray();
    TpmReader in = new TpmReader("quote", attest);
    in.bytes(6);
    byte[] qualifiedSigner = in.sized(66);
    byte[] parentName = PublicArea.parse(attestor.akParentPublic().toArray()).name();
    byte[] parent = qualified(Octets.u32(Entity.ENDORSEMENT), parentName);
    assertThat(qualifiedSigner).isEqualTo(qualified(parent, attestor.akName().toArray()));
  }

  private static byte[] qualified(byte[] parent, byte[] name) {
    return Octets.concat(Octets.u16(0x0b), TpmCrypto.sha256(parent, name));
  }

  @Test
  void akIsRestrictedAndCannotLeaveTheTpm() throws IOException {
    int attributes = PublicArea.parse(attestor.akPublic().toArray()).attributes();
    assertThat(attributes).isEqualTo(0x00050472);
  }

  @Test
  void isAcceptedByTpm2Checkquote() throws Exception {
    QuoteEvidence quote = attestor.quote(EXTRA, List.of(0, 4, 7, 15));
    Path key = directory.resolve("ak.pub");
    Files.write(key, Octets.sized(attestor.akPublic().toArray()));
    Path message = Files.write(directory.resolve("q.msg"), quote.attest().toArray());
    Path signature = Files.write(directory.resolve("q.sig"), quote.signature().toArray());
    Path pcrs = Files.write(directory.resolve("q.pcrs"), serialized(quote));
    Process check =
        new ProcessBuilder(
                "tpm2_checkquote",
                "-u",
                key.toString(),
                "-m",
                message.toString(),
                "-s",
                signature.toString(),
                "-f",
                pcrs.toString(),
                "-g",
                "sha256",
                "-q",
                HexFormat.of().formatHex(EXTRA.toArray()))
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes());
    assertThat(check.waitFor()).as(output).isZero();
  }

  /** tpm2-tools' PCR file: C structures in the machine's byte order. */
  private static byte[] serialized(QuoteEvidence quote) {
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    byte[] bitmap =
        PcrCommands.bitmap(quote.pcrs().stream().map(QuoteEvidence.PcrValue::pcr).toList());
    out.putInt(1);
    out.putShort((short) 0x0b).put((byte) 3).put(bitmap).put((byte) 0).put((byte) 0);
    out.position(4 + 16 * 8);
    out.putInt(1);
    out.putInt(quote.pcrs().size());
    int start = out.position();
    for (QuoteEvidence.PcrValue value : quote.pcrs()) {
      out.putShort((short) 32).put(value.value().toArray());
      out.position(start += 66);
    }
    out.position(4 + 128 + 4 + 4 + 8 * 66);
    return Arrays.copyOf(out.array(), out.position());
  }

  @Test
  void valuesAreThoseQuotedWhileOthersExtend() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    try {
                      host.extend(10, "ima");
                    } catch (IOException e) {
                      return;
                    }
                  }
                });
    try {
      for (int i = 0; i < 20; i++) {
        QuoteEvidence quote =
            attestor.quote(EXTRA, List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15));
        byte[][] values =
            quote.pcrs().stream().map(value -> value.value().toArray()).toArray(byte[][]::new);
        assertThat(Attest.parse(quote.attest().toArray()).pcrDigest())
            .isEqualTo(TpmCrypto.sha256(values));
      }
    } finally {
      stop.set(true);
      other.join();
    }
  }

  @Test
  void quoteOfMovedPcrsIsTakenAgain() throws IOException {
    int[] quotes = {0};
    host.bus()
        .changingCommands(
            command -> {
              // Between the quote and the reading of the values, once.
              if (BusTap.commandCode(command) == 0x17e && quotes[0]++ == 0) {
                try {
                  host.bus().sendRaw(RawCommands.extend(10));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }
              return command;
            });
    QuoteEvidence quote = attestor.quote(EXTRA, List.of(10));
    assertThat(quotes[0]).isEqualTo(2);
    assertThat(Attest.parse(quote.attest().toArray()).pcrDigest())
        .isEqualTo(TpmCrypto.sha256(quote.pcrs().getFirst().value().toArray()));
  }

  @Test
  void evidenceIsQuotedOverItsOwnParts() throws Exception {
    host.reboot();
    attestor = host.attestor();
    LaunchRegister register = attestor.launchRegister(15);
    register.append(LaunchRegisterIT.event());
    Challenge challenge =
        new Challenge(
            Bytes.of(new byte[32]),
            Purpose.ATTEST,
            "https://verifier.example",
            List.of(0, 7, 15),
            15,
            Instant.EPOCH,
            Instant.EPOCH);
    byte[] scalar = new byte[32];
    scalar[31] = 1;
    var generator =
        org.bouncycastle.crypto.ec.CustomNamedCurves.getByName("secp256r1").getG().normalize();
    PublicJwk publicKey =
        PublicJwk.of(
            Bytes.of(generator.getAffineXCoord().getEncoded()),
            Bytes.of(generator.getAffineYCoord().getEncoded()));
    RequestKey requestKey =
        RequestKey.of(scalar, publicKey, SecretsKey.of(scalar, publicKey), TestHost.RANDOM);
    AttestationRequest evidence =
        attestor.attestEvidence(
            challenge,
            TestHost.AGENT,
            LaunchId.random(TestHost.RANDOM),
            register,
            Bytes.of("statement".getBytes()),
            requestKey);
    byte[] input = EvidenceInput.forAttestation(evidence, challenge.verifier());
    assertThat(Attest.parse(evidence.quote().attest().toArray()).extraData())
        .isEqualTo(Digest.hash(input).toArray());
    assertThat(TestVerifier.verifies(publicKey, input, evidence.proofOfPossession().toArray()))
        .isTrue();
    assertThat(evidence.log()).isEqualTo(register.log());

    host.extend(15, "outside the log");
    assertThatThrownBy(
            () ->
                attestor.attestEvidence(
                    challenge,
                    TestHost.AGENT,
                    LaunchId.random(TestHost.RANDOM),
                    register,
                    Bytes.of("statement".getBytes()),
                    requestKey))
        .isInstanceOf(AttestorException.class);
  }

  @Test
  void threadsShareTheTpmAndLeaveNothingInIt() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int j = 0; j < 8; j++) {
                        attestor.quote(EXTRA, List.of(0, 15));
                        host.tpm().clock();
                        host.tpm().pcrs(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
                      }
                    } catch (IOException | RuntimeException e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(host.leftInTheTpm()).isEmpty();
  }
}
