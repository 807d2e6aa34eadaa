// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.ClockInfo;
import dev.signet.verifier.tpm.EccPublic;
import dev.signet.verifier.tpm.EcdsaSignature;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.NvCertifyAttest;
import dev.signet.verifier.tpm.PcrFile;
import dev.signet.verifier.tpm.QuoteAttest;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.tpm.SigningPublic;
import dev.signet.verifier.tpm.TpmSignature;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;

/** TPM structures. What is accepted has one encoding, the one that came. */
final class TpmTargets {
  private static final int GENERATED = 0xFF544347;
  private static final int QUOTE = 0x8018;
  private static final int NV = 0x8014;

  private TpmTargets() {}

  static boolean attest(byte[] input) throws IOException {
    QuoteAttest attest;
    try {
      attest = QuoteAttest.parse(input);
    } catch (MalformedTpmStructureException e) {
      return false;
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(written);
    header(out, QUOTE, attest.qualifiedSigner(), attest.extraData(), attest.clockInfo());
    out.writeLong(attest.firmwareVersion());
    out.writeInt(attest.selections().size());
    for (QuoteAttest.Selection selection : attest.selections()) {
      out.writeShort(selection.hashAlgorithm());
      out.writeByte(selection.map().size());
      out.write(selection.map().toArray());
    }
    sized(out, attest.pcrDigest());
    require(Arrays.equals(written.toByteArray(), input), "another encoding was accepted");
    return true;
  }

  static boolean nvAttest(byte[] input) throws IOException {
    NvCertifyAttest attest;
    try {
      attest = NvCertifyAttest.parse(input);
    } catch (MalformedTpmStructureException e) {
      return false;
    }
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(written);
    header(out, NV, attest.qualifiedSigner(), attest.extraData(), attest.clockInfo());
    out.writeLong(attest.firmwareVersion());
    sized(out, attest.indexName());
    out.writeShort(attest.offset());
    sized(out, attest.contents());
    require(Arrays.equals(written.toByteArray(), input), "another encoding was accepted");
    return true;
  }

  /** Both parsers: what the narrow one takes as a signing key is the same key to the broad one. */
  static boolean publicArea(byte[] input) throws MalformedTpmStructureException {
    EccPublic narrow = null;
    try {
      narrow = EccPublic.parse(input);
      require(narrow.encoded().equals(Bytes.of(input)), "another encoding");
    } catch (MalformedTpmStructureException e) {
      // The broad one may take it all the same.
    }
    SigningPublic broad;
    try {
      broad = SigningPublic.parse(input);
    } catch (MalformedTpmStructureException e) {
      require(
          narrow == null
              || narrow.symmetric() != EccPublic.Symmetric.NONE
              || narrow.scheme() == EccPublic.Scheme.NONE,
          "a signing key for one parser only");
      return narrow != null;
    }
    SigningPublic again = SigningPublic.parse(broad.encoded().toArray());
    require(again.equals(broad), "its own encoding is another key");
    if (narrow != null) {
      SigningPublic.Ecc point = (SigningPublic.Ecc) broad.material();
      require(number(narrow.x()).equals(point.x()), "another x");
      require(number(narrow.y()).equals(point.y()), "another y");
      require(narrow.attributes() == broad.attributes(), "other attributes");
    }
    return true;
  }

  static boolean signature(byte[] input) throws MalformedTpmStructureException {
    Bytes narrow = null;
    try {
      narrow = EcdsaSignature.parse(input);
      require(EcdsaSignature.inRange(narrow), "r or s out of range");
    } catch (MalformedTpmStructureException e) {
      // The broad one may take it all the same.
    }
    try {
      TpmSignature broad = TpmSignature.parse(input);
      if (narrow != null) {
        require(broad.scheme() == SignatureScheme.ECDSA, "another scheme");
        TpmSignature.Ecdsa value = (TpmSignature.Ecdsa) broad.value();
        BigInteger joined = value.r().shiftLeft(256).or(value.s());
        require(joined.equals(number(narrow)), "another signature");
      }
      return true;
    } catch (MalformedTpmStructureException e) {
      require(narrow == null, "a signature for one parser only");
      return false;
    }
  }

  /**
   * The file beside a quote. Accepted is the form with C structures; as bare values any file is
   * taken that is as long as its bank and number ask for.
   */
  static boolean pcrFile(byte[] input) throws MalformedTpmStructureException {
    for (HashAlgorithm bank : HashAlgorithm.values()) {
      int count = input.length / bank.bytes();
      if (count * bank.bytes() == input.length) {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (Bytes value : PcrFile.values(input, bank, count).values()) {
          require(value.size() == bank.bytes(), "a value of another bank");
          written.writeBytes(value.toArray());
        }
        require(Arrays.equals(written.toByteArray(), input), "other values");
      }
    }
    PcrFile file;
    try {
      file = PcrFile.serialized(input);
    } catch (MalformedTpmStructureException e) {
      return false;
    }
    long bytes = 0;
    for (Bytes value : file.values()) {
      bytes += value.size();
    }
    require(bytes <= input.length, "more than came");
    return true;
  }

  private static void header(
      DataOutputStream out, int type, Bytes signer, Bytes extraData, ClockInfo clock)
      throws IOException {
    out.writeInt(GENERATED);
    out.writeShort(type);
    sized(out, signer);
    sized(out, extraData);
    out.writeLong(clock.clock());
    out.writeInt((int) clock.resetCount());
    out.writeInt((int) clock.restartCount());
    out.writeByte(clock.safe() ? 1 : 0);
  }

  private static void sized(DataOutputStream out, Bytes value) throws IOException {
    out.writeShort(value.size());
    out.write(value.toArray());
  }

  private static BigInteger number(Bytes value) {
    return new BigInteger(1, value.toArray());
  }
}
