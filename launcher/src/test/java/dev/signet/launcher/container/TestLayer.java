// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** A layer's tar archive (POSIX ustar), written entry by entry. */
final class TestLayer {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TestLayer directory(String name, int mode) {
    return entry(name + "/", mode, '5', "", new byte[0], 0);
  }

  TestLayer file(String name, int mode, byte[] content) {
    return entry(name, mode, '0', "", content, 0);
  }

  TestLayer file(String name, int mode, String content) {
    return file(name, mode, content.getBytes(StandardCharsets.UTF_8));
  }

  TestLayer ownedBy(int owner, String name, String content) {
    return entry(name, 0600, '0', "", content.getBytes(StandardCharsets.UTF_8), owner);
  }

  TestLayer copy(String name, Path of) throws IOException {
    return file(name, 0755, Files.readAllBytes(of));
  }

  TestLayer symbolicLink(String name, String target) {
    return entry(name, 0777, '2', target, new byte[0], 0);
  }

  TestLayer hardLink(String name, String target) {
    return entry(name, 0755, '1', target, new byte[0], 0);
  }

  byte[] tar() {
    byte[] end = Arrays.copyOf(out.toByteArray(), out.size() + 2 * BLOCK);
    return end;
  }

  private TestLayer entry(
      String name, int mode, char type, String link, byte[] content, int owner) {
    byte[] header = new byte[BLOCK];
    text(header, 0, name);
    octal(header, 100, 8, mode);
    octal(header, 108, 8, owner);
    octal(header, 116, 8, owner);
    octal(header, 124, 12, content.length);
    octal(header, 136, 12, 1_700_000_000);
    text(header, 148, "        ");
    header[156] = (byte) type;
    text(header, 157, link);
    text(header, 257, "ustar");
    text(header, 263, "00");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 7, sum);
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    return this;
  }

  private static void text(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static void octal(byte[] header, int at, int length, long value) {
    text(header, at, String.format(Locale.ROOT, "%0" + (length - 1) + "o", value));
    header[at + length - 1] = 0;
  }
}
