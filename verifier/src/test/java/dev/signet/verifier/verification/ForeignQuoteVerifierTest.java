// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.verifier.SoftwareTpm;
import dev.signet.verifier.Vectors;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Expected;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Files;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Result;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors: tpm2-tools 5.4 with swtpm, PCRs 0 to 9 of the bank sha256. */
class ForeignQuoteVerifierTest {
  private static final Bytes NONCE = Bytes.fromHex("0123456789abcdef".repeat(4));
  private static final Expected EXPECTED = expected(NONCE, false);

  private byte[] key = vector("ecc.tpm2b");
  private byte[] message = vector("ecc.tss.msg");
  private byte[] signature = vector("ecc.tss.sig");
  private byte[] pcrs = vector("serialized.pcrs");

  private static byte[] vector(String name) {
    return Vectors.bytes("tpm2-tools/" + name);
  }

  private static Expected expected(Bytes nonce, boolean bareValues) {
    return new Expected(nonce, bareValues, SignatureScheme.RSASSA, HashAlgorithm.SHA256);
  }

  @ParameterizedTest
  @CsvSource({
    "ecc, RSASSA, SHA256, P-256, ECDSA with SHA-256",
    "ecc384, RSASSA, SHA384, P-384, ECDSA with SHA-384",
    "rsassa, RSASSA, SHA256, RSA 2048, RSASSA with SHA-256",
    "rsapss, RSAPSS, SHA256, RSA 2048, RSAPSS with SHA-256"
  })
  void whatTpm2ToolsMadeIsGood(
      String name, SignatureScheme scheme, HashAlgorithm hash, String kind, String algorithm) {
    for (String form : new String[] {"tss", "plain"}) {
      for (String public_ : new String[] {".tpm2b", ".pem"}) {
        key = vector(name + public_);
        message = vector(name + "." + form + ".msg");
        signature = vector(name + "." + form + ".sig");
        ForeignQuote quote = verified(new Expected(NONCE, false, scheme, hash));
        assertThat(quote.key()).hasToString(kind);
        assertThat(quote.algorithm()).isEqualTo(algorithm);
        assertThat(quote.key().isKnownRestricted()).isEqualTo(public_.equals(".tpm2b"));
        assertThat(quote.bank()).isEqualTo(HashAlgorithm.SHA256);
        assertThat(quote.pcrs()).hasSize(10).containsKey(9);
        assertThat(quote.pcrs().get(0).toHex()).startsWith("9ef814b42fa0be12");
        assertThat(quote.pcrs().get(1)).isEqualTo(Bytes.of(new byte[32]));
      }
    }
  }

  @Test
  void bareValuesAreGood() {
    pcrs = vector("values.pcrs");
    assertThat(verified(expected(NONCE, true)).pcrs().get(3).toHex()).startsWith("9ef8");
    pcrs = Arrays.copyOf(pcrs, pcrs.length - 1);
    refused(expected(NONCE, true), QuoteFlaw.PCR_FILE_MALFORMED, "10 values of 32 bytes");
    pcrs = vector("values.pcrs");
    refused(EXPECTED, QuoteFlaw.PCR_FILE_MALFORMED, "got");
  }

  @Test
  void publicAreaMayComeWithoutItsSize() {
    key = Arrays.copyOfRange(key, 2, key.length);
    verified(EXPECTED);
  }

  @Test
  void attack03NonceThatCouldBeGuessed() {
    assertThatThrownBy(() -> expected(Bytes.of(new byte[15]), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16 to 64 bytes");
    refused(expected(Bytes.of(new byte[32]), false), QuoteFlaw.WRONG_NONCE, "0123456789abcdef");
  }

  @Test
  void attack07KeyThatSignsAnything() {
    for (int bit : new int[] {1, 4, 5, 16, 17, 18}) {
      key = vector("ecc.tpm2b");
      key[6 + 3 - bit / 8] ^= (byte) (1 << bit % 8);
      refused(EXPECTED, QuoteFlaw.QUOTE_KEY_NOT_RESTRICTED, "attributes");
    }
  }

  @Test
  void attack08ForgedMessageByAKeyThatIsInNoTpm() {
    SoftwareTpm forger = new SoftwareTpm();
    SoftwareTpm.Quote quote = forger.quote(NONCE.toArray(), Map.of(0, digest()));
    quote.magic = 0;
    key = pem(forger.akKey().toPublicKey().getEncoded());
    message = quote.attest().toArray();
    signature = SoftwareTpm.tpmtSignature(forger.sign(message)).toArray();
    refused(EXPECTED, QuoteFlaw.NOT_MADE_BY_A_TPM, "ff544347");
  }

  @Test
  void attack09AnotherStatementOfTheTpm() {
    key = Vectors.hex("swtpm/ak.public.hex").toArray();
    for (String other : new String[] {"time", "certify"}) {
      message = Vectors.hex("swtpm/" + other + ".attest.hex").toArray();
      signature = Vectors.hex("swtpm/" + other + ".sig.hex").toArray();
      refused(EXPECTED, QuoteFlaw.NOT_A_QUOTE, "8018");
    }
  }

  @Test
  void attack10ValuesBesideTheQuoteAreNotBelieved() {
    pcrs[4 + 128 + 4 + 4 + 2] ^= 1;
    refused(EXPECTED, QuoteFlaw.PCR_VALUES_MISMATCH, "pcrDigest");
    pcrs = vector("serialized.pcrs");
    // The file says PCR 10 instead of 9: as many values, the same digest.
    pcrs[4 + 3 + 1] = 5;
    refused(EXPECTED, QuoteFlaw.PCR_SELECTION_MISMATCH, "0b:ff0500");
    pcrs[4 + 3 + 1] = 3;
    pcrs[4] = 0x0C;
    refused(EXPECTED, QuoteFlaw.PCR_SELECTION_MISMATCH, "000c");
  }

  @Test
  void attack11QuoteOfNothing() {
    SoftwareTpm tpm = new SoftwareTpm();
    SoftwareTpm.Quote quote = tpm.quote(NONCE.toArray(), Map.of(0, digest()));
    quote.extraData = NONCE;
    quote.selections = Bytes.fromHex("00000001000b03000000");
    sign(tpm, quote);
    refused(EXPECTED, QuoteFlaw.QUOTE_OF_NO_PCRS, "at least one");
    quote.selections = Bytes.fromHex("00000000");
    sign(tpm, quote);
    refused(EXPECTED, QuoteFlaw.QUOTE_OF_NO_PCRS, "at least one");
  }

  @Test
  void attack12SeveralBanks() {
    message = vector("multi.msg");
    signature = vector("multi.sig");
    pcrs = vector("multi.pcrs");
    refused(EXPECTED, QuoteFlaw.QUOTE_OF_SEVERAL_BANKS, "without labels");
  }

  @Test
  void attack14BankOfSha1() {
    SoftwareTpm tpm = new SoftwareTpm();
    SoftwareTpm.Quote quote = tpm.quote(NONCE.toArray(), Map.of(0, digest()));
    quote.extraData = NONCE;
    quote.selections = Bytes.fromHex("00000001000403010000");
    sign(tpm, quote);
    refused(EXPECTED, QuoteFlaw.QUOTE_OF_WEAK_BANK, "SHA-1");
    signature = Bytes.fromHex("00180004" + "0020" + "01".repeat(32) + "000101").toArray();
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_MALFORMED, "got SHA-1");
  }

  @Test
  void attack16SignatureOfAnotherAlgorithm() throws Exception {
    key = vector("rsassa.tpm2b");
    message = vector("rsassa.tss.msg");
    signature = vector("rsapss.tss.sig");
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_ALGORITHM, "RSASSA, got RSAPSS");
    signature = vector("ecc.tss.sig");
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_ALGORITHM, "got ECDSA");
    signature = vector("rsassa.tss.sig");
    signature[3] = 0x0C;
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_ALGORITHM, "SHA-256, got SHA-384");
    key = vector("ecc.tpm2b");
    message = vector("ecc.tss.msg");
    String order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for (String r : new String[] {"00".repeat(32), order}) {
      signature = Bytes.fromHex("0018000b0020" + r + "0020" + "01".repeat(32)).toArray();
      refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_MALFORMED, "1 to n - 1");
    }
    signature = HexFormat.of().parseHex("300702020001020101"); // r with a zero too many
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_MALFORMED, "DER");
    signature = vector("ecc.plain.sig");
    refused(EXPECTED, QuoteFlaw.QUOTE_SIGNATURE_INVALID, "P-256");
  }

  @Test
  void keysThatAreNoneOrTooWeak() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    key = pem(rsa.generateKeyPair().getPublic().getEncoded());
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_UNSUPPORTED, "RSA of 1024 bits");
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(521);
    key = pem(ec.generateKeyPair().getPublic().getEncoded());
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_UNSUPPORTED, "another curve");
    key = vector("ecc.tpm2b");
    key[key.length - 1] ^= 1;
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_UNSUPPORTED, "another curve");
    key = "-----BEGIN CERTIFICATE-----".getBytes(StandardCharsets.US_ASCII);
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_MALFORMED, "BEGIN PUBLIC KEY");
    key = "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----".getBytes(StandardCharsets.US_ASCII);
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_MALFORMED, "");
    key = vector("rsassa.tpm2b");
    key[26] = 0; // the modulus' first byte
    refused(EXPECTED, QuoteFlaw.QUOTE_KEY_MALFORMED, "modulus of 2048 bits");
  }

  /** Whatever is done to one byte of a file, nothing but a refusal with a name comes of it. */
  @Test
  void attack44ChangedFilesAreRefusedByName() {
    int good = 0;
    byte[][] files = {key, message, signature, pcrs};
    for (byte[] file : files) {
      for (int at = 0; at < Math.min(file.length, 400); at++) {
        for (int flip : new int[] {0x01, 0x80, 0xFF}) {
          file[at] ^= (byte) flip;
          good += verify(EXPECTED) instanceof Result.Verified ? 1 : 0;
          file[at] ^= (byte) flip;
        }
      }
    }
    // Only attributes that do not matter, and what C leaves unused, may be anything.
    assertThat(good).isBetween(1, 900);
    for (int size = 0; size < pcrs.length; size++) {
      byte[] cut = Arrays.copyOf(pcrs, size);
      assertThat(ForeignQuoteVerifier.verify(new Files(key, message, signature, cut), EXPECTED))
          .isInstanceOf(Result.Refused.class);
    }
    byte[] huge = pcrs.clone();
    Arrays.fill(huge, 132, 136, (byte) 0xFF);
    pcrs = huge;
    refused(EXPECTED, QuoteFlaw.PCR_FILE_MALFORMED, "lists of digests, got 4294967295");
  }

  private void sign(SoftwareTpm tpm, SoftwareTpm.Quote quote) {
    key = pem(tpm.akKey().toPublicKey().getEncoded());
    message = quote.attest().toArray();
    signature = SoftwareTpm.tpmtSignature(tpm.sign(message)).toArray();
  }

  private static Digest digest() {
    return Digest.hash(new byte[] {1});
  }

  private static byte[] pem(byte[] der) {
    return ("-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private Result verify(Expected expected) {
    return ForeignQuoteVerifier.verify(new Files(key, message, signature, pcrs), expected);
  }

  private ForeignQuote verified(Expected expected) {
    Result result = verify(expected);
    assertThat(result).isInstanceOf(Result.Verified.class);
    return ((Result.Verified) result).quote();
  }

  private void refused(Expected expected, QuoteFlaw flaw, String detail) {
    Result result = verify(expected);
    assertThat(result).isInstanceOf(Result.Refused.class);
    Result.Refused refused = (Result.Refused) result;
    assertThat(refused.flaw()).as(refused.detail()).isEqualTo(flaw);
    assertThat(refused.detail()).contains(detail);
  }
}
