// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

import dev.signet.protocol.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code binary_runtime_measurements} and its exports for each bank (Linux, {@code
 * ima_measurements_show}), little-endian: u32 PCR, template digest, u32 size and name of the
 * template, u32 size and data. The template digest has the size of its bank; it is looked at only
 * for whether it is zero, which tells a violation.
 */
public final class BinaryImaLogReader implements ImaLogReader {
  static final int IMA_PCR = 10;
  private static final Pattern TEMPLATE = Pattern.compile("[a-z0-9|-]{1,64}");
  private static final int[] BANKS = {20, 32, 48, 64};

  private final byte[] log;
  private final int bank;
  private int at;

  public BinaryImaLogReader(byte[] log) {
    this.log = log;
    this.bank = bank(log);
  }

  /**
   * The file does not say which bank's digests it has; where the first template's name is, does.
   * That is any name: templates of an administrator's own need not begin with "ima".
   */
  private static int bank(byte[] log) {
    for (int size : BANKS) {
      int name = 4 + size + 4;
      long length = log.length > name ? u32(log, name - 4) : 0;
      if (length >= 1
          && length <= Limits.IMA_TEMPLATE_CHARS
          && log.length - name >= length
          && TEMPLATE
              .matcher(new String(log, name, (int) length, StandardCharsets.ISO_8859_1))
              .matches()) {
        return size;
      }
    }
    return BANKS[0];
  }

  /** Bytes of the template digests, by which the entries are cut: 20 for SHA-1, 32 for SHA-256. */
  public int digestBytes() {
    return bank;
  }

  @Override
  public Optional<ImaEntry> next() throws MalformedImaLogException {
    int here = at;
    if (left(here) < 4 + bank + 4) {
      return Optional.empty();
    }
    long pcr = u32(log, here);
    if (pcr != IMA_PCR) {
      throw malformed("an entry of PCR " + IMA_PCR, pcr);
    }
    boolean violation = zeros(here + 4, bank);
    here += 4 + bank;
    int nameSize = bounded(here, Limits.IMA_TEMPLATE_CHARS, "a template's name");
    here += 4;
    if (left(here) < nameSize) {
      return Optional.empty();
    }
    String template = new String(log, here, nameSize, StandardCharsets.ISO_8859_1);
    if (!TEMPLATE.matcher(template).matches()) {
      throw malformed("a template's name", "another text");
    }
    here += nameSize;
    return template.equals(ImaTemplate.IMA)
        ? ima(here, violation)
        : withLengths(here, template, violation);
  }

  private Optional<ImaEntry> withLengths(int from, String template, boolean violation)
      throws MalformedImaLogException {
    if (left(from) < 4) {
      return Optional.empty();
    }
    int size = bounded(from, Limits.IMA_ENTRY_BYTES, "template data");
    if (left(from + 4) < size) {
      return Optional.empty();
    }
    byte[] data = Arrays.copyOfRange(log, from + 4, from + 4 + size);
    ImaEntry entry = ImaTemplate.entry(template, violation, data);
    at = from + 4 + size;
    return Optional.of(entry);
  }

  /** The oldest template has no length of its data and none of its first field. */
  private Optional<ImaEntry> ima(int from, boolean violation) throws MalformedImaLogException {
    int name = from + ImaTemplate.SHA1_BYTES + 4;
    if (left(from) < name - from) {
      return Optional.empty();
    }
    int size = bounded(name - 4, Limits.IMA_PATH_BYTES, "a name");
    if (left(name) < size) {
      return Optional.empty();
    }
    ImaEntry entry =
        ImaTemplate.ima(
            violation,
            Arrays.copyOfRange(log, from, name - 4),
            Arrays.copyOfRange(log, name, name + size));
    at = name + size;
    return Optional.of(entry);
  }

  @Override
  public int at() {
    return at;
  }

  @Override
  public int left() {
    return left(at);
  }

  private int left(int from) {
    return log.length - from;
  }

  /** A size, compared with its bound before anything is taken by it. */
  private int bounded(int from, int max, String what) throws MalformedImaLogException {
    long size = u32(log, from);
    if (size > max) {
      throw malformed(what + " of at most " + max + " bytes", size);
    }
    return (int) size;
  }

  private boolean zeros(int from, int size) {
    for (int i = from; i < from + size; i++) {
      if (log[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static long u32(byte[] bytes, int from) {
    return bytes[from] & 0xFFL
        | (bytes[from + 1] & 0xFFL) << 8
        | (bytes[from + 2] & 0xFFL) << 16
        | (bytes[from + 3] & 0xFFL) << 24;
  }

  private MalformedImaLogException malformed(String expected, Object got) {
    return new MalformedImaLogException(
        "IMA log at byte " + at + ": expected " + expected + ", got " + got);
  }
}
