// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Writes tar archives, also ones that no honest program would write. */
public final class TestTar {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** An archive with one file. */
  public static byte[] of(String name, String content) {
    return new TestTar().file(name, content).end();
  }

  public TestTar file(String name, String content) {
    return add('0', name, "", content.getBytes(StandardCharsets.UTF_8));
  }

  public TestTar directory(String name) {
    return add('5', name, "", new byte[0]);
  }

  public TestTar symbolicLink(String name, String target) {
    return add('2', name, target, new byte[0]);
  }

  public TestTar hardLink(String name, String target) {
    return add('1', name, target, new byte[0]);
  }

  TestTar pax(String... records) {
    StringBuilder all = new StringBuilder();
    for (String record : records) {
      int bytes = record.getBytes(StandardCharsets.UTF_8).length;
      int length = bytes + 3;
      while (Integer.toString(length).length() + bytes + 2 != length) {
        length = Integer.toString(length).length() + bytes + 2;
      }
      all.append(length).append(' ').append(record).append('\n');
    }
    return add('x', "PaxHeaders/x", "", all.toString().getBytes(StandardCharsets.UTF_8));
  }

  TestTar add(char type, String name, String link, byte[] content) {
    return add(type, name.getBytes(StandardCharsets.UTF_8), link, content.length, content);
  }

  TestTar add(char type, byte[] name, String link, long size, byte[] content) {
    header(type, name, link, size);
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & (BLOCK - 1)]);
    return this;
  }

  void header(char type, byte[] name, String link, long size) {
    out.writeBytes(block(type, name, link, size));
  }

  /** One header in the POSIX format, with a right checksum. */
  static byte[] block(char type, byte[] name, String link, long size) {
    byte[] block = new byte[BLOCK];
    put(block, 0, Arrays.copyOf(name, Math.min(name.length, 100)));
    put(block, 100, "0000644\0");
    put(block, 108, "0000000\0");
    put(block, 116, "0000000\0");
    put(block, 124, String.format(Locale.ROOT, "%011o\0", size));
    put(block, 136, "14000000000\0");
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, "ustar\00000");
    return checked(block);
  }

  /** The block with the checksum of what is in it. */
  static byte[] checked(byte[] block) {
    put(block, 148, "        ");
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    return block;
  }

  TestTar raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** With the two empty blocks at its end. */
  public byte[] end() {
    out.writeBytes(new byte[2 * BLOCK]);
    return out.toByteArray();
  }

  byte[] withoutEnd() {
    return out.toByteArray();
  }

  private static void put(byte[] block, int at, String text) {
    put(block, at, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(byte[] block, int at, byte[] bytes) {
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
