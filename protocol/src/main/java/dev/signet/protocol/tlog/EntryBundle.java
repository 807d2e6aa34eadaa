// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import dev.signet.protocol.MalformedMessageException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries of a log, each behind its length in two bytes, big-endian (C2SP tlog-tiles). One of
 * length 0 stands for an entry that the log has removed.
 */
public final class EntryBundle {
  private static final int MAX_ENTRY = 0xFFFF;

  private EntryBundle() {}

  public static byte[] encode(List<byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] entry : entries) {
      if (entry.length > MAX_ENTRY) {
        throw new IllegalArgumentException("expected an entry below 64 KiB, got " + entry.length);
      }
      out.write(entry.length >> 8);
      out.write(entry.length);
      out.writeBytes(entry);
    }
    return out.toByteArray();
  }

  /**
   * @param count of entries that must be there
   * @throws MalformedMessageException if there are more, fewer, or half ones
   */
  public static List<byte[]> parse(byte[] bundle, int count) throws MalformedMessageException {
    List<byte[]> out = new ArrayList<>();
    int at = 0;
    while (at < bundle.length && out.size() < count) {
      if (bundle.length - at < 2) {
        break;
      }
      int length = (bundle[at] & 0xFF) << 8 | bundle[at + 1] & 0xFF;
      at += 2;
      if (bundle.length - at < length) {
        throw new MalformedMessageException(
            "expected " + length + " bytes of an entry, got " + (bundle.length - at));
      }
      out.add(Arrays.copyOfRange(bundle, at, at + length));
      at += length;
    }
    if (out.size() != count || at != bundle.length) {
      throw new MalformedMessageException(
          "expected " + count + " entries and no more, got " + out.size() + " in " + at + " bytes");
    }
    return out;
  }
}
