// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.MalformedTpmStructureException;
import dev.signet.verifier.tpm.PcrFile;
import dev.signet.verifier.tpm.QuoteAttest;
import dev.signet.verifier.tpm.QuoteAttest.Selection;
import dev.signet.verifier.tpm.SignatureScheme;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Verifies quotes that another program, such as tpm2-tools, made and left in files. Reads no clock,
 * opens nothing. Stricter than {@code tpm2_checkquote}: one bank only, since nothing in a quote
 * says which value is of which bank (they are hashed without labels), and SHA-2 only.
 */
public final class ForeignQuoteVerifier {
  private static final byte[] GENERATED = {(byte) 0xFF, 'T', 'C', 'G'};
  private static final byte[] QUOTE = {(byte) 0x80, 0x18};

  private ForeignQuoteVerifier() {}

  /**
   * The files.
   *
   * @param key as for {@link QuoteKey#read}
   * @param message TPMS_ATTEST
   * @param signature TPMT_SIGNATURE, or plain
   * @param pcrs as tpm2_quote writes it
   */
  public record Files(byte[] key, byte[] message, byte[] signature, byte[] pcrs) {}

  /**
   * What files leave open.
   *
   * @param nonce that the quote must bind, 16 to 64 bytes
   * @param bareValues whether the PCR file is of the form {@code values}
   * @param rsaScheme of a plain signature by an RSA key that does not say which
   * @param hash of a plain signature by a key that does not say which
   */
  public record Expected(
      Bytes nonce, boolean bareValues, SignatureScheme rsaScheme, HashAlgorithm hash) {
    public Expected {
      if (nonce.size() < 16 || nonce.size() > 64) {
        throw new IllegalArgumentException(
            "expected a nonce of 16 to 64 bytes, since a shorter one can be guessed ahead, got "
                + nonce.size()
                + " bytes");
      }
    }
  }

  /** What became of it. */
  public sealed interface Result {
    record Verified(ForeignQuote quote) implements Result {}

    record Refused(QuoteFlaw flaw, String detail) implements Result {}
  }

  public static Result verify(Files files, Expected expected) {
    return switch (QuoteKey.read(files.key())) {
      case QuoteKey.Reading.Refused(QuoteFlaw flaw, String detail) -> refused(flaw, detail);
      case QuoteKey.Reading.Key(QuoteKey key) -> verify(key, files, expected);
    };
  }

  private static Result verify(QuoteKey key, Files files, Expected expected) {
    ForeignSignature signature;
    try {
      signature =
          ForeignSignature.read(
              files.signature(),
              key,
              new ForeignSignature.Assumed(expected.rsaScheme(), expected.hash()));
    } catch (MalformedTpmStructureException | IllegalArgumentException e) {
      return refused(QuoteFlaw.QUOTE_SIGNATURE_MALFORMED, e.getMessage());
    }
    String mismatch = signature.mismatch(key);
    if (mismatch != null) {
      return refused(QuoteFlaw.QUOTE_SIGNATURE_ALGORITHM, mismatch);
    }
    if (!signature.verifies(key, files.message())) {
      return refused(
          QuoteFlaw.QUOTE_SIGNATURE_INVALID,
          "expected a signature over the message by the given key (%s), got another"
              .formatted(key));
    }
    if (!startsWith(files.message(), 0, GENERATED)) {
      return refused(
          QuoteFlaw.NOT_MADE_BY_A_TPM,
          "expected a message that begins with ff544347: the key signed something that no TPM made");
    }
    if (!startsWith(files.message(), GENERATED.length, QUOTE)) {
      return refused(
          QuoteFlaw.NOT_A_QUOTE,
          "expected type 8018, got another statement of the TPM, such as about a key or its time");
    }
    QuoteAttest attest;
    try {
      attest = QuoteAttest.parse(files.message());
    } catch (MalformedTpmStructureException e) {
      return refused(QuoteFlaw.QUOTE_MALFORMED, e.getMessage());
    }
    if (!attest.extraData().equals(expected.nonce())) {
      return refused(
          QuoteFlaw.WRONG_NONCE,
          "expected nonce %s, the quote has %s"
              .formatted(expected.nonce().toHex(), attest.extraData().toHex()));
    }
    return values(key, signature, attest, files.pcrs(), expected.bareValues());
  }

  private static Result values(
      QuoteKey key,
      ForeignSignature signature,
      QuoteAttest attest,
      byte[] pcrFile,
      boolean bareValues) {
    // Only from what was signed: the file's own list is compared with it, never the other way.
    List<Selection> selections = attest.selections();
    if (selections.size() > 1) {
      return refused(
          QuoteFlaw.QUOTE_OF_SEVERAL_BANKS,
          "expected one bank, got "
              + selections
              + ": values are hashed without labels, so one bank's pass for another's");
    }
    List<Integer> indexes = selections.isEmpty() ? List.of() : indexes(selections.getFirst());
    if (indexes.isEmpty()) {
      return refused(QuoteFlaw.QUOTE_OF_NO_PCRS, "expected at least one PCR, got " + selections);
    }
    Selection selection = selections.getFirst();
    HashAlgorithm bank = selection.hash().orElse(null);
    if (bank == null) {
      return refused(
          QuoteFlaw.QUOTE_OF_WEAK_BANK,
          "expected the bank sha256, sha384 or sha512, got "
              + HashAlgorithm.describe(selection.hashAlgorithm()));
    }
    PcrFile file;
    try {
      file =
          bareValues ? PcrFile.values(pcrFile, bank, indexes.size()) : PcrFile.serialized(pcrFile);
    } catch (MalformedTpmStructureException e) {
      return refused(QuoteFlaw.PCR_FILE_MALFORMED, e.getMessage());
    }
    if (!bareValues && !isSame(file.selections(), selection)) {
      return refused(
          QuoteFlaw.PCR_SELECTION_MISMATCH,
          "the quote is of %s, the file says %s".formatted(selections, file.selections()));
    }
    if (file.values().size() != indexes.size()
        || !file.values().stream().allMatch(v -> v.size() == bank.bytes())) {
      return refused(
          QuoteFlaw.PCR_SELECTION_MISMATCH,
          "expected %d values of %d bytes, the file has %d of %s"
              .formatted(
                  indexes.size(),
                  bank.bytes(),
                  file.values().size(),
                  file.values().stream().map(Bytes::size).distinct().toList()));
    }
    MessageDigest digest = signature.hash().digest();
    file.values().forEach(v -> digest.update(v.toArray()));
    Bytes pcrDigest = Bytes.of(digest.digest());
    if (!pcrDigest.equals(attest.pcrDigest())) {
      return refused(
          QuoteFlaw.PCR_VALUES_MISMATCH,
          "pcrDigest: the quote has %s, the file's values have %s"
              .formatted(attest.pcrDigest().toHex(), pcrDigest.toHex()));
    }
    SortedMap<Integer, Bytes> pcrs = new TreeMap<>();
    for (int i = 0; i < indexes.size(); i++) {
      pcrs.put(indexes.get(i), file.values().get(i));
    }
    return new Result.Verified(
        new ForeignQuote(
            key,
            signature.scheme() + " with " + signature.hash().standardName(),
            attest.qualifiedSigner(),
            attest.clockInfo(),
            attest.firmwareVersion(),
            bank,
            pcrs));
  }

  /** PCRs from 24 on would be of no TPM that there is; they are listed all the same. */
  private static List<Integer> indexes(Selection selection) {
    List<Integer> indexes = new ArrayList<>();
    byte[] map = selection.map().toArray();
    for (int i = 0; i < map.length * 8; i++) {
      if ((map[i / 8] >> i % 8 & 1) == 1) {
        indexes.add(i);
      }
    }
    return indexes;
  }

  /**
   * tpm2-tools keeps the selection as it was asked for, with entries of banks that gave nothing.
   */
  private static boolean isSame(List<Selection> file, Selection signed) {
    List<Selection> named = file.stream().filter(s -> !indexes(s).isEmpty()).toList();
    return named.size() == 1
        && named.getFirst().hashAlgorithm() == signed.hashAlgorithm()
        && indexes(named.getFirst()).equals(indexes(signed));
  }

  private static boolean startsWith(byte[] bytes, int at, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (at + i >= bytes.length || bytes[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static Result refused(QuoteFlaw flaw, String detail) {
    return new Result.Refused(flaw, detail);
  }
}
