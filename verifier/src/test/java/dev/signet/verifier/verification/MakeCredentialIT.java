// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static dev.signet.verifier.Expect.authentic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.verifier.Sample;
import dev.signet.verifier.verification.EndorsementKey.PublicHalf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A TPM activates the credentials that we make. Skipped without swtpm and tpm2-tools. */
@EnabledIf("dev.signet.verifier.verification.Swtpm#isInstalled")
class MakeCredentialIT {
  private static final String AK_PARENT =
      "tpm2_createprimary -Q -C e -G ecc256:aes128cfb -g sha256 -c parent.ctx -a"
          + " fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt";
  private static final String AK =
      "tpm2_create -Q -C parent.ctx -G ecc256:ecdsa-sha256:null -g sha256 -u ak.pub -r ak.priv -a"
          + " fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign";

  private final byte[] secret = Digest.hash(new byte[] {7}).toArray();

  @TempDir Path directory;

  @Test
  void tpmActivatesCredentialForRsaKey() throws Exception {
    try (Swtpm tpm = new Swtpm(directory)) {
      AttestationKey ak = createAk(tpm);
      tpm.run("tpm2_createek -Q -G rsa -c ek.ctx -u ek.der -f der");
      PublicKey key = key("RSA", Files.readAllBytes(tpm.file("ek.der")));
      activates(tpm, ak, new PublicHalf.Rsa((RSAPublicKey) key));
    }
  }

  @Test
  void tpmActivatesCredentialForEccKey() throws Exception {
    try (Swtpm tpm = new Swtpm(directory)) {
      AttestationKey ak = createAk(tpm);
      tpm.run("tpm2_createek -Q -G ecc -c ek.ctx -u ek.der -f der");
      PublicKey key = key("EC", Files.readAllBytes(tpm.file("ek.der")));
      activates(tpm, ak, new PublicHalf.Ecc((ECPublicKey) key));
    }
  }

  @Test
  void tpmActivatesCredentialForKeyOfTheHighRange() throws Exception {
    try (Swtpm tpm = new Swtpm(directory)) {
      AttestationKey ak = createAk(tpm);
      tpm.run(
          "tpm2_createprimary -Q -C e -G ecc384:aes256cfb -g sha384 -c ek.ctx -a"
              + " fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|decrypt");
      tpm.run("tpm2_readpublic -Q -c ek.ctx -f der -o ek.der");
      PublicKey key = key("EC", Files.readAllBytes(tpm.file("ek.der")));
      credential(tpm, ak, new PublicHalf.Ecc384((ECPublicKey) key));
      tpm.run("tpm2_activatecredential -Q -c ak.ctx -C ek.ctx -i credential -o secret");
      assertThat(Files.readAllBytes(tpm.file("secret"))).isEqualTo(secret);
    }
  }

  @Test
  void attack06TpmWithoutTheAkDoesNotActivate() throws Exception {
    try (Swtpm tpm = new Swtpm(directory)) {
      createAk(tpm);
      tpm.run("tpm2_createek -Q -G ecc -c ek.ctx -u ek.der -f der");
      PublicKey key = key("EC", Files.readAllBytes(tpm.file("ek.der")));
      assertThatThrownBy(
              () -> activates(tpm, new Sample().ak, new PublicHalf.Ecc((ECPublicKey) key)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("tpm2_activatecredential");
    }
  }

  private static AttestationKey createAk(Swtpm tpm) throws Exception {
    tpm.run(AK_PARENT);
    tpm.run("tpm2_readpublic -Q -c parent.ctx -f tss -o parent.pub");
    tpm.run(AK);
    tpm.run("tpm2_load -Q -C parent.ctx -u ak.pub -r ak.priv -c ak.ctx");
    return authentic(AttestationKey.check(area(tpm.file("ak.pub")), area(tpm.file("parent.pub"))));
  }

  /** TPMT_PUBLIC out of TPM2B_PUBLIC. */
  private static Bytes area(Path file) throws IOException {
    byte[] sized = Files.readAllBytes(file);
    return Bytes.of(Arrays.copyOfRange(sized, 2, sized.length));
  }

  private static PublicKey key(String algorithm, byte[] der) throws Exception {
    return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
  }

  private void credential(Swtpm tpm, AttestationKey ak, PublicHalf half) throws IOException {
    EndorsementKey ek =
        new EndorsementKey(
            Sample.ZERO, MakeCredentialTest.ID, half, new TpmDescription("id:1", "m", "v"));
    MakeCredential.Credential made = MakeCredential.make(ek, ak, secret, new SecureRandom());
    byte[] blob = made.credentialBlob().toArray();
    byte[] encrypted = made.encryptedSecret().toArray();
    // tpm2-tools' file: magic, version, TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET.
    ByteBuffer file = ByteBuffer.allocate(8 + 2 + blob.length + 2 + encrypted.length);
    file.putInt(0xBADCC0DE).putInt(1);
    file.putShort((short) blob.length).put(blob);
    file.putShort((short) encrypted.length).put(encrypted);
    Files.write(tpm.file("credential"), file.array());
  }

  private void activates(Swtpm tpm, AttestationKey ak, PublicHalf half) throws Exception {
    credential(tpm, ak, half);
    tpm.run("tpm2_startauthsession -Q --policy-session -S session");
    tpm.run("tpm2_policysecret -Q -S session -c e");
    tpm.run(
        "tpm2_activatecredential -Q -c ak.ctx -C ek.ctx -P session:session -i credential -o"
            + " secret");
    assertThat(Files.readAllBytes(tpm.file("secret"))).isEqualTo(secret);
  }
}
