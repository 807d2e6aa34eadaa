// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.eventlog;

import dev.signet.protocol.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What of an event's data its digest proves. Of most images and files it proves nothing: there the
 * digest is of the image, and the data is the firmware's or the boot loader's word.
 */
public final class EventData {
  /** What GRUB writes before a text and does not hash. */
  private static final List<byte[]> UNHASHED_PREFIXES =
      List.of(ascii("grub_cmd: "), ascii("kernel_cmdline: "), ascii("module_cmdline: "));

  private static final int WIDE_NUL = 2;

  private EventData() {}

  /** The part of the data whose hash is the event's digest in that bank. */
  public static Optional<Bytes> proved(FirmwareEvent event, Bank bank) {
    Optional<MessageDigest> hash = bank.digest();
    Optional<Bytes> digest = event.digest(bank);
    if (hash.isEmpty() || digest.isEmpty() || !event.extended()) {
      return Optional.empty();
    }
    return candidates(event).stream()
        .filter(part -> Bytes.of(hash.get().digest(part)).equals(digest.get()))
        .findFirst()
        .map(Bytes::of);
  }

  /** Whole; without what boot loaders leave out; of a variable, in older firmware, its contents. */
  private static List<byte[]> candidates(FirmwareEvent event) {
    byte[] whole = event.data().toArray();
    List<byte[]> parts = new ArrayList<>();
    parts.add(whole);
    for (byte[] prefix : UNHASHED_PREFIXES) {
      if (event.type() == EventType.IPL && startsWith(event.data(), prefix)) {
        parts.add(Arrays.copyOfRange(whole, prefix.length, whole.length));
      }
    }
    for (byte[] part : List.copyOf(parts)) {
      for (int nul = 1; nul <= WIDE_NUL; nul++) {
        if (part.length > nul && allZero(part, part.length - nul)) {
          parts.add(Arrays.copyOf(part, part.length - nul));
        }
      }
    }
    if (event.type() == EventType.VARIABLE_BOOT) {
      UefiVariable.read(event.data()).ifPresent(v -> parts.add(v.data().toArray()));
    }
    return parts;
  }

  static boolean startsWith(Bytes data, byte[] prefix) {
    byte[] bytes = data.toArray();
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static boolean allZero(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
