// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.tpm;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Limits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The file that tpm2_quote writes with {@code -o}: PCR values beside a quote, believed only as far
 * as the quote's digest says. Two forms: C structures of a little-endian machine (the default,
 * {@code serialized}) and bare values one after the other ({@code -F values}).
 *
 * @param selections as the file says, in order; empty in the form without
 * @param values in the order of the file
 */
public record PcrFile(List<QuoteAttest.Selection> selections, List<Bytes> values) {
  private static final int SELECTIONS = 16;

  /** TPMS_PCR_SELECTION as C lays it out: u16, u8, four bytes, and one of padding. */
  private static final int SELECTION_BYTES = 8;

  private static final int MAP_BYTES = 4;
  private static final int HEAD_BYTES = 4 + SELECTIONS * SELECTION_BYTES + 4;
  private static final int DIGESTS = 8;
  private static final int DIGEST_BYTES = 64;
  private static final int LIST_BYTES = 4 + DIGESTS * (2 + DIGEST_BYTES);

  public PcrFile {
    selections = List.copyOf(selections);
    values = List.copyOf(values);
  }

  /**
   * Bare values: of one bank, with nothing between or after them.
   *
   * @param bank whose digests they are
   * @param count how many, from the signed selection
   */
  public static PcrFile values(byte[] file, HashAlgorithm bank, int count)
      throws MalformedTpmStructureException {
    if (file.length != count * bank.bytes()) {
      throw malformed(
          "%d values of %d bytes".formatted(count, bank.bytes()), file.length + " bytes");
    }
    List<Bytes> values = new ArrayList<>();
    for (int at = 0; at < file.length; at += bank.bytes()) {
      values.add(Bytes.of(Arrays.copyOfRange(file, at, at + bank.bytes())));
    }
    return new PcrFile(List.of(), values);
  }

  /** C structures. Memory that the counts leave unused is not looked at. */
  public static PcrFile serialized(byte[] file) throws MalformedTpmStructureException {
    if (file.length > Limits.PCR_FILE_BYTES) {
      throw malformed("at most " + Limits.PCR_FILE_BYTES + " bytes", file.length);
    }
    if (file.length < HEAD_BYTES) {
      throw malformed("at least " + HEAD_BYTES + " bytes", file.length);
    }
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<QuoteAttest.Selection> selections = new ArrayList<>();
    int banks = count(in, 0, SELECTIONS, "banks");
    for (int i = 0; i < banks; i++) {
      selections.add(selection(in, 4 + i * SELECTION_BYTES));
    }
    int most = (file.length - HEAD_BYTES) / LIST_BYTES;
    int lists = count(in, HEAD_BYTES - 4, most, "lists of digests");
    if (file.length != HEAD_BYTES + lists * LIST_BYTES) {
      throw malformed(
          "%d bytes for %d lists".formatted(HEAD_BYTES + lists * LIST_BYTES, lists), file.length);
    }
    List<Bytes> values = new ArrayList<>();
    for (int i = 0; i < lists; i++) {
      digests(in, HEAD_BYTES + i * LIST_BYTES).forEach(values::add);
    }
    return new PcrFile(selections, values);
  }

  private static QuoteAttest.Selection selection(ByteBuffer in, int at)
      throws MalformedTpmStructureException {
    int size = in.get(at + 2) & 0xFF;
    if (size > MAP_BYTES) {
      throw malformed("sizeofSelect of at most " + MAP_BYTES, size);
    }
    byte[] map = new byte[size];
    in.get(at + 3, map);
    return new QuoteAttest.Selection(in.getShort(at) & 0xFFFF, Bytes.of(map));
  }

  private static List<Bytes> digests(ByteBuffer in, int at) throws MalformedTpmStructureException {
    List<Bytes> values = new ArrayList<>();
    int count = count(in, at, DIGESTS, "digests in a list");
    for (int i = 0; i < count; i++) {
      int start = at + 4 + i * (2 + DIGEST_BYTES);
      int size = in.getShort(start) & 0xFFFF;
      if (size == 0 || size > DIGEST_BYTES) {
        throw malformed("a digest of 1 to " + DIGEST_BYTES + " bytes", size);
      }
      byte[] value = new byte[size];
      in.get(start + 2, value);
      values.add(Bytes.of(value));
    }
    return values;
  }

  private static int count(ByteBuffer in, int at, int most, String what)
      throws MalformedTpmStructureException {
    long count = Integer.toUnsignedLong(in.getInt(at));
    return Optional.of(count)
        .filter(c -> c <= most)
        .orElseThrow(() -> malformed("at most " + most + " " + what, count))
        .intValue();
  }

  private static MalformedTpmStructureException malformed(String expected, Object got) {
    return new MalformedTpmStructureException("PCR file: expected " + expected + ", got " + got);
  }
}
