// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The records of a pax extended header (POSIX.1-2017, pax, "pax Extended Header"). */
final class PaxRecords {
  private static final int MAX_LENGTH_DIGITS = 8;

  /** What says where an entry goes and what it is; attributes of other kinds say no such thing. */
  private static final Set<String> TELLING =
      Set.of("path", "linkpath", "size", "uid", "gid", "mtime");

  private final Map<String, byte[]> records = new HashMap<>();

  private PaxRecords() {}

  static PaxRecords parse(byte[] data) throws RefusedImageException {
    PaxRecords pax = new PaxRecords();
    Set<String> seen = new HashSet<>();
    int at = 0;
    while (at < data.length) {
      int space = at;
      long length = 0;
      while (space < data.length && data[space] >= '0' && data[space] <= '9') {
        length = length * 10 + data[space++] - '0';
        if (space - at > MAX_LENGTH_DIGITS) {
          throw bad();
        }
      }
      long end = at + length;
      if (space == at
          || space >= data.length
          || data[space] != ' '
          || end > data.length
          || end <= space + 1
          || data[(int) end - 1] != '\n') {
        throw bad();
      }
      int equals = space + 1;
      while (equals < end && data[equals] != '=') {
        equals++;
      }
      if (equals >= end - 1 && (equals == end || data[equals] != '=')) {
        throw bad();
      }
      pax.add(
          seen,
          new String(data, space + 1, equals - space - 1, StandardCharsets.UTF_8),
          Arrays.copyOfRange(data, equals + 1, (int) end - 1));
      at = (int) end;
    }
    return pax;
  }

  /** Whether it says something about entries that a reader who skips it would not know. */
  boolean tells() {
    return !records.isEmpty();
  }

  byte[] bytes(String key, byte[] otherwise) {
    return records.getOrDefault(key, otherwise);
  }

  long number(String key, long otherwise) throws RefusedImageException {
    byte[] value = records.get(key);
    if (value == null) {
      return otherwise;
    }
    String digits = new String(value, StandardCharsets.US_ASCII);
    if (!digits.matches("[0-9]{1,18}")) {
      throw TarHeader.bad("expected digits in the pax record " + key);
    }
    return Long.parseLong(digits);
  }

  /** Whole seconds of a time, which may have a sign and a fraction. */
  long seconds(String key, long otherwise) throws RefusedImageException {
    byte[] value = records.get(key);
    if (value == null) {
      return otherwise;
    }
    String time = new String(value, StandardCharsets.US_ASCII);
    if (!time.matches("-?[0-9]{1,12}(?:\\.[0-9]{0,30})?")) {
      throw TarHeader.bad("expected a time in the pax record " + key);
    }
    return Long.parseLong(time.replaceFirst("\\..*", ""));
  }

  private void add(Set<String> seen, String key, byte[] value) throws RefusedImageException {
    if (!seen.add(key)) {
      throw TarHeader.bad("expected each pax record once, got one twice");
    }
    if (key.startsWith("GNU.sparse.")) {
      throw new RefusedImageException(
          Reason.SPARSE_FILE, "expected files with their whole content, got a sparse one");
    }
    if (key.equals("hdrcharset")) {
      throw new RefusedImageException(
          Reason.NAME_NOT_UNICODE,
          "expected names in UTF-8, got an archive in another character set");
    }
    if (TELLING.contains(key)) {
      if (value.length == 0) {
        throw TarHeader.bad("expected a value in the pax record " + key);
      }
      records.put(key, value);
    }
  }

  private static RefusedImageException bad() {
    return TarHeader.bad("expected pax records, each with its length, key and value");
  }
}
